// The agent's spool: on disk while that works, in a bounded memory ring while it does not, and back on disk by itself.
import { dirname } from 'node:path';
import type { DroppedRange } from '../../core/common/frame.ts';
import { MusterError } from '../../core/common/muster-error.ts';
import { makeStateFolder } from '../state-folder.ts';
import { MemorySpool } from './memory-spool.ts';
import type { BatchInput, Spool, SpooledBatch, SpoolLimits, SpoolStatus } from './spool.ts';
import { openSpoolDatabase, type SetAsideFile } from './spool-database.ts';
import { SqliteSpool } from './sqlite-spool.ts';

const MEMORY_BYTES = 16 * 1024 * 1024;
const TRY_DISK_EVERY_MS = 15_000;

/** What happens to the spool, for the event log. */
export interface SpoolReports {
  fileSetAside(file: SetAsideFile): void;
  /** From now on batches are kept in memory. */
  notDurable(problem: string): void;
  /** Batches are on disk again. */
  durableAgain(): void;
}

/**
 * While the disk fails, new batches are numbered in an epoch of their own in memory and go out from there; what the disk holds waits for it.
 * When the disk works again, the memory is drained first.
 */
export class HostSpool implements Spool {
  readonly #path: string;
  readonly #limits: SpoolLimits;
  readonly #reports: SpoolReports;
  readonly #nowMs: () => number;
  #disk: SqliteSpool | undefined;
  #memory: MemorySpool | undefined;
  #tryDiskMs = 0;

  constructor(path: string, limits: SpoolLimits, reports: SpoolReports, nowMs: () => number = () => performance.now()) {
    this.#path = path;
    this.#limits = limits;
    this.#reports = reports;
    this.#nowMs = nowMs;
    try {
      this.#disk = this.#open();
    } catch (error) {
      this.#fallBack(error);
    }
  }

  get #current(): Spool {
    return this.#memory ?? (this.#disk as SqliteSpool);
  }

  #open(): SqliteSpool {
    makeStateFolder(dirname(this.#path));
    const { database, setAside } = openSpoolDatabase(this.#path);
    if (setAside !== undefined) this.#reports.fileSetAside(setAside);
    return new SqliteSpool(database, this.#limits);
  }

  #fallBack(error: unknown): void {
    const problem = error instanceof Error ? error.message : String(error);
    this.#memory = new MemorySpool({ ...this.#limits, maxBytes: Math.min(MEMORY_BYTES, this.#limits.maxBytes) }, problem);
    this.#tryDiskMs = this.#nowMs() + TRY_DISK_EVERY_MS;
    this.#reports.notDurable(problem);
  }

  append(input: BatchInput): readonly DroppedRange[] {
    if (this.#memory !== undefined) {
      this.#tryDisk(this.#memory);
      return this.#current.append(input);
    }
    return this.#orInMemory(() => this.#current.append(input));
  }

  /** Once more, in memory, where the disk fails. */
  #orInMemory<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      this.#leaveDisk(error);
      return work();
    }
  }

  /** Throws what is not the disk's doing: a number that was never given, or an error of the memory. */
  #leaveDisk(error: unknown): void {
    if (this.#memory !== undefined || error instanceof MusterError) throw error;
    this.#closeDisk();
    this.#fallBack(error);
  }

  #tryDisk(memory: MemorySpool): void {
    if (this.#nowMs() < this.#tryDiskMs || memory.status().batches > 0 || memory.hasUntold) return;
    this.#tryDiskMs = this.#nowMs() + TRY_DISK_EVERY_MS;
    try {
      this.#disk = this.#open();
    } catch {
      // The problem was reported when it began, and the status still says it.
      return;
    }
    this.#memory = undefined;
    this.#reports.durableAgain();
  }

  // A disk that failed may fail here too; that is the state we are leaving.
  #closeDisk(): void {
    try {
      this.#disk?.close();
    } catch {
      this.#disk = undefined;
    }
    this.#disk = undefined;
  }

  read(seq: number, limit: number): SpooledBatch[] {
    return this.#orInMemory(() => this.#current.read(seq, limit));
  }

  ackUpTo(seq: number): void {
    this.#onDisk(() => this.#current.ackUpTo(seq));
  }

  setAside(seq: number, reason: string): void {
    this.#onDisk(() => this.#current.setAside(seq, reason));
  }

  /** Where the disk fails, its batches are there when it works again and are sent again: numbers of its epoch mean nothing to the memory. */
  #onDisk(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#leaveDisk(error);
    }
  }

  status(): SpoolStatus {
    return this.#current.status();
  }

  close(): void {
    this.#current.close();
  }
}
