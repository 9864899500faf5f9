// A file of /proc or /sys that is held open and read again each tick into one shared buffer.
import { closeSync, openSync, readSync } from 'node:fs';

/** Where the kernel's files are; a fixture's folder in tests. */
export interface HostRoots {
  proc: string;
  sys: string;
  /** State of running programs (default `/run`). */
  run?: string;
  /** Folder of the programs that are asked (default: PATH and where an administrator's tools are). */
  tools?: string;
}

let shared = Buffer.allocUnsafeSlow(32_768);

/** Opened at the first read. A read that fails closes it, so that the next one opens it anew. */
export class HostFile {
  readonly path: string;
  #fd: number | undefined;

  constructor(path: string) {
    this.path = path;
  }

  /** All bytes of the file, valid until any HostFile is read again. Throws what the file system says. */
  read(): Buffer {
    try {
      this.#fd ??= openSync(this.path, 'r');
      return readWhole(this.#fd);
    } catch (error) {
      this.close();
      throw error;
    }
  }

  close(): void {
    if (this.#fd === undefined) return;
    closeSync(this.#fd);
    this.#fd = undefined;
  }
}

// The kernel may hand out a long file in pieces: only a read of nothing is its end.
function readWhole(fd: number): Buffer {
  let length = 0;
  for (;;) {
    const read = readSync(fd, shared, length, shared.length - length, length);
    if (read === 0) return shared.subarray(0, length);
    length += read;
    if (length === shared.length) shared = Buffer.concat([shared], shared.length * 2);
  }
}
