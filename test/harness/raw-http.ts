// Speaks to an HTTP server in bytes, as a client does that keeps to no rule.
import type { Duplex } from 'node:stream';

/** Opens a connection; `ready` is called when bytes may be written. */
export type Open = (ready: () => void) => Duplex;

export interface RawAnswer {
  /** Of each answer, in their order. */
  statuses: number[];
  text: string;
}

const STATUS_LINE = /HTTP\/1\.1 (\d{3}) /g;

/** Sends the bytes over a connection of its own and reads until it is closed, so many answers have come, or nothing comes for `quietMs`. */
export function exchange(open: Open, bytes: Buffer | string, answers: number, quietMs = 5000): Promise<RawAnswer> {
  return new Promise((resolve) => {
    let text = '';
    let statuses: number[] = [];
    const done = (): void => {
      clearTimeout(quiet);
      socket.destroy();
      resolve({ statuses, text });
    };
    const quiet = setTimeout(done, quietMs);
    const socket = open(() => socket.write(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes));
    socket.on('data', (data: Buffer) => {
      quiet.refresh();
      text += data.toString('latin1');
      statuses = [...text.matchAll(STATUS_LINE)].map((match) => Number(match[1]));
      if (statuses.length >= answers) done();
    });
    socket.on('error', done).on('close', done);
  });
}
