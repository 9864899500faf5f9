// Waits for the beginning of HTTP/2 on a connection, and leaves it there to be read.
// Source: RFC 9113, 3.4: the client's preface is 24 bytes, followed by a SETTINGS frame.
import type { Duplex } from 'node:stream';
import { MusterError } from '../../core/common/muster-error.ts';

const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'latin1');
const FRAME_HEADER = 9;
const SETTINGS = 4;
const MAX_SETTINGS = 1024;

/** Resolves when preface and settings are there in full; all bytes are put back. Rejects when they are not, or the connection ends. */
export function awaitPreface(socket: Duplex): Promise<void> {
  return new Promise((resolve, reject) => {
    let seen: Buffer = Buffer.alloc(0);
    const finish = (error?: MusterError): void => {
      socket.off('readable', read);
      socket.off('close', gone);
      if (error !== undefined) {
        reject(error);
        return;
      }
      socket.unshift(seen);
      resolve();
    };
    const read = (): void => {
      for (let chunk = socket.read() as Buffer | null; chunk !== null; chunk = socket.read() as Buffer | null) {
        seen = seen.length === 0 ? chunk : Buffer.concat([seen, chunk]);
      }
      try {
        if (isComplete(seen)) finish();
      } catch (error) {
        finish(error as MusterError);
      }
    };
    const gone = (): void =>
      finish(new MusterError('cancelled', `the connection was closed after ${seen.length} bytes of HTTP/2's preface`));
    socket.on('readable', read);
    socket.on('close', gone);
  });
}

/** Throws `malformed` for what cannot become HTTP/2. */
function isComplete(bytes: Buffer): boolean {
  const start = Math.min(bytes.length, PREFACE.length);
  if (bytes.compare(PREFACE, 0, start, 0, start) !== 0) throw new MusterError('malformed', 'the connection does not speak HTTP/2');
  if (bytes.length < PREFACE.length + FRAME_HEADER) return false;
  const length = bytes.readUIntBE(PREFACE.length, 3);
  if (bytes[PREFACE.length + 3] !== SETTINGS || length > MAX_SETTINGS) {
    throw new MusterError('malformed', 'the preface of HTTP/2 is not followed by settings');
  }
  return bytes.length >= PREFACE.length + FRAME_HEADER + length;
}
