// Epochs that get no new batches any more and still hold some: each in a file of its own beside the spool, sent behind the present.
import { readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import type { DroppedRange } from '../../core/common/frame.ts';
import { moveDurably } from '../../core/node/durable-file.ts';
import { closeQuietly } from './disk-faults.ts';
import { moveDatabase, removeDatabase, type Salvaged, salvageInto, type Teller, writeLane } from './lane-file.ts';
import type { MemorySpool } from './memory-spool.ts';
import { isMarkedForRenumbering, Renumbering } from './renumbering.ts';
import type { SpooledBatch, SpoolLane, SpoolLimits, SpoolStatus } from './spool.ts';
import { openExisting, openSpoolDatabase, type SetAsideFile } from './spool-database.ts';
import { type DropWish, SqliteSpool } from './sqlite-spool.ts';

/** A damaged file was set aside; so much of it was saved. */
export type OnSetAside = (file: SetAsideFile, saved: Omit<Salvaged, 'file'>) => void;
export const NOTHING_SAVED: Omit<Salvaged, 'file'> = { batches: 0, rows: 0, lost: 0 };

/** A sealed epoch. Where its storage fails it gives nothing more; its file is looked at again later. */
export class BacklogLane implements SpoolLane {
  readonly path: string | undefined;
  readonly spool: SqliteSpool | MemorySpool;
  readonly #teller: () => Teller;
  readonly #done: (lane: BacklogLane, broken: boolean) => void;

  /** Without a path it is in memory. */
  constructor(
    spool: SqliteSpool | MemorySpool,
    path: string | undefined,
    teller: () => Teller,
    done: (lane: BacklogLane, broken: boolean) => void,
  ) {
    this.spool = spool;
    this.path = path;
    this.#teller = teller;
    this.#done = done;
  }

  status(): SpoolStatus {
    return this.spool.status();
  }

  read(seq: number, limit: number): SpooledBatch[] {
    try {
      return this.spool.read(seq, limit);
    } catch {
      // Reported when the file is salvaged.
      this.#done(this, true);
      return [];
    }
  }

  ackUpTo(seq: number): void {
    try {
      this.spool.ackUpTo(seq);
    } catch {
      // On a full disk nothing can be deleted: it is tried again with the next ones, and sent again after a restart.
    }
    this.#finishIfEmpty();
  }

  setAside(seq: number, reason: string): void {
    this.spool.setAside(seq, reason);
    this.spool.handOver(this.#teller());
    this.#finishIfEmpty();
  }

  drop(wish: DropWish, reason: string): DroppedRange | undefined {
    const range = 'drop' in this.spool ? this.spool.drop(wish, reason) : this.spool.dropBefore(wish.beforeUs ?? 0, reason);
    this.spool.handOver(this.#teller());
    this.#finishIfEmpty();
    return range;
  }

  #finishIfEmpty(): void {
    if (this.spool.status().batches === 0) this.#done(this, false);
  }
}

/** The sealed epochs of one spool. */
export class Backlog {
  readonly #path: string;
  readonly #limits: SpoolLimits;
  readonly #teller: () => Teller;
  readonly #onSetAside: OnSetAside;
  /** Epochs that are not sent, as their numbers were used before. */
  readonly renumbering = new Renumbering();
  #lanes: BacklogLane[] = [];
  /** A file could not be read: it is to be looked at again. */
  #broken = false;

  /** `path` is the spool's: the files stand beside it. */
  constructor(path: string, limits: SpoolLimits, teller: () => Teller, onSetAside: OnSetAside) {
    this.#onSetAside = onSetAside;
    this.#path = path;
    this.#limits = { ...limits, maxBytes: Number.POSITIVE_INFINITY, maxRows: Number.POSITIVE_INFINITY };
    this.#teller = teller;
  }

  /** Oldest first. */
  get lanes(): readonly BacklogLane[] {
    return this.#lanes;
  }

  get broken(): boolean {
    return this.#broken;
  }

  /** Opens the files that are not open yet; of one that is damaged, what can be read. Throws where the disk fails. */
  scan(): void {
    const prefix = `${basename(this.#path)}.backlog-`;
    const check = this.#broken ? 'all' : 'small';
    for (const name of readdirSync(dirname(this.#path))) {
      const path = join(dirname(this.#path), name);
      if (!name.startsWith(prefix) || !/^[0-9a-f]{32}$/.test(name.slice(prefix.length))) continue;
      if (this.#lanes.some((lane) => lane.path === path) || this.renumbering.has(path)) continue;
      const found = openExisting(path, 'power_cut', check);
      this.#add(typeof found === 'string' ? this.#rescue(path) : found, path);
    }
    this.#broken = false;
  }

  /** Salvages a damaged file into a sealed epoch of its own name. */
  #rescue(path: string): DatabaseSync {
    let rescued: Salvaged | undefined;
    const salvage = (): void => {
      rescued = salvageInto(path, (epoch) => `${this.pathOf(epoch)}.salvage`, this.#teller());
    };
    const { database, setAside } = openSpoolDatabase(path, 'power_cut', salvage, 'all');
    if (setAside !== undefined) this.#onSetAside(setAside, rescued ?? NOTHING_SAVED);
    if (rescued === undefined) return database;
    database.close();
    moveDurably(rescued.file, path);
    return openExisting(path) as DatabaseSync;
  }

  #add(database: DatabaseSync, path: string): void {
    const spool = new SqliteSpool(database, this.#limits);
    spool.handOver(this.#teller());
    if (isMarkedForRenumbering(database)) this.renumbering.add(spool, path);
    else this.#push(spool, path);
  }

  #push(spool: SqliteSpool | MemorySpool, path: string | undefined): void {
    if (spool.status().batches === 0) {
      spool.close();
      if (path !== undefined) removeDatabase(path);
      return;
    }
    this.#lanes.push(new BacklogLane(spool, path, this.#teller, (lane, broken) => this.#done(lane, broken)));
    this.#lanes.sort((a, b) => a.spool.oldestUs - b.spool.oldestUs);
  }

  #done(lane: BacklogLane, broken: boolean): void {
    this.#lanes = this.#lanes.filter((other) => other !== lane);
    this.#broken ||= broken;
    closeQuietly(lane.spool);
    if (!broken && lane.path !== undefined) removeDatabase(lane.path);
  }

  /** Takes over a spool whose file at `path` is renamed; throws where that fails. */
  seal(spool: SqliteSpool, path: string): void {
    const target = this.pathOf(spool.status().epoch);
    closeQuietly(spool);
    this.#lanes = this.#lanes.filter((lane) => lane.spool !== spool);
    moveDatabase(path, target);
    const database = openExisting(target, 'power_cut', 'none');
    if (typeof database !== 'string') this.#add(database, target);
  }

  /** Keeps a spool in its place whose file cannot be written now: what it holds can still be read. */
  lend(spool: SqliteSpool): void {
    // Numbers that were used before are not sent; the file is opened again when the disk works.
    if (isMarkedForRenumbering(spool.database)) closeQuietly(spool);
    else this.#push(spool, this.#path);
  }

  /** The lane whose file still has the name of the spool itself. */
  get lent(): BacklogLane | undefined {
    return this.#lanes.find((lane) => lane.path === this.#path);
  }

  /** Keeps what a memory spool holds, on disk where that works. Throws where it does not. */
  save(memory: MemorySpool): void {
    const { epoch, batches } = memory.status();
    if (batches === 0) return;
    const path = this.pathOf(epoch);
    writeLane(`${path}.salvage`, memory, memory.read(0, batches));
    moveDurably(`${path}.salvage`, path);
    this.#add(openExisting(path) as DatabaseSync, path);
  }

  /** Keeps a memory spool as it is. */
  hold(memory: MemorySpool): void {
    this.#push(memory, undefined);
  }

  /** What a lane holds is held elsewhere. */
  discard(lane: BacklogLane): void {
    this.#done(lane, false);
  }

  pathOf(epoch: Uint8Array): string {
    return `${this.#path}.backlog-${Buffer.from(epoch).toString('hex')}`;
  }

  /** All that is held beside the present. */
  get spools(): readonly (SqliteSpool | MemorySpool)[] {
    return [...this.renumbering.spools, ...this.#lanes.map((lane) => lane.spool)];
  }

  /** What a start finds copied is not copied again. To be called before anything is sent. */
  reconcile(present: SqliteSpool): void {
    const files = this.#lanes.flatMap(({ spool }) => (spool instanceof SqliteSpool ? spool.database : []));
    this.renumbering.reconcile([present.database, ...files]);
  }

  close(): void {
    this.renumbering.close();
    for (const lane of this.#lanes) closeQuietly(lane.spool);
    this.#lanes = [];
  }
}
