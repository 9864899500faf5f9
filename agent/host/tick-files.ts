// Files that several collectors read, such as /proc/stat: the kernel makes them anew at each reading, so each is read once a tick.
import { join } from 'node:path';
import type { Tick } from './collector.ts';
import { HostFile, type HostRoots } from './host-file.ts';

const NO_BYTES = Buffer.alloc(0);

export class TickFile {
  readonly #file: HostFile;
  #tick: Tick | undefined;
  #room = NO_BYTES;
  #bytes = NO_BYTES;

  constructor(path: string) {
    this.#file = new HostFile(path);
  }

  /** As it was when it was first asked for in this tick. Valid until it is read in another one. Throws what the file system says. */
  read(tick: Tick): Buffer {
    if (tick === this.#tick) return this.#bytes;
    this.#tick = undefined;
    const bytes = this.#file.read();
    if (bytes.length > this.#room.length) this.#room = Buffer.allocUnsafeSlow(bytes.length * 2);
    bytes.copy(this.#room);
    this.#bytes = this.#room.subarray(0, bytes.length);
    this.#tick = tick;
    return this.#bytes;
  }

  /** Whoever else reads it opens it again. */
  close(): void {
    this.#file.close();
    this.#tick = undefined;
  }
}

/** Of the collectors that run in the same ticks. */
export class TickFiles {
  readonly #proc: string;
  readonly #files = new Map<string, TickFile>();

  constructor(roots: HostRoots) {
    this.#proc = roots.proc;
  }

  /** The file at this path below /proc. */
  file(path: string): TickFile {
    const known = this.#files.get(path);
    if (known !== undefined) return known;
    const file = new TickFile(join(this.#proc, path));
    this.#files.set(path, file);
    return file;
  }
}
