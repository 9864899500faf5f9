// The spool on disk: one transaction a flush, and acknowledged batches go with the next one, so that steady life is one sync a flush.
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { DroppedRange } from '../../core/common/frame.ts';
import { encodeBatch } from '../../proto/batch-codec.ts';
import { type Adoption, noteAdopted } from './adoption.ts';
import { assertGiven } from './memory-spool.ts';
import { RecentBatches } from './recent-batches.ts';
import { batchLimits, MAX_TOLD_DROPS, rowsOf, splitInput } from './split.ts';
import { type BatchInput, FREE_SHARE, SPOOL_LIMIT, type Spool, type SpooledBatch, type SpoolLimits, type SpoolStatus } from './spool.ts';

/** Acknowledged batches that wait for the next append at most. */
const DELETE_AT_ONCE = 512;
/** Batches set aside that are kept for a look at them. */
const KEEP_SET_ASIDE = 256;

/** What should go: so many bytes and rows of the oldest, and all made before a time. */
export interface DropWish {
  bytes?: number;
  rows?: number;
  beforeUs?: number;
  /** Batches from this number on stay. */
  belowSeq?: number;
}

interface Sums {
  batches: number;
  rows: number;
  bytes: number;
}

export class SqliteSpool implements Spool {
  readonly database: DatabaseSync;
  readonly #limits: SpoolLimits;
  readonly #epoch: Buffer;
  readonly #recent = new RecentBatches();
  readonly #statements: Record<keyof typeof SQL, StatementSync>;
  #nextSeq: number;
  #rowsCommitted: number;
  #held: Sums;
  #oldestSeq: number;
  /** Acknowledged; the table may still hold them. */
  #ackedSeq = 0;
  #deletedSeq = 0;
  #hasUntold: boolean;
  #hasDropped: boolean;

  /** Takes over an open spool database. */
  constructor(database: DatabaseSync, limits: SpoolLimits) {
    this.database = database;
    this.#limits = limits;
    this.#statements = Object.fromEntries(Object.entries(SQL).map(([name, sql]) => [name, database.prepare(sql)])) as Record<
      keyof typeof SQL,
      StatementSync
    >;
    const meta = database.prepare('SELECT epoch, next_seq, rows_committed FROM meta').get() as {
      epoch: Uint8Array;
      next_seq: number;
      rows_committed: number;
    };
    this.#epoch = Buffer.from(meta.epoch);
    this.#nextSeq = meta.next_seq;
    this.#rowsCommitted = meta.rows_committed;
    this.#held = this.#sumsUpTo(this.#nextSeq);
    this.#oldestSeq = this.#findOldest(0);
    this.#hasUntold = this.#untold().length > 0;
    this.#hasDropped = database.prepare('SELECT 1 FROM dropped').get() !== undefined;
  }

  append(input: BatchInput): readonly DroppedRange[] {
    const parts = this.#split(input);
    if (parts.length === 0 && this.#hasUntold) parts.push(input);
    return parts.length === 0 ? [] : this.#commit(parts);
  }

  #split(input: BatchInput): BatchInput[] {
    return splitInput(input, batchLimits(this.#limits.maxBatchBytes ?? 0));
  }

  /** Numbers batches of another epoch anew, and notes up to where that is done, all in one transaction. */
  adopt(adoption: Adoption): readonly DroppedRange[] {
    return this.#commit(
      adoption.inputs.flatMap((input) => this.#split(input)),
      adoption,
    );
  }

  #commit(parts: readonly BatchInput[], adoption?: Adoption): readonly DroppedRange[] {
    const before = { nextSeq: this.#nextSeq, rowsCommitted: this.#rowsCommitted, held: { ...this.#held }, hasUntold: this.#hasUntold };
    const made: SpooledBatch[] = [];
    try {
      this.database.exec('BEGIN IMMEDIATE');
      this.#deleteAcked();
      if (adoption !== undefined) this.#noteAdoption(adoption);
      for (const part of parts) made.push(this.#insert(part));
      this.#statements.saveMeta.run(this.#nextSeq, this.#rowsCommitted);
      const dropped = this.#enforceLimits();
      this.database.exec('COMMIT');
      this.#deletedSeq = this.#ackedSeq;
      for (const batch of made) this.#recent.push(batch);
      const last = dropped.at(-1);
      if (last !== undefined) this.#forgetUpTo(last.lastSeq);
      return dropped;
    } catch (error) {
      this.#rollback();
      this.#nextSeq = before.nextSeq;
      this.#rowsCommitted = before.rowsCommitted;
      this.#held = before.held;
      this.#hasUntold = before.hasUntold;
      throw error;
    }
  }

  #noteAdoption(adoption: Adoption): void {
    noteAdopted(this.database, adoption);
    for (const { epoch, firstSeq, lastSeq, rows, reason } of adoption.told) {
      this.#statements.addDropped.run(Buffer.from(epoch), firstSeq, lastSeq, rows, reason);
    }
    this.#hasUntold ||= adoption.told.length > 0;
    this.#hasDropped ||= this.#hasUntold;
  }

  #insert(part: BatchInput): SpooledBatch {
    const seq = this.#nextSeq++;
    const untold = this.#hasUntold ? this.#untold(MAX_TOLD_DROPS) : [];
    const bytes = encodeBatch({ ...part, epoch: this.#epoch, seq, dropped: untold });
    const rows = rowsOf(part);
    this.#statements.insert.run(seq, part.createdUs, rows, bytes);
    if (this.#hasUntold) this.#statements.carry.run(seq, MAX_TOLD_DROPS);
    this.#hasUntold = untold.length === MAX_TOLD_DROPS && this.#untold(1).length > 0;
    this.#rowsCommitted += rows;
    this.#held.batches++;
    this.#held.rows += rows;
    this.#held.bytes += bytes.length;
    return { seq, rows, bytes };
  }

  #untold(limit = -1): DroppedRange[] {
    return this.#statements.untold.all(limit).map((row) => ({
      epoch: Buffer.from(row['epoch'] as Uint8Array),
      firstSeq: row['first_seq'] as number,
      lastSeq: row['last_seq'] as number,
      rows: row['rows'] as number,
      reason: row['reason'] as string,
    }));
  }

  #enforceLimits(): DroppedRange[] {
    const { maxBytes, maxRows } = this.#limits;
    if (this.#held.bytes <= maxBytes && this.#held.rows <= maxRows) return [];
    const range = this.#dropOldest(
      {
        bytes: this.#held.bytes - maxBytes * (1 - FREE_SHARE),
        rows: this.#held.rows - maxRows * (1 - FREE_SHARE),
        belowSeq: this.#nextSeq - 1,
      },
      SPOOL_LIMIT,
    );
    return range === undefined ? [] : [range];
  }

  /** Until so much is gone; what was made before `beforeUs` goes in any case. */
  #dropOldest({ bytes = 0, rows = 0, beforeUs = 0, belowSeq = this.#nextSeq }: DropWish, reason: string): DroppedRange | undefined {
    const gone: Sums = { batches: 0, rows: 0, bytes: 0 };
    let lastSeq = 0;
    for (const row of this.#statements.sizes.iterate(this.#ackedSeq, belowSeq)) {
      if (gone.bytes >= bytes && gone.rows >= rows && (row['created_us'] as number) >= beforeUs) break;
      lastSeq = row['seq'] as number;
      gone.batches++;
      gone.rows += row['rows'] as number;
      gone.bytes += row['bytes'] as number;
    }
    if (gone.batches === 0) return undefined;
    const range = { epoch: this.#epoch, firstSeq: this.#oldestSeq, lastSeq, rows: gone.rows, reason };
    this.#recordDropped(range);
    this.#statements.deleteUpTo.run(lastSeq);
    subtract(this.#held, gone);
    return range;
  }

  /** Drops the oldest for a reason of the caller's, and accounts for it. */
  drop(wish: DropWish, reason: string): DroppedRange | undefined {
    const before = { ...this.#held };
    let range: DroppedRange | undefined;
    try {
      this.#inTransaction(() => {
        range = this.#dropOldest(wish, reason);
      });
    } catch (error) {
      this.#held = before;
      throw error;
    }
    if (range !== undefined) this.#forgetUpTo(range.lastSeq);
    return range;
  }

  /** The next batch tells of these drops, of whatever epoch. */
  tell(ranges: readonly DroppedRange[]): void {
    if (ranges.length === 0) return;
    this.#inTransaction(() => {
      for (const { epoch, firstSeq, lastSeq, rows, reason } of ranges) {
        this.#statements.addDropped.run(Buffer.from(epoch), firstSeq, lastSeq, rows, reason);
      }
    });
    this.#hasUntold = true;
    this.#hasDropped = true;
  }

  /** Hands the drops that no batch tells of over to `teller`, which keeps them before they are forgotten here. */
  handOver(teller: { tell(ranges: readonly DroppedRange[]): void }): void {
    if (!this.#hasUntold) return;
    teller.tell(this.#untold());
    this.#inTransaction(() => this.#statements.forgetUntold.run());
    this.#hasUntold = false;
  }

  /** When the oldest batch was made, Unix microseconds; 0 where there is none. */
  get oldestUs(): number {
    return (this.#statements.one.get(this.#oldestSeq)?.['created_us'] as number | undefined) ?? 0;
  }

  /** Refused batches kept for a look at them. */
  get setAsideCount(): number {
    return this.#statements.countAside.get()?.['count'] as number;
  }

  /** What a dropped batch told of earlier drops is to be told again. */
  #recordDropped(range: DroppedRange): void {
    this.#statements.untell.run(range.firstSeq, range.lastSeq);
    const merged = this.#statements.extendDropped.run(range.lastSeq, range.rows, this.#epoch, range.reason, range.firstSeq - 1);
    if (merged.changes === 0) this.#statements.addDropped.run(this.#epoch, range.firstSeq, range.lastSeq, range.rows, range.reason);
    this.#hasUntold = true;
    this.#hasDropped = true;
  }

  #deleteAcked(): void {
    if (this.#ackedSeq === this.#deletedSeq) return;
    this.#statements.deleteUpTo.run(this.#ackedSeq);
    if (this.#hasDropped) this.#statements.forgetDropped.run(this.#ackedSeq);
  }

  #rollback(): void {
    // After some errors, a full disk among them, SQLite has rolled back by itself.
    if (this.database.isTransaction) this.database.exec('ROLLBACK');
  }

  read(seq: number, limit: number): SpooledBatch[] {
    const from = Math.max(seq, this.#ackedSeq + 1);
    const recent = this.#recent.from(from, limit);
    if (recent !== undefined) return recent;
    return this.#statements.read.all(from, limit).map((row) => {
      const bytes = row['bytes'] as Uint8Array;
      return {
        seq: row['seq'] as number,
        rows: row['rows'] as number,
        bytes: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength),
      };
    });
  }

  ackUpTo(seq: number): void {
    assertGiven(seq, this.#nextSeq);
    if (seq < this.#oldestSeq) return;
    subtract(this.#held, this.#recent.sumsIfAllHeld(this.#oldestSeq, seq) ?? this.#sumsUpTo(seq));
    this.#ackedSeq = seq;
    this.#forgetUpTo(seq);
    if (this.#ackedSeq - this.#deletedSeq >= DELETE_AT_ONCE) this.#inTransaction();
  }

  #forgetUpTo(seq: number): void {
    this.#recent.removeUpTo(seq);
    this.#oldestSeq = this.#recent.oldestIs(seq + 1) ? seq + 1 : this.#findOldest(seq);
  }

  setAside(seq: number, reason: string): void {
    const row = this.#statements.one.get(seq);
    if (row === undefined || seq <= this.#ackedSeq) return;
    const rows = row['rows'] as number;
    this.#inTransaction(() => {
      this.#statements.keepAside.run(this.#epoch, seq, row['created_us'] as number, rows, reason, row['bytes'] as Uint8Array);
      this.#statements.trimAside.run(KEEP_SET_ASIDE);
      this.#statements.deleteOne.run(seq);
      this.#recordDropped({ epoch: this.#epoch, firstSeq: seq, lastSeq: seq, rows, reason });
    });
    subtract(this.#held, { batches: 1, rows, bytes: (row['bytes'] as Uint8Array).length });
    this.#recent.remove(seq);
    if (seq === this.#oldestSeq) this.#oldestSeq = this.#findOldest(seq);
  }

  #inTransaction(work?: () => void): void {
    try {
      this.database.exec('BEGIN IMMEDIATE');
      this.#deleteAcked();
      work?.();
      this.database.exec('COMMIT');
      this.#deletedSeq = this.#ackedSeq;
    } catch (error) {
      this.#rollback();
      throw error;
    }
  }

  #sumsUpTo(seq: number): Sums {
    return { ...(this.#statements.sums.get(this.#ackedSeq, seq) as unknown as Sums) };
  }

  #findOldest(after: number): number {
    const found = this.#statements.oldest.get(after);
    return (found?.['seq'] as number | null | undefined) ?? this.#nextSeq;
  }

  status(): SpoolStatus {
    return {
      epoch: this.#epoch,
      oldestSeq: this.#oldestSeq,
      nextSeq: this.#nextSeq,
      ...this.#held,
      rowsCommitted: this.#rowsCommitted,
      durable: true,
      problem: '',
    };
  }

  /** Deletes what is acknowledged now, not with the next append. */
  flush(): void {
    if (this.#ackedSeq !== this.#deletedSeq) this.#inTransaction();
  }

  close(): void {
    if (!this.database.isOpen) return;
    try {
      this.#inTransaction();
    } finally {
      this.database.close();
    }
  }
}

function subtract(from: Sums, gone: Sums): void {
  from.batches -= gone.batches;
  from.rows -= gone.rows;
  from.bytes -= gone.bytes;
}

const SQL = {
  insert: 'INSERT INTO batches VALUES (?, ?, ?, ?)',
  saveMeta: 'UPDATE meta SET next_seq = ?, rows_committed = ?',
  read: 'SELECT seq, rows, bytes FROM batches WHERE seq >= ? ORDER BY seq LIMIT ?',
  one: 'SELECT created_us, rows, bytes FROM batches WHERE seq = ?',
  sizes: 'SELECT seq, created_us, rows, length(bytes) AS bytes FROM batches WHERE seq > ? AND seq < ? ORDER BY seq',
  sums: 'SELECT count(*) AS batches, total(rows) AS rows, total(length(bytes)) AS bytes FROM batches WHERE seq > ? AND seq <= ?',
  oldest: 'SELECT min(seq) AS seq FROM batches WHERE seq > ?',
  deleteUpTo: 'DELETE FROM batches WHERE seq <= ?',
  deleteOne: 'DELETE FROM batches WHERE seq = ?',
  untold: 'SELECT epoch, first_seq, last_seq, rows, reason FROM dropped WHERE carrier IS NULL ORDER BY id LIMIT ?',
  forgetUntold: 'DELETE FROM dropped WHERE carrier IS NULL',
  countAside: 'SELECT count(*) AS count FROM set_aside',
  carry: 'UPDATE dropped SET carrier = ? WHERE id IN (SELECT id FROM dropped WHERE carrier IS NULL ORDER BY id LIMIT ?)',
  untell: 'UPDATE dropped SET carrier = NULL WHERE carrier BETWEEN ? AND ?',
  forgetDropped: 'DELETE FROM dropped WHERE carrier <= ?',
  extendDropped: 'UPDATE dropped SET last_seq = ?, rows = rows + ? WHERE carrier IS NULL AND epoch = ? AND reason = ? AND last_seq = ?',
  addDropped: 'INSERT INTO dropped (epoch, first_seq, last_seq, rows, reason) VALUES (?, ?, ?, ?, ?)',
  keepAside: 'INSERT OR REPLACE INTO set_aside VALUES (?, ?, ?, ?, ?, ?)',
  trimAside: 'DELETE FROM set_aside WHERE rowid NOT IN (SELECT rowid FROM set_aside ORDER BY rowid DESC LIMIT ?)',
} as const;
