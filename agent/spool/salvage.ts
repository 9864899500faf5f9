// Reads what can still be read of a damaged spool: a damaged page costs the batches that lie in it and no others.
import { closeSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import type { DroppedRange } from '../../core/common/frame.ts';
import { decodeBatch } from '../../proto/batch-codec.ts';
import { closeQuietly } from './disk-faults.ts';
import type { Carried } from './memory-spool.ts';
import { rowsOf } from './split.ts';
import { SPOOL_CORRUPT } from './spool.ts';
import { APPLICATION_ID, createSpoolDatabase } from './spool-database.ts';

/** A batch as the table has it, once its bytes are proven to be that batch. */
export interface SalvagedBatch {
  seq: number;
  createdUs: number;
  rows: number;
  bytes: Buffer;
}

export interface Salvage {
  epoch: Buffer;
  /** The number after the last one that was given, as far as the file still says it. */
  nextSeq: number;
  batches: number;
  rows: number;
  /** Numbers of the epoch that cannot be read, and earlier drops that no batch tells of. */
  dropped: DroppedRange[];
  /** Earlier drops that the saved batches tell of. */
  carried: Carried[];
}

const PAGE_BYTES = 4096;
/** After so many unreadable numbers in a row the search goes on in growing steps. */
const ONE_BY_ONE = 4096;

/**
 * Hands over the readable batches in order. Undefined where nothing can be known of the file: it is another program's, or neither its epoch
 * nor any batch can be read.
 */
export function salvage(path: string, keep: (batch: SalvagedBatch, epoch: Buffer) => void): Salvage | undefined {
  const database = openDamaged(path) ?? withNewFirstPage(path);
  if (database === undefined) return undefined;
  try {
    return walk(database, keep);
  } catch (error) {
    // Without its tables there is nothing to walk; what the new spool throws while it keeps a batch is the caller's.
    if (isDamage(error)) return undefined;
    throw error;
  } finally {
    closeQuietly(database);
  }
}

function openDamaged(path: string): DatabaseSync | undefined {
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(path, { defensive: false });
    // A file shorter than its header says is read as far as it goes when the schema is writable.
    database.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA writable_schema = ON');
    database.prepare('SELECT count(*) FROM sqlite_schema').get();
    const { application_id: id } = database.prepare('PRAGMA application_id').get() as { application_id: number };
    if (id !== APPLICATION_ID) throw new Error('another program');
    return database;
  } catch {
    if (database !== undefined) closeQuietly(database);
    return undefined;
  }
}

/** All spools have the same tables in the same places, so the first page of a new one opens the others of an old one. */
function withNewFirstPage(path: string): DatabaseSync | undefined {
  const page = Buffer.alloc(PAGE_BYTES);
  const file = openSync(path, 'r+');
  try {
    if (readSync(file, page, 0, PAGE_BYTES, 0) < PAGE_BYTES || isForeign(page)) return undefined;
    writeSync(file, freshFirstPage(`${path}.new`), 0, PAGE_BYTES, 0);
  } finally {
    closeSync(file);
  }
  return openDamaged(path);
}

function isForeign(page: Buffer): boolean {
  return page.subarray(0, 15).toString('latin1') === 'SQLite format 3' && page.readUInt32BE(68) !== APPLICATION_ID;
}

function freshFirstPage(path: string): Buffer {
  const page = Buffer.alloc(PAGE_BYTES);
  try {
    createSpoolDatabase(path, 'kill').close();
    const file = openSync(path, 'r');
    readSync(file, page, 0, PAGE_BYTES, 0);
    closeSync(file);
  } finally {
    for (const suffix of ['', '-wal']) rmSync(path + suffix, { force: true });
  }
  // A count of pages that was not written by the last change is not believed: the file's size counts.
  page.writeUInt32BE(page.readUInt32BE(24) + 1, 24);
  return page;
}

function walk(database: DatabaseSync, keep: (batch: SalvagedBatch, epoch: Buffer) => void): Salvage | undefined {
  const meta = attempt(() => database.prepare('SELECT epoch, next_seq FROM meta').get()) as
    | { epoch: Uint8Array; next_seq: number }
    | undefined;
  let epoch: Buffer | undefined = meta?.epoch instanceof Uint8Array && meta.epoch.length === 16 ? Buffer.from(meta.epoch) : undefined;
  const kept: number[] = [];
  let rows = 0;
  let unreadableFrom: number | undefined;
  const statement = database.prepare('SELECT seq, created_us, rows, bytes FROM batches WHERE seq >= ? ORDER BY seq LIMIT 1');
  for (const found of eachBatch(statement)) {
    if (found === 'unreadable') {
      if (kept.length === 0) unreadableFrom = 1;
      continue;
    }
    const batchEpoch = epochIfIntact(found);
    if (batchEpoch === undefined || !(epoch ?? batchEpoch).equals(batchEpoch)) {
      unreadableFrom ??= found.seq;
      continue;
    }
    epoch ??= batchEpoch;
    keep(found, epoch);
    kept.push(found.seq);
    rows += found.rows;
  }
  if (epoch === undefined) return undefined;
  const first = Math.min(unreadableFrom ?? Number.POSITIVE_INFINITY, kept[0] ?? 1);
  const nextSeq = Math.max((kept.at(-1) ?? 0) + 1, Number.isSafeInteger(meta?.next_seq) ? (meta?.next_seq as number) : 1);
  const isKept = new Set(kept);
  const earlier = dropsIn(database);
  const carried = earlier.filter(({ carrier }) => carrier !== undefined && isKept.has(carrier));
  const dropped = [
    ...earlier.filter((range) => !carried.includes(range)).map(({ carrier: _, ...range }) => range),
    ...gaps(kept, first, nextSeq - 1).map((gap) => ({ ...gap, epoch, rows: 0, reason: SPOOL_CORRUPT })),
  ];
  return { epoch, nextSeq, batches: kept.length, rows, dropped, carried };
}

function* eachBatch(statement: StatementSync): Generator<SalvagedBatch | 'unreadable'> {
  let failures = 0;
  for (let from = 1; Number.isSafeInteger(from); ) {
    let row: Record<string, unknown> | undefined;
    try {
      row = statement.get(from);
    } catch (error) {
      if (!isDamage(error)) throw error;
      yield 'unreadable';
      failures++;
      from += failures < ONE_BY_ONE ? 1 : failures;
      // No number is so far from its neighbours: the rest of the table cannot be reached.
      if (failures > 4 * ONE_BY_ONE) return;
      continue;
    }
    if (row === undefined) return;
    failures = 0;
    const bytes = row['bytes'] as Uint8Array;
    const seq = Math.max(from, Number(row['seq']));
    const intact = bytes instanceof Uint8Array && seq === row['seq'];
    const buffer = intact ? Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength) : Buffer.alloc(0);
    yield { seq, createdUs: Number(row['created_us']), rows: Number(row['rows']), bytes: buffer };
    from = seq + 1;
  }
}

/** The epoch in the bytes where they are that batch, whole. */
function epochIfIntact({ seq, createdUs, rows, bytes }: SalvagedBatch): Buffer | undefined {
  return attempt(() => {
    const batch = decodeBatch(bytes);
    const fits = batch.seq === seq && batch.createdUs === createdUs && rowsOf(batch) === rows && batch.epoch.length === 16;
    return fits ? Buffer.from(batch.epoch) : undefined;
  });
}

function dropsIn(database: DatabaseSync): Carried[] {
  const sql = 'SELECT epoch, first_seq, last_seq, rows, reason, carrier FROM dropped';
  const rows = attempt(() => database.prepare(sql).all()) ?? [];
  return rows.map((row) => ({
    epoch: Buffer.from(row['epoch'] as Uint8Array),
    firstSeq: Number(row['first_seq']),
    lastSeq: Number(row['last_seq']),
    rows: Number(row['rows']),
    reason: String(row['reason']),
    carrier: typeof row['carrier'] === 'number' ? row['carrier'] : undefined,
  }));
}

/** The numbers from `first` to `last` that are not among the sorted `kept`. */
export function gaps(kept: readonly number[], first: number, last: number): { firstSeq: number; lastSeq: number }[] {
  const found: { firstSeq: number; lastSeq: number }[] = [];
  let next = first;
  for (const seq of [...kept, last + 1]) {
    if (seq > next) found.push({ firstSeq: next, lastSeq: seq - 1 });
    next = Math.max(next, seq + 1);
  }
  return found;
}

/** Of a damaged file nothing is sure: what throws while it is read is not there. */
function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

/** https://sqlite.org/rescode.html: ERROR (a table that is not there), CORRUPT, FORMAT, NOTADB, and IOERR where a file ends too early. */
function isDamage(error: unknown): boolean {
  const code = (error as { errcode?: number }).errcode;
  return code !== undefined && [1, 10, 11, 24, 26].includes(code & 0xff);
}
