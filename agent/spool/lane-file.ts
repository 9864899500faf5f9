// Files with batches that have their numbers already: what a memory ring or a damaged file held.
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import type { DroppedRange } from '../../core/common/frame.ts';
import { moveDurably } from '../../core/node/durable-file.ts';
import type { Carried, KeptBatch, MemorySpool } from './memory-spool.ts';
import { salvage } from './salvage.ts';
import { createSpoolDatabase } from './spool-database.ts';

/** Who accounts for what is dropped in a sealed epoch: the spool that still makes batches. */
export interface Teller {
  tell(ranges: readonly DroppedRange[]): void;
}

/** What became of a damaged file. */
export interface Salvaged {
  file: string;
  batches: number;
  rows: number;
  lost: number;
}

/** Writes the readable batches of the file at `path` into a new one and tells what is lost. Undefined where nothing is known of the file. */
export function salvageInto(path: string, toFile: (epoch: Uint8Array) => string, teller: Teller): Salvaged | undefined {
  let writer: LaneWriter | undefined;
  try {
    const found = salvage(path, (batch, epoch) => {
      writer ??= new LaneWriter(toFile(epoch), epoch);
      writer.add(batch);
    });
    if (found === undefined) return undefined;
    writer ??= new LaneWriter(toFile(found.epoch), found.epoch);
    for (const range of found.carried) writer.carry(range);
    writer.finish(found.nextSeq);
    teller.tell(found.dropped);
    const lost = found.dropped.reduce((sum, { firstSeq, lastSeq, rows }) => sum + (rows === 0 ? lastSeq - firstSeq + 1 : 0), 0);
    return { file: writer.path, batches: found.batches, rows: found.rows, lost };
  } catch (error) {
    writer?.abandon();
    throw error;
  }
}

const COMMIT_EVERY = 256;

/** A file with batches that have their numbers already. */
class LaneWriter {
  readonly path: string;
  readonly #database: DatabaseSync;
  #count = 0;
  #rows = 0;

  constructor(path: string, epoch: Uint8Array) {
    this.path = path;
    removeDatabase(path);
    this.#database = createSpoolDatabase(path, 'power_cut', epoch);
    this.#database.exec('BEGIN IMMEDIATE');
  }

  add({ seq, createdUs, rows, bytes }: { seq: number; createdUs: number; rows: number; bytes: Uint8Array }): void {
    this.#database.prepare('INSERT INTO batches VALUES (?, ?, ?, ?)').run(seq, createdUs, rows, bytes);
    this.#rows += rows;
    if (++this.#count % COMMIT_EVERY === 0) this.#database.exec('COMMIT; BEGIN IMMEDIATE');
  }

  /** What one of its batches tells of: when that batch is dropped, it is to be told again. */
  carry({
    epoch,
    firstSeq,
    lastSeq,
    rows,
    reason,
    carrier = null,
  }: Omit<Carried, 'carrier'> & { carrier?: number | null | undefined }): void {
    const sql = 'INSERT INTO dropped (epoch, first_seq, last_seq, rows, reason, carrier) VALUES (?, ?, ?, ?, ?, ?)';
    this.#database.prepare(sql).run(Buffer.from(epoch), firstSeq, lastSeq, rows, reason, carrier);
  }

  finish(nextSeq: number): void {
    this.#database.prepare('UPDATE meta SET next_seq = ?, rows_committed = ?').run(nextSeq, this.#rows);
    this.#database.exec('COMMIT');
    this.#database.close();
  }

  abandon(): void {
    if (this.#database.isOpen) this.#database.close();
    removeDatabase(this.path);
  }
}

export function writeLane(path: string, memory: MemorySpool, batches: readonly KeptBatch[]): void {
  const { epoch, nextSeq } = memory.status();
  const writer = new LaneWriter(path, epoch);
  try {
    for (const batch of batches) writer.add(batch);
    for (const range of memory.carried) writer.carry(range);
    writer.finish(nextSeq);
  } catch (error) {
    writer.abandon();
    throw error;
  }
}

export function moveDatabase(from: string, to: string): void {
  // The log first: without it the file is older, with another file's it would be damaged.
  if (existsSync(`${from}-wal`)) moveDurably(`${from}-wal`, `${to}-wal`);
  moveDurably(from, to);
}

/**
 * Gives a file its log back where a move was cut off between the two: with the log alone under the new name, the file is older than it was. A log is
 * told by the epoch in its name, as with another file's a file would be damaged.
 */
export function undoHalfMove(path: string): void {
  if (!existsSync(path) || existsSync(`${path}-wal`)) return;
  const prefix = `${basename(path)}.backlog-`;
  for (const name of readdirSync(dirname(path))) {
    const epoch = /^([0-9a-f]{32})-wal$/.exec(name.startsWith(prefix) ? name.slice(prefix.length) : '')?.[1];
    const log = join(dirname(path), name);
    if (epoch === undefined || existsSync(log.slice(0, -'-wal'.length)) || (epochIn(path) ?? epoch) !== epoch) continue;
    moveDurably(log, `${path}-wal`);
    return;
  }
}

/** Undefined where the file itself does not say it yet. Nothing is made beside it for the look. */
function epochIn(path: string): string | undefined {
  const url = pathToFileURL(path);
  url.searchParams.set('immutable', '1');
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(url, { readOnly: true });
    const row = database.prepare('SELECT epoch FROM meta').get();
    return row === undefined ? undefined : Buffer.from(row['epoch'] as Uint8Array).toString('hex');
  } catch {
    return undefined;
  } finally {
    if (database?.isOpen) database.close();
  }
}

/** The log first: one that is left alone would be taken for half of a move. */
export function removeDatabase(path: string): void {
  for (const suffix of ['-wal', '-shm', '']) rmSync(path + suffix, { force: true });
}
