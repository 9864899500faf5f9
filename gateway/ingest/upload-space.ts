// Whether a disk has room for an upload, others that are under way included. What runs beside it on that disk needs room too.
import { statfs } from 'node:fs/promises';
import { HttpProblem } from '../http/http-answer.ts';

/** Kept free: a twentieth of the disk, of large disks no more than this. */
const KEPT_FREE_SHARE = 0.05;
const MAX_KEPT_FREE_BYTES = 2 * 1024 ** 3;

export interface Disk {
  freeBytes: number;
  sizeBytes: number;
}

export class UploadSpace {
  readonly #look: (folder: string) => Promise<Disk>;
  /** What each upload under way has announced. */
  readonly #announced = new Map<object, number>();

  constructor(look: (folder: string) => Promise<Disk> = lookAt) {
    this.#look = look;
  }

  /** Rejects with 507 where so many bytes more would leave too little. Returns what ends the claim. */
  async claim(folder: string, bytes: number): Promise<() => void> {
    const claim = {};
    const others = [...this.#announced.values()].reduce((sum, each) => sum + each, 0);
    this.#announced.set(claim, bytes);
    try {
      await this.check(folder, others + bytes);
    } catch (error) {
      this.#announced.delete(claim);
      throw error;
    }
    return () => this.#announced.delete(claim);
  }

  /** Rejects with 507 where too little is free for so many bytes. */
  async check(folder: string, bytes = 0): Promise<void> {
    const { freeBytes, sizeBytes } = await this.#look(folder);
    const kept = Math.min(MAX_KEPT_FREE_BYTES, sizeBytes * KEPT_FREE_SHARE);
    if (freeBytes - bytes >= kept) return;
    const mib = (value: number): string => `${Math.floor(value / 1024 ** 2)} MiB`;
    throw new HttpProblem(
      507,
      'unavailable',
      `the gateway has no room for the file: ${mib(freeBytes)} are free, ${mib(kept)} stay free and ${mib(bytes)} are wanted; free some space`,
    );
  }
}

async function lookAt(folder: string): Promise<Disk> {
  const { bavail, blocks, bsize } = await statfs(folder);
  return { freeBytes: bavail * bsize, sizeBytes: blocks * bsize };
}
