// Where an export goes: stdout, or a file that appears under its name once it is whole.
import { createHash, type Hash, randomBytes } from 'node:crypto';
import { type FileHandle, mkdir, open, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { MusterError } from '../../core/common/muster-error.ts';
import { moveDurably } from '../../core/node/durable-file.ts';

export interface ExportTarget {
  write(bytes: Uint8Array | string): Promise<void>;
  /** It is whole: from now on it has its name. */
  commit(): Promise<void>;
  /** Leaves nothing behind. Harmless after `commit`. */
  abandon(): Promise<void>;
}

export class StdoutTarget implements ExportTarget {
  readonly #stdout: NodeJS.WriteStream;

  constructor(stdout: NodeJS.WriteStream) {
    this.#stdout = stdout;
  }

  async write(bytes: Uint8Array | string): Promise<void> {
    if (!this.#stdout.write(bytes)) await new Promise((resolve) => this.#stdout.once('drain', resolve));
  }

  async commit(): Promise<void> {}

  async abandon(): Promise<void> {}
}

export class FileTarget implements ExportTarget {
  readonly #path: string;
  readonly #partial: string;
  readonly #hash: Hash = createHash('sha256');
  #file: FileHandle | undefined;
  #bytes = 0;

  private constructor(path: string, partial: string, file: FileHandle) {
    this.#path = path;
    this.#partial = partial;
    this.#file = file;
  }

  /** Makes the folders on its way. Throws `failed_precondition` where it cannot be written. */
  static async open(path: string): Promise<FileTarget> {
    const partial = `${path}.${randomBytes(4).toString('hex')}.partial`;
    try {
      await mkdir(dirname(path), { recursive: true });
      return new FileTarget(path, partial, await open(partial, 'wx'));
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code;
      throw new MusterError('failed_precondition', `${path} cannot be written (${code}): name another file`, error);
    }
  }

  get bytes(): number {
    return this.#bytes;
  }

  async write(data: Uint8Array | string): Promise<void> {
    const bytes = typeof data === 'string' ? Buffer.from(data) : data;
    if (bytes.length === 0) return;
    this.#hash.update(bytes);
    this.#bytes += bytes.length;
    try {
      await this.#file?.writeFile(bytes);
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code;
      throw new MusterError('failed_precondition', `${this.#path} cannot be written on (${code}): make room, or name another place`, error);
    }
  }

  async commit(): Promise<void> {
    await this.#file?.sync();
    await this.#close();
    moveDurably(this.#partial, this.#path);
  }

  async abandon(): Promise<void> {
    await this.#close();
    await rm(this.#partial, { force: true });
  }

  /** Of all that was written, hexadecimal; once. */
  sha256(): string {
    return this.#hash.digest('hex');
  }

  async #close(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    await file?.close();
  }
}
