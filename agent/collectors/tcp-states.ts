// Counts TCP sockets by state from /proc/net/tcp and tcp6 (Documentation/networking/proc_net_tcp.rst), piece by piece: the kernel writes
// 150 bytes a socket.
import { closeSync, openSync, readSync } from 'node:fs';

/** In the order of the kernel's numbers, from 1 (include/net/tcp_states.h). */
export const TCP_STATES = [
  'established',
  'syn_sent',
  'syn_received',
  'fin_wait1',
  'fin_wait2',
  'time_wait',
  'close',
  'close_wait',
  'last_ack',
  'listen',
  'closing',
  'new_syn_received',
] as const;

const NEWLINE = 10;
const SPACE = 32;
/** sl, local and remote address stand before it. */
const STATE_WORD = 4;
const PIECE_BYTES = 16_384;

/** Takes the bytes of the files in any pieces. */
export class TcpStateCounter {
  readonly counts = new Float64Array(TCP_STATES.length);
  #word = 0;
  #inWord = false;
  #state = 0;

  /** A new file begins: its first line is a heading. */
  begin(): void {
    this.#word = Number.POSITIVE_INFINITY;
    this.#inWord = false;
    this.#state = 0;
  }

  add(bytes: Uint8Array): void {
    let at = 0;
    while (at < bytes.length) {
      // What stands behind the state is of no interest.
      if (this.#word > STATE_WORD) {
        const end = bytes.indexOf(NEWLINE, at);
        if (end < 0) return;
        at = end;
      }
      this.#take(bytes[at++] as number);
    }
  }

  #take(byte: number): void {
    if (byte === NEWLINE) {
      this.#word = 0;
      this.#inWord = false;
      this.#state = 0;
    } else if (byte === SPACE) {
      if (this.#inWord && this.#word === STATE_WORD) this.#count();
      this.#inWord = false;
    } else {
      if (!this.#inWord) this.#word++;
      this.#inWord = true;
      if (this.#word === STATE_WORD) this.#state = this.#state * 16 + hexDigit(byte);
    }
  }

  #count(): void {
    const { counts } = this;
    if (this.#state >= 1 && this.#state <= counts.length) counts[this.#state - 1] = counts[this.#state - 1]! + 1;
    this.#state = 0;
    this.#word++;
  }
}

function hexDigit(byte: number): number {
  return byte <= 57 ? byte - 48 : (byte | 32) - 87;
}

/** Sockets by state, in the order of `TCP_STATES`. A file that is not there has none: a kernel without IPv6. */
export function countTcpStates(paths: readonly string[]): Float64Array {
  const counter = new TcpStateCounter();
  const piece = Buffer.allocUnsafe(PIECE_BYTES);
  for (const path of paths) {
    let fd: number;
    try {
      fd = openSync(path, 'r');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') continue;
      throw error;
    }
    try {
      counter.begin();
      for (let read = readSync(fd, piece); read > 0; read = readSync(fd, piece)) counter.add(piece.subarray(0, read));
    } finally {
      closeSync(fd);
    }
  }
  return counter.counts;
}
