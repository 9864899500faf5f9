// Gives batches whose numbers another life of the machine has used new ones: some at a time, so that neither memory nor a turn grows with what waits.
// What is copied is noted in the same transaction as the copies and then deleted where it was: cut off anywhere, nothing is there twice.

import type { DatabaseSync } from 'node:sqlite';
import type { DroppedRange } from '../../core/common/frame.ts';
import { decodeBatch, toFrameColumns } from '../../proto/batch-codec.ts';
import { adoptedUpTo } from './adoption.ts';
import { closeQuietly } from './disk-faults.ts';
import { removeDatabase } from './lane-file.ts';
import { SPOOL_CORRUPT, type SpooledBatch } from './spool.ts';
import type { SqliteSpool } from './sqlite-spool.ts';

/** Of one turn, whichever is reached first. */
const TURN_BATCHES = 64;
const TURN_BYTES = 2 * 1024 * 1024;

/** From now on nothing in this file may be sent with the number that it has. */
export function markForRenumbering(database: DatabaseSync): void {
  database.exec('CREATE TABLE IF NOT EXISTS renumber (id INTEGER PRIMARY KEY)');
}

export function isMarkedForRenumbering(database: DatabaseSync): boolean {
  return database.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'renumber'").get() !== undefined;
}

/** A sealed epoch whose batches wait for new numbers. */
interface Source {
  spool: SqliteSpool;
  path: string;
}

export class Renumbering {
  #sources: Source[] = [];

  /** What waits for new numbers is held, too. */
  get spools(): readonly SqliteSpool[] {
    return this.#sources.map(({ spool }) => spool);
  }

  has(path: string): boolean {
    return this.#sources.some((source) => source.path === path);
  }

  add(spool: SqliteSpool, path: string): void {
    this.#sources.push({ spool, path });
    this.#finish();
  }

  /**
   * Deletes what an interrupted turn had copied already. `copies` are all files that may hold copies: before any of them is sent, since what is
   * acknowledged takes its note with it.
   */
  reconcile(copies: readonly DatabaseSync[]): void {
    for (const { spool } of this.#sources) {
      const { epoch, nextSeq } = spool.status();
      const upTo = Math.max(0, ...copies.map((database) => adoptedUpTo(database, epoch)));
      if (upTo === 0) continue;
      spool.ackUpTo(Math.min(upTo, nextSeq - 1));
      spool.flush();
    }
    this.#finish();
  }

  /** Gives some of the oldest new numbers in `present`. Returns what was dropped for it. */
  turn(present: SqliteSpool): readonly DroppedRange[] {
    const source = this.#sources[0];
    if (source === undefined) return [];
    const { spool } = source;
    const batches = someOf(spool);
    const decoded = batches.map((batch) => ({ batch, content: decodeQuietly(batch) }));
    const lost = decoded.filter(({ content }) => content === undefined);
    const whole = decoded.flatMap(({ content }) => content ?? []);
    const upTo = batches.at(-1)?.seq ?? 0;
    const dropped = present.adopt({
      inputs: whole.map(({ createdUs, frames, events }) => ({ createdUs, frames: frames.map(toFrameColumns), events })),
      told: [
        ...whole.flatMap((content) => content.dropped),
        ...lost.map(({ batch: { seq, rows } }) => ({
          epoch: spool.status().epoch,
          firstSeq: seq,
          lastSeq: seq,
          rows,
          reason: SPOOL_CORRUPT,
        })),
      ],
      source: spool.status().epoch,
      upTo,
    });
    spool.ackUpTo(upTo);
    spool.flush();
    this.#finish();
    return dropped;
  }

  #finish(): void {
    const done = this.#sources.filter(({ spool }) => spool.status().batches === 0);
    this.#sources = this.#sources.filter((source) => !done.includes(source));
    for (const { spool, path } of done) {
      closeQuietly(spool);
      removeDatabase(path);
    }
  }

  close(): void {
    for (const { spool } of this.#sources) closeQuietly(spool);
    this.#sources = [];
  }
}

/** The oldest, one by one: how large they are is known only when they are read. */
function someOf(spool: SqliteSpool): SpooledBatch[] {
  const found: SpooledBatch[] = [];
  for (let bytes = 0, from = 0; found.length < TURN_BATCHES && bytes < TURN_BYTES; ) {
    const [batch] = spool.read(from, 1);
    if (batch === undefined) break;
    found.push(batch);
    bytes += batch.bytes.length;
    from = batch.seq + 1;
  }
  return found;
}

function decodeQuietly({ bytes }: SpooledBatch): ReturnType<typeof decodeBatch> | undefined {
  try {
    return decodeBatch(bytes);
  } catch {
    return undefined;
  }
}
