// A disk of its own for a test: ext4 in a file, so that it can be cut off like by a power failure, or be full, without a machine of its own.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, statfsSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { MusterError } from '../../core/common/muster-error.ts';
import { temporaryFolder } from './server.ts';

const NEEDS = 'this drill needs root, mkfs.ext4, mount and a free loop device: run it as root on Linux, in a container with --privileged';

export class ImageDisk {
  /** Where it is mounted. */
  readonly path: string;
  readonly #folder: string;
  #image: string;
  #cuts = 0;

  /** Throws `missing_runtime` with what it needs where it cannot be made. */
  constructor(bytes: number) {
    this.#folder = temporaryFolder('disk');
    this.path = join(this.#folder, 'disk');
    this.#image = join(this.#folder, 'image-0');
    mkdirSync(this.path);
    try {
      writeFileSync(this.#image, '');
      truncateSync(this.#image, bytes);
      // Without a reserve for root, which may write on a disk that is full for all others.
      execFileSync('mkfs.ext4', ['-q', '-F', '-m', '0', this.#image], { stdio: ['ignore', 'ignore', 'pipe'] });
      this.#mount();
    } catch (error) {
      rmSync(this.#folder, { recursive: true, force: true });
      const why = (error as { stderr?: Buffer }).stderr?.toString().trim() || (error as Error).message;
      throw new MusterError('missing_runtime', `${NEEDS} (${why})`, error);
    }
  }

  /**
   * What is in the file now is all that is left: what the file system in it had not written yet is lost, as when power goes. Whoever writes to it
   * must be stopped before. Returns what puts the copy in place, to be called when they have ended.
   */
  cut(): () => void {
    const before = this.#image;
    this.#image = join(this.#folder, `image-${++this.#cuts}`);
    execFileSync('cp', ['--sparse=always', before, this.#image]);
    return () => {
      execFileSync('umount', ['-l', this.path]);
      this.#mount();
      rmSync(before);
    };
  }

  /** Nothing more fits. */
  fill(): void {
    const { bavail, bsize } = statfsSync(this.path);
    const ballast = join(this.path, 'ballast');
    // The file system needs some of it for itself: the rest is written until it says no.
    execFileSync('fallocate', ['-l', String(Math.max(bsize, bavail * bsize - 16 * 1024 ** 2)), ballast]);
    spawnSync('dd', ['if=/dev/zero', `of=${ballast}`, 'bs=4096', 'oflag=append', 'conv=notrunc'], { stdio: 'ignore' });
  }

  /** Takes away what `fill` put there. */
  free(): void {
    rmSync(join(this.path, 'ballast'), { force: true });
  }

  /** Unmounts it and removes its file. */
  remove(): void {
    execFileSync('umount', ['-l', this.path], { stdio: 'ignore' });
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #mount(): void {
    execFileSync('mount', ['-o', 'loop', this.#image, this.path], { stdio: ['ignore', 'ignore', 'pipe'] });
  }
}
