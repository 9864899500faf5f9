// The agent's spool: on disk while that works, in a bounded memory ring while it does not, and back on disk by itself.
import { existsSync, type StatsFs, statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import type { DroppedRange } from '../../core/common/frame.ts';
import { MusterError, messageOf } from '../../core/common/muster-error.ts';
import { makeFolderDurably, moveDurably } from '../../core/node/durable-file.ts';
import { decodeBatch, toFrameColumns } from '../../proto/batch-codec.ts';
import { Backlog, NOTHING_SAVED } from './backlog.ts';
import { clearAll, hex } from './clear-spool.ts';
import { attempt, closeQuietly, isDamage, orClose } from './disk-faults.ts';
import { DropCounts } from './drop-counts.ts';
import { isSameLife } from './file-life.ts';
import { type Salvaged, salvageInto, undoHalfMove } from './lane-file.ts';
import { MemorySpool } from './memory-spool.ts';
import { isMarkedForRenumbering, markForRenumbering } from './renumbering.ts';
import {
  type BatchInput,
  FREE_SHARE,
  SPOOL_AGE,
  SPOOL_LIMIT,
  type Spool,
  type SpooledBatch,
  type SpoolLane,
  type SpoolLimits,
  type SpoolStatistics,
  type SpoolStatus,
} from './spool.ts';
import { openSpoolDatabase, type SetAsideFile } from './spool-database.ts';
import { SqliteSpool } from './sqlite-spool.ts';

const MEMORY_BYTES = 16 * 1024 * 1024;
const TRY_DISK_EVERY_MS = 15_000;
const LOOK_FOR_OLD_EVERY_MS = 10_000;
const RENUMBER_EVERY_MS = 100;
/** Sealed epochs at most: beyond that new batches wait behind the old ones. */
const MAX_BACKLOG = 4;
/** A disk is worth a try when this much is free on it, beyond what is to be written at once. */
const DISK_ROOM_BYTES = 4 * 1024 * 1024;

/** What happens to the spool, for the event log. */
export interface SpoolReports {
  /** `saved` says what was read of it. */
  fileSetAside(file: SetAsideFile, saved: Omit<Salvaged, 'file'>): void;
  /** From now on batches are kept in memory. */
  notDurable(problem: string): void;
  /** Batches are on disk again. */
  durableAgain(): void;
  /** New batches get numbers of a new epoch. */
  epochBegun(reason: string): void;
}

/**
 * New batches get numbers of one epoch, on disk or in memory. Whatever ends an epoch – a disk that fails, a damaged file, a restored one, a
 * long outage – leaves what it still holds in the backlog with the numbers it has, so that nothing can be stored twice or be lost unseen.
 */
export class HostSpool implements Spool {
  readonly #path: string;
  readonly #limits: SpoolLimits;
  readonly #reports: SpoolReports;
  readonly #nowMs: () => number;
  readonly #opened: (database: DatabaseSync) => void;
  readonly #backlog: Backlog;
  readonly #drops = new DropCounts();
  /** By epoch (hex): the next number, as far as this process gave them out. */
  readonly #given = new Map<string, number>();
  #present: SqliteSpool | MemorySpool;
  #tryDiskMs = 0;
  #lookForOldMs = 0;
  /** A damaged page was met: the file is looked through when it is opened again. */
  #damaged = false;
  #renumberTimer: NodeJS.Timeout | undefined;
  onGrown: () => void = () => undefined;

  /** `opened` may stage faults on a file that was opened for new batches. */
  constructor(
    path: string,
    limits: SpoolLimits,
    reports: SpoolReports,
    nowMs: () => number = () => performance.now(),
    opened: (database: DatabaseSync) => void = () => undefined,
  ) {
    this.#path = path;
    this.#limits = { ...limits };
    this.#reports = reports;
    this.#nowMs = nowMs;
    this.#opened = opened;
    // Until the file is open, what is to be told waits in memory.
    const first = this.#newMemory('the spool is not open yet');
    this.#present = first;
    this.#backlog = new Backlog(
      path,
      this.#limits,
      () => this.#present,
      (file, saved) => reports.fileSetAside(file, saved),
    );
    try {
      this.#present = this.#open();
      first.handOver(this.#present);
      this.#scan();
    } catch (error) {
      this.#fallBack(error);
    }
  }

  get #durable(): boolean {
    return this.#present instanceof SqliteSpool;
  }

  get backlog(): readonly SpoolLane[] {
    return this.#backlog.lanes;
  }

  #newMemory(problem: string): MemorySpool {
    return new MemorySpool({ ...this.#limits, maxBytes: Math.min(MEMORY_BYTES, this.#limits.maxBytes) }, problem);
  }

  #open(): SqliteSpool {
    makeFolderDurably(dirname(this.#path));
    undoHalfMove(this.#path);
    const spool = this.#openFile();
    const { epoch, nextSeq } = spool.status();
    const given = this.#given.get(hex(epoch)) ?? 0;
    const sameLife = orClose(spool, () => isSameLife(spool.database, this.#path));
    const marked = isMarkedForRenumbering(spool.database);
    if (sameLife && nextSeq >= given && !marked) return spool;
    this.#backlog.seal(spool, this.#path);
    const why = sameLife ? `the file goes on at ${nextSeq}, after numbers up to ${given - 1}` : 'the machine or the file began a new life';
    this.#reports.epochBegun(why);
    return this.#newFile();
  }

  #scan(present = this.#present): void {
    this.#backlog.scan();
    if (present instanceof SqliteSpool) this.#backlog.reconcile(present);
    this.#renumberLater();
  }

  #openFile(): SqliteSpool {
    let saved: Salvaged | undefined;
    const salvage = (): void => {
      saved = salvageInto(this.#path, (epoch) => `${this.#backlog.pathOf(epoch)}.salvage`, this.#present);
    };
    const { database, setAside } = openSpoolDatabase(this.#path, 'power_cut', salvage, this.#damaged ? 'all' : 'small');
    this.#damaged = false;
    if (saved !== undefined) moveDurably(saved.file, saved.file.replace(/\.salvage$/, ''));
    if (setAside !== undefined) this.#reports.fileSetAside(setAside, saved ?? NOTHING_SAVED);
    return orClose(database, () => {
      this.#opened(database);
      return new SqliteSpool(database, this.#limits);
    });
  }

  #newFile(): SqliteSpool {
    const { database } = openSpoolDatabase(this.#path);
    return orClose(database, () => {
      isSameLife(database, this.#path);
      this.#opened(database);
      return new SqliteSpool(database, this.#limits);
    });
  }

  #fallBack(error: unknown): void {
    const problem = messageOf(error);
    const before = this.#present;
    this.#present = this.#newMemory(problem);
    if (before instanceof MemorySpool) before.handOver(this.#present);
    this.#tryDiskMs = this.#nowMs() + TRY_DISK_EVERY_MS;
    this.#reports.notDurable(problem);
  }

  append(input: BatchInput): readonly DroppedRange[] {
    if (!this.#durable || this.#backlog.broken) this.#tryDisk();
    const dropped = [...this.#orInMemory(() => this.#present.append(input))];
    const { epoch, nextSeq } = this.#present.status();
    this.#given.set(hex(epoch), nextSeq);
    if (this.#durable) dropped.push(...this.#dropBeyondLimits(), ...(attempt(() => this.#renumberSome()) ?? []));
    dropped.push(...this.#dropOld(input.createdUs));
    for (const range of dropped) this.#drops.add(range);
    return dropped;
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
    const disk = this.#present;
    if (disk instanceof MemorySpool || error instanceof MusterError) throw error;
    this.#fallBack(error);
    // A full disk can still be read: what it holds goes out from where it is.
    this.#damaged ||= isDamage(error);
    if (isDamage(error)) closeQuietly(disk);
    else this.#backlog.lend(disk);
  }

  /** Back to the disk, whatever waits in memory: that is written too, in its own epoch. */
  #tryDisk(): void {
    if (this.#nowMs() < this.#tryDiskMs) return;
    this.#tryDiskMs = this.#nowMs() + TRY_DISK_EVERY_MS;
    const before = this.#present;
    let disk: SqliteSpool | undefined;
    try {
      if (before instanceof SqliteSpool) {
        this.#scan();
        return;
      }
      this.#assertRoom(before.status().bytes);
      const { lent } = this.#backlog;
      if (lent?.spool instanceof SqliteSpool) this.#backlog.seal(lent.spool, this.#path);
      disk = this.#open();
      this.#scan(disk);
      before.handOver(disk);
      this.#present = disk;
      this.#backlog.save(before);
    } catch {
      // The problem was reported when it began, and the status still says it.
      this.#present = before;
      if (disk !== undefined) closeQuietly(disk);
      return;
    }
    before.close();
    this.#reports.durableAgain();
  }

  #assertRoom(bytes: number): void {
    const folder = dirname(this.#path);
    if (!existsSync(folder)) return;
    const { bavail, bsize, frsize = bsize } = statfsSync(folder) as StatsFs & { frsize?: number };
    const free = bavail * frsize;
    if (free < bytes * 2 + DISK_ROOM_BYTES) throw new MusterError('unavailable', `${folder} has ${free} bytes free: too few for the spool`);
  }

  /** Gives up everything that is held, in every epoch; the next batch tells of it. */
  clear(): DroppedRange[] {
    return clearAll(this.#backlog.lanes, this.#present);
  }

  /** The oldest epoch first. */
  #dropBeyondLimits(): DroppedRange[] {
    const dropped: DroppedRange[] = [];
    const { maxBytes, maxRows } = this.#limits;
    for (const lane of [...this.#backlog.lanes]) {
      const { bytes, rows } = this.statistics();
      if (bytes <= maxBytes && rows <= maxRows) break;
      const wish = { bytes: bytes - maxBytes * (1 - FREE_SHARE), rows: rows - maxRows * (1 - FREE_SHARE) };
      const range = attempt(() => lane.drop(wish, SPOOL_LIMIT));
      if (range !== undefined) dropped.push(range);
    }
    return dropped;
  }

  #dropOld(nowUs: number): DroppedRange[] {
    const { maxAgeMs = 0 } = this.#limits;
    if (maxAgeMs === 0 || this.#nowMs() < this.#lookForOldMs) return [];
    this.#lookForOldMs = this.#nowMs() + LOOK_FOR_OLD_EVERY_MS;
    const beforeUs = nowUs - maxAgeMs * 1000;
    const present = this.#present;
    const own = () => (present instanceof SqliteSpool ? present.drop({ beforeUs }, SPOOL_AGE) : present.dropBefore(beforeUs, SPOOL_AGE));
    const ranges = [...this.#backlog.lanes].map((lane) => attempt(() => lane.drop({ beforeUs }, SPOOL_AGE)));
    return [...ranges, attempt(own)].filter((range) => range !== undefined);
  }

  read(seq: number, limit: number): SpooledBatch[] {
    return this.#orInMemory(() => this.#present.read(seq, limit));
  }

  ackUpTo(seq: number): void {
    this.#onDisk(() => this.#present.ackUpTo(seq));
  }

  setAside(seq: number, reason: string): void {
    const { batches, rows } = this.#present.status();
    this.#onDisk(() => this.#present.setAside(seq, reason));
    const after = this.#present.status();
    if (after.batches === batches - 1) this.#drops.add({ firstSeq: seq, lastSeq: seq, rows: rows - after.rows, reason });
  }

  /** Where the disk fails, its batches are there when it works again and are sent again: numbers of its epoch mean nothing to the memory. */
  #onDisk(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#leaveDisk(error);
    }
  }

  beginPresent(rows: number): boolean {
    const status = this.#present.status();
    if (status.rows <= rows || this.#backlog.lanes.length >= MAX_BACKLOG) return false;
    this.#beginEpoch(`${status.rows} rows wait: they are sent behind the present`);
    return true;
  }

  /** A snapshot with its memory came back: what is held goes on under new numbers, the used ones are accounted for. */
  renumber(): void {
    const before = this.#present;
    if (before instanceof SqliteSpool) attempt(() => markForRenumbering(before.database));
    this.#beginEpoch('numbers of the epoch were used before: the machine was restored from a snapshot');
    // What is in memory is little, and gone with the process.
    const old = this.#backlog.lanes.find((lane) => lane.spool === before);
    if (old === undefined || !(before instanceof MemorySpool)) {
      this.#renumberLater();
      return;
    }
    for (const { bytes } of old.read(0, old.status().batches)) {
      const { createdUs, frames, events, dropped } = decodeBatch(bytes);
      this.#present.tell(dropped);
      this.append({ createdUs, frames: frames.map(toFrameColumns), events });
    }
    this.#backlog.discard(old);
  }

  /** Some of what waits for new numbers gets them; the rest soon. */
  #renumberSome(): readonly DroppedRange[] {
    const present = this.#present;
    if (!(present instanceof SqliteSpool) || this.#backlog.renumbering.spools.length === 0) return [];
    const dropped = this.#backlog.renumbering.turn(present);
    const { epoch, nextSeq } = present.status();
    this.#given.set(hex(epoch), nextSeq);
    this.#renumberLater();
    return dropped;
  }

  /** All of it, at once: for who looks at the spool while no agent runs. */
  renumberAll(): void {
    while (this.#durable && this.#backlog.renumbering.spools.length > 0) this.#renumberSome();
  }

  #renumberLater(): void {
    clearTimeout(this.#renumberTimer);
    if (this.#backlog.renumbering.spools.length === 0) return;
    this.#renumberTimer = setTimeout(() => {
      // A disk that fails now is tried again with the next append.
      for (const range of attempt(() => this.#renumberSome()) ?? []) this.#drops.add(range);
      this.onGrown();
    }, RENUMBER_EVERY_MS).unref();
  }

  #beginEpoch(reason: string): void {
    const before = this.#present;
    if (before instanceof MemorySpool) {
      this.#present = this.#newMemory(before.status().problem);
      before.handOver(this.#present);
      this.#backlog.hold(before);
    } else {
      // While the files change places, what is to be told waits in memory.
      const between = this.#newMemory('the spool begins a new epoch');
      this.#present = between;
      try {
        this.#backlog.seal(before, this.#path);
        this.#present = this.#newFile();
        between.handOver(this.#present);
      } catch (error) {
        this.#fallBack(error);
      }
    }
    this.#reports.epochBegun(reason);
  }

  status(): SpoolStatus {
    return this.#present.status();
  }

  statistics(): SpoolStatistics {
    const sums = { batches: 0, bytes: 0, rows: 0, oldestUs: 0 };
    for (const spool of [...this.#backlog.spools, this.#present]) {
      const { batches, bytes, rows } = spool.status();
      sums.batches += batches;
      sums.bytes += bytes;
      sums.rows += rows;
      if (sums.oldestUs === 0) sums.oldestUs = attempt(() => spool.oldestUs) ?? 0;
    }
    const present = this.#present;
    const setAside = present instanceof SqliteSpool ? (attempt(() => present.setAsideCount) ?? 0) : 0;
    return { ...sums, drops: this.#drops.all(), setAside };
  }

  limitBatch(bytes: number): void {
    this.apply({ ...this.#limits, maxBatchBytes: bytes });
  }

  /** Other limits, from now on. */
  apply(limits: SpoolLimits): void {
    Object.assign(this.#limits, limits);
  }

  close(): void {
    clearTimeout(this.#renumberTimer);
    this.#backlog.close();
    this.#present.close();
  }
}
