// Reads an upload: a multipart form with one file, which goes to the disk as it comes. Ends at once, and leaves nothing open, whatever goes wrong.
import { createWriteStream } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Busboy } from '@fastify/busboy';
import { MusterError, toMusterError } from '../../core/common/muster-error.ts';
import { HttpProblem } from '../http/http-answer.ts';
import { assertUncompressed } from '../http/request-body.ts';

export interface UploadForm {
  /** Name of the file in the folder. */
  file: string;
  /** By `onField`. */
  fields: Map<string, string>;
}

export interface UploadFormOptions {
  request: IncomingMessage;
  /** Exists. */
  folder: string;
  /** Of the file. */
  maxBytes: number;
  /** Keeps a field. Throws where it is not acceptable. */
  onField(fields: Map<string, string>, name: string, value: string): void;
  /** Called now and then; where it rejects, the upload ends with that. */
  checkSpace(): Promise<void>;
  /** How often; default 64 MiB. */
  checkEveryBytes?: number;
}

const MAX_FIELD_BYTES = 4096;
const MAX_FIELDS = 600;
/** Nothing came for so long: the place is for others. */
const STALLED_AFTER_MS = 60_000;
const CHECK_EVERY_BYTES = 64 * 1024 * 1024;

/** Throws `invalid_argument`, `malformed`, `limit_exceeded`, `cancelled`, `deadline_exceeded`, and 507 where the disk is full. */
export function receiveForm(options: UploadFormOptions): Promise<UploadForm> {
  const { request, folder, maxBytes, checkEveryBytes = CHECK_EVERY_BYTES } = options;
  const form = openForm(request, maxBytes);
  const fields = new Map<string, string>();
  const writing = new AbortController();
  let file: { name: string; saved: Promise<void> } | undefined;
  let unchecked = 0;
  return new Promise((resolve, reject) => {
    const fail = (error: MusterError): void => {
      leave();
      writing.abort();
      form.destroy();
      // What is still written is written to its end before the folder is removed.
      (file?.saved ?? Promise.resolve()).catch(() => undefined).finally(() => reject(error));
    };
    /** Runs what parses a stranger's bytes. */
    const attempt = (work: () => void): void => {
      try {
        work();
      } catch (error) {
        fail(error instanceof MusterError ? error : malformed(error));
      }
    };
    const take = (chunk: Buffer): void => {
      stalled.refresh();
      unchecked += chunk.length;
      if (unchecked >= checkEveryBytes) {
        unchecked = 0;
        options.checkSpace().catch((error: unknown) => fail(toMusterError(error)));
      }
      attempt(() => {
        if (form.write(chunk)) return;
        request.pause();
        form.once('drain', () => request.resume());
      });
    };
    const end = (): void => attempt(() => form.end());
    const gone = (): void => {
      if (!request.complete) fail(new MusterError('cancelled', 'the connection ended before the whole form had come'));
    };
    const stalled = setTimeout(() => {
      fail(new MusterError('deadline_exceeded', `nothing of the form came for ${STALLED_AFTER_MS / 1000} s: send it again`));
    }, STALLED_AFTER_MS);
    const leave = (): void => {
      clearTimeout(stalled);
      request.off('data', take).off('end', end).off('close', gone);
      request.pause();
    };
    form.on('error', (error: unknown) => fail(malformed(error)));
    form.on('field', (name, value, nameTruncated, truncated) =>
      attempt(() => {
        if (nameTruncated || truncated) throw new MusterError('invalid_argument', `the field ${name.slice(0, 40)} is too long`);
        options.onField(fields, name, value);
      }),
    );
    form.on('file', (name, stream, fileName) =>
      attempt(() => {
        const part = stream as unknown as Readable;
        // A part that is given up errs too: whoever waits for it hears of it by `saved`.
        part.on('error', () => undefined);
        if (file !== undefined || name !== 'file') {
          part.resume();
          throw new MusterError('invalid_argument', 'one part with a file is taken, and it is named file');
        }
        stream.on('limit', () => fail(tooLarge(maxBytes)));
        const safe = safeName(fileName);
        const saved = pipeline(part, createWriteStream(join(folder, safe), { mode: 0o600 }), { signal: writing.signal });
        file = { name: safe, saved };
        saved.catch((error: unknown) => fail(diskError(error)));
      }),
    );
    form.on('finish', () => {
      clearTimeout(stalled);
      if (file === undefined) fail(new MusterError('invalid_argument', 'the form has no part named file'));
      else {
        const { name, saved } = file;
        saved.then(
          () => {
            leave();
            resolve({ file: name, fields });
          },
          (error: unknown) => fail(diskError(error)),
        );
      }
    });
    request.on('data', take).on('end', end).on('close', gone);
  });
}

function openForm(request: IncomingMessage, maxBytes: number): InstanceType<typeof Busboy> {
  assertUncompressed(request);
  // What it announces beside the file is no more than the fields may have.
  if (Number(request.headers['content-length'] ?? 0) > maxBytes + MAX_FIELDS * MAX_FIELD_BYTES) throw tooLarge(maxBytes);
  const type = request.headers['content-type'] ?? '';
  if (!/^multipart\/form-data\b/i.test(type))
    throw new MusterError(
      'invalid_argument',
      `the body is ${type.slice(0, 80) || 'of no type'}: multipart/form-data with a part named file is needed`,
    );
  const limits = { files: 2, fileSize: maxBytes, fields: MAX_FIELDS, fieldSize: MAX_FIELD_BYTES, headerPairs: 20 };
  try {
    return new Busboy({ headers: { ...request.headers, 'content-type': type }, limits });
  } catch (error) {
    throw malformed(error);
  }
}

function safeName(fileName: string | undefined): string {
  const last = (fileName ?? '').split(/[\\/]/).at(-1) ?? '';
  const safe = last
    .slice(-1000)
    .replace(/[^A-Za-z0-9._-]+/g, '_')
    .replace(/^\.+/, '')
    .slice(-120);
  return safe || 'upload';
}

function tooLarge(maxBytes: number): MusterError {
  return new MusterError('limit_exceeded', `the file has more than ${maxBytes} bytes: import it in parts, or by muster import`);
}

function malformed(error: unknown): MusterError {
  const words = error instanceof Error ? error.message.slice(0, 200) : String(error);
  return new MusterError('malformed', `the form cannot be read: ${words}`, error);
}

function diskError(error: unknown): MusterError {
  const { code = '' } = error as NodeJS.ErrnoException;
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return new HttpProblem(
      507,
      'unavailable',
      'the gateway has no room for the file: its disk is full; free some space and send it again',
      error,
    );
  return new MusterError('internal', `the gateway cannot write the file (${code || String(error)}): look at its import folder`, error);
}
