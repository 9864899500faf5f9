// The body of a request at the HTTPS door: read as JSON within a limit, or let go of, so that who still sends can read the answer.
import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import { parseBoundedJson } from '../../core/common/bounded-json.ts';
import { MusterError } from '../../core/common/muster-error.ts';
import { HttpProblem } from './http-answer.ts';

/** What is still read of a body that is not taken: who sends more than that learns of it by the end of the connection alone. */
const MAX_DISCARDED_BYTES = 16 * 1024 * 1024;
const DISCARD_WITHIN_MS = 10_000;

/** The whole body; integers beyond 2^53 as texts. Throws `limit_exceeded`, `malformed`, `cancelled`, and 415 where it is compressed. */
export async function readJson(request: IncomingMessage, maxBytes: number): Promise<unknown> {
  assertUncompressed(request);
  const bytes = await readBytes(request, maxBytes);
  if (!isUtf8(bytes)) throw new MusterError('malformed', 'the body is not UTF-8: encode it so');
  const text = bytes.toString('utf8');
  return parseBoundedJson(text.startsWith('\ufeff') ? text.slice(1) : text, 'the body', true);
}

/** Throws 415. */
export function assertUncompressed({ headers }: IncomingMessage): void {
  const encoding = headers['content-encoding'];
  if (encoding !== undefined && encoding.toLowerCase() !== 'identity')
    throw new HttpProblem(415, 'invalid_argument', `content-encoding ${encoding.slice(0, 40)} is not taken: send the body uncompressed`);
}

function readBytes(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const tooLarge = (bytes: number): MusterError =>
    new MusterError('limit_exceeded', `the body has ${bytes} bytes or more, at most ${maxBytes} are taken: send fewer samples at once`);
  const announced = Number(request.headers['content-length'] ?? 0);
  if (announced > maxBytes) return Promise.reject(tooLarge(announced));
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    // By its events: an iterator that is left early destroys the connection, and with it the answer.
    const leave = (): void => {
      request.off('data', take).off('end', end).off('close', gone);
    };
    const take = (chunk: Buffer): void => {
      length += chunk.length;
      if (length <= maxBytes) chunks.push(chunk);
      else {
        leave();
        request.pause();
        reject(tooLarge(length));
      }
    };
    const end = (): void => {
      leave();
      resolve(Buffer.concat(chunks));
    };
    const gone = (): void => {
      leave();
      reject(new MusterError('cancelled', `the connection ended after ${length} bytes of the body`));
    };
    request.on('data', take).on('end', end).on('close', gone);
  });
}

/**
 * Reads and drops what is left of a body, within bounds; then the connection can be used again. Resolves at its end. Where it is more, or comes
 * too slowly, the connection is cut. Call it when the answer is written: most clients look for one only after they have sent everything.
 */
export function discardBody(request: IncomingMessage, maxBytes = MAX_DISCARDED_BYTES): Promise<void> {
  if (request.complete || request.destroyed) return Promise.resolve();
  return new Promise((resolve) => {
    let left = maxBytes;
    const cut = (): void => {
      request.destroy();
    };
    const timer = setTimeout(cut, DISCARD_WITHIN_MS);
    const done = (): void => {
      clearTimeout(timer);
      resolve();
    };
    request.on('data', (chunk: Buffer) => {
      left -= chunk.length;
      if (left < 0) cut();
    });
    request.on('end', done).on('close', done);
    request.resume();
  });
}
