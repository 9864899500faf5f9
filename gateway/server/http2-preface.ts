// Tells HTTP/2 from HTTP/1.1 by how a connection begins, and leaves that there to be read: not every client names its protocol in TLS.
// Source: RFC 9113, 3.4: the client's preface is 24 bytes, followed by a SETTINGS frame.
import type { Duplex } from 'node:stream';
import { MusterError } from '../../core/common/muster-error.ts';

const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'latin1');
const METHOD = /^(GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS) /;
const MAX_METHOD = 8;
const MAY_BECOME_METHOD = /^[A-Z]*$/;
const FRAME_HEADER = 9;
const SETTINGS = 4;
const MAX_SETTINGS = 1024;

export type HttpVersion = 'http/1.1' | 'h2';

/** Resolves when a method of HTTP/1.1, or preface and settings in full, are there; all bytes are put back. Rejects for anything else, and where the connection ends. */
export function awaitPreface(socket: Duplex): Promise<HttpVersion> {
  return new Promise((resolve, reject) => {
    let seen: Buffer = Buffer.alloc(0);
    const finish = (outcome: MusterError | HttpVersion): void => {
      socket.off('readable', read);
      socket.off('close', gone);
      if (typeof outcome !== 'string') {
        reject(outcome);
        return;
      }
      socket.unshift(seen);
      resolve(outcome);
    };
    const read = (): void => {
      for (let chunk = socket.read() as Buffer | null; chunk !== null; chunk = socket.read() as Buffer | null) {
        seen = seen.length === 0 ? chunk : Buffer.concat([seen, chunk]);
      }
      try {
        if (METHOD.test(seen.toString('latin1', 0, MAX_METHOD))) finish('http/1.1');
        else if (isComplete(seen)) finish('h2');
      } catch (error) {
        finish(error as MusterError);
      }
    };
    const gone = (): void => finish(new MusterError('cancelled', `the connection was closed after ${seen.length} bytes`));
    socket.on('readable', read);
    socket.on('close', gone);
  });
}

/** Throws `malformed` for what cannot become HTTP/2. */
function isComplete(bytes: Buffer): boolean {
  const start = Math.min(bytes.length, PREFACE.length);
  if (MAY_BECOME_METHOD.test(bytes.toString('latin1', 0, MAX_METHOD)) && bytes.length < MAX_METHOD) return false;
  if (bytes.compare(PREFACE, 0, start, 0, start) !== 0) throw new MusterError('malformed', 'the connection does not speak HTTP');
  if (bytes.length < PREFACE.length + FRAME_HEADER) return false;
  const length = bytes.readUIntBE(PREFACE.length, 3);
  if (bytes[PREFACE.length + 3] !== SETTINGS || length > MAX_SETTINGS) {
    throw new MusterError('malformed', 'the preface of HTTP/2 is not followed by settings');
  }
  return bytes.length >= PREFACE.length + FRAME_HEADER + length;
}
