// One pass of the cold tier: every partition that no row can reach any more becomes a Parquet file, and only one that is written, read back and found
// right leaves the database. By the TTL, set for a moment: DROP PARTITION would make the table's roll-ups invalid (found with QuestDB 9.3.4).
import { rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { MusterError, toMusterError } from '../../core/common/muster-error.ts';
import { sha256Of } from '../../core/files/cold/cold-file.ts';
import type { ColdPartition } from '../../core/files/cold/cold-manifest.ts';
import { digestParquet } from '../../core/files/cold/parquet-digest.ts';
import type { ColdColumn } from '../../core/files/cold/value-digest.ts';
import { makeFolderDurably, moveDurably } from '../../core/node/durable-file.ts';
import type { QuestdbHttp } from '../questdb/questdb-http.ts';
import { type PartitionBy, parsePartitionBy, ttlClause } from '../questdb/table-ttl.ts';
import { readTables, type TableFacts } from '../tiers/view-catalog.ts';
import { writePartition } from './partition-file.ts';
import { PassManifest } from './pass-manifest.ts';
import { nameOf, type Period, partitionsBetween, periodOf } from './periods.ts';

export interface ColdPassOptions {
  folder: string;
  /** Rows older than this are refused at admission. */
  telemetryTtlDays: number;
  /** Unix ms. */
  nowMs: number;
}

export interface ColdPassResult {
  /** Files written in this pass. */
  written: string[];
  /** Partitions that left the database. */
  released: number;
  /** A sentence for each table that could not be worked on. */
  problems: string[];
}

const DAY_US = 86_400_000_000;
/** Rows are taken up to an hour less than the TTL; what was taken then is stored an hour later. */
const AT_REST_US = 3_600_000_000;
const EVICTION_WAIT_MS = 10_000;
const TYPES = new Set(['timestamp', 'symbol', 'double', 'varchar']);

export async function runColdPass(database: QuestdbHttp, options: ColdPassOptions): Promise<ColdPassResult> {
  const result: ColdPassResult = { written: [], released: 0, problems: [] };
  const manifest = new PassManifest(options.folder);
  for (const table of (await readTables(database)).values()) {
    try {
      await new TablePass(database, options, { table, manifest, result }).run();
    } catch (error) {
      result.problems.push(`${table.name} keeps its old rows: ${toMusterError(error).message}`);
    }
  }
  return result;
}

interface OldPartition extends Period {
  rows: number;
}

interface PassParts {
  table: TableFacts;
  manifest: PassManifest;
  result: ColdPassResult;
}

class TablePass {
  readonly #database: QuestdbHttp;
  readonly #options: ColdPassOptions;
  readonly #table: TableFacts;
  readonly #manifest: PassManifest;
  readonly #result: ColdPassResult;

  constructor(database: QuestdbHttp, options: ColdPassOptions, { table, manifest, result }: PassParts) {
    this.#database = database;
    this.#options = options;
    this.#table = table;
    this.#manifest = manifest;
    this.#result = result;
  }

  async run(): Promise<void> {
    const partitionBy = parsePartitionBy(this.#table.partitionBy);
    if (partitionBy === undefined) throw new MusterError('failed_precondition', `it is partitioned by ${this.#table.partitionBy}`);
    // A pass that was cut off while it released may have left one; nothing must go before it is written.
    if (this.#table.ttlValue !== 0) await this.#setTtl('0 DAYS');
    const old = await this.#old(partitionBy);
    if (old.length === 0) return;
    const columns = await this.#columns();
    const partitions = this.#partitionsAfter(old, partitionBy);
    try {
      for (const partition of old) await this.#archive(partition, columns, partitions >= 1);
    } finally {
      this.#manifest.save();
    }
    if (partitions >= 1) await this.#release(old, partitionBy, partitions);
  }

  /** Partitions that no row can reach any more, oldest first. QuestDB may have split one into several. */
  async #old(partitionBy: PartitionBy): Promise<OldPartition[]> {
    const restUs = this.#options.nowMs * 1000 - this.#options.telemetryTtlDays * DAY_US - AT_REST_US;
    const rows = await this.#database.sql(
      `SELECT cast(minTimestamp AS long), numRows FROM table_partitions('${this.#table.name}') WHERE numRows > 0`,
    );
    const periods = new Map<number, OldPartition>();
    for (const [minUs, count] of rows) {
      const period = periodOf(Number(minUs), partitionBy);
      if (period.toUs > restUs) continue;
      const known = periods.get(period.fromUs);
      periods.set(period.fromUs, { ...period, rows: (known?.rows ?? 0) + Number(count) });
    }
    return [...periods.values()].sort((a, b) => a.fromUs - b.fromUs);
  }

  async #columns(): Promise<ColdColumn[]> {
    const rows = await this.#database.sql(`SELECT "column", type FROM (SHOW COLUMNS FROM "${this.#table.name}")`);
    return rows.map(([name, type]) => {
      const column = { name: String(name), type: String(type).toLowerCase() };
      if (!TYPES.has(column.type))
        throw new MusterError('failed_precondition', `its column ${column.name} is ${column.type}, which no file is made of`);
      return column as ColdColumn;
    });
  }

  /** 0 where the newest rows are old themselves: nothing pushes them out, and nothing needs the room. */
  #partitionsAfter(old: readonly OldPartition[], partitionBy: PartitionBy): number {
    const newestUs = Math.min(this.#table.maxUs ?? 0, this.#options.nowMs * 1000);
    return partitionsBetween(old.at(-1)?.toUs ?? 0, newestUs, partitionBy);
  }

  /**
   * Writes the file unless it is there. A partition that came back with other rows, or other values in as many rows, gets a file of its own beside the first:
   * before it is released its values are compared, while it stays its number of rows is enough.
   */
  async #archive({ fromUs, toUs, rows }: OldPartition, columns: ColdColumn[], releasing: boolean): Promise<void> {
    const { folder } = this.#options;
    const known = this.#manifest.of(this.#table.name).filter((entry) => entry.fromUs === fromUs);
    const alike = known.filter((entry) => entry.rows === rows && isThere(folder, entry));
    if (alike.length > 0 && !releasing) return;
    const revision = known.length === 0 ? '' : `-r${known.length + 1}`;
    const file = `${this.#table.name}/${this.#table.name}-${nameOf({ fromUs, toUs })}${revision}.parquet`;
    const path = join(folder, file);
    const part = `${path}.part`;
    const statement =
      `SELECT * FROM "${this.#table.name}" WHERE timestamp >= cast(${fromUs} AS timestamp) AND timestamp < cast(${toUs} AS timestamp)`.replace(
        /\s+/g,
        ' ',
      );
    makeFolderDurably(join(folder, this.#table.name), 0o755);
    const written = await writePartition(this.#database, statement, columns, part);
    const inFile = await digestParquet(part, columns);
    if (written.rows !== rows || inFile.rows !== rows || inFile.checksum !== written.checksum) {
      throw new MusterError(
        'failed_precondition',
        `${part} has ${inFile.rows} rows, the database gave ${written.rows} and should have ${rows}, or values differ`,
      );
    }
    if (alike.some((entry) => entry.checksum === written.checksum && sameColumns(entry.columns, columns))) {
      rmSync(part);
      return;
    }
    moveDurably(part, path);
    const entry: ColdPartition = {
      ...{ table: this.#table.name, fromUs, toUs, file, columns, ...written },
      written: new Date(this.#options.nowMs).toISOString(),
    };
    this.#manifest.add(entry);
    this.#result.written.push(file);
  }

  /** Lets the TTL take what is written, and waits until it has: after that nothing goes by itself again. */
  async #release(old: readonly OldPartition[], partitionBy: PartitionBy, partitions: number): Promise<void> {
    for (const { file, sha256 } of this.#manifest
      .of(this.#table.name)
      .filter((entry) => old.some(({ fromUs }) => fromUs === entry.fromUs))) {
      if ((await sha256Of(join(this.#options.folder, file))) !== sha256)
        throw new MusterError('failed_precondition', `${file} has changed since it was written`);
    }
    await this.#setTtl(`${partitions} ${ttlClause(31, partitionBy).split(' ')[1]}`);
    try {
      for (const deadline = Date.now() + EVICTION_WAIT_MS; Date.now() < deadline; await delay(100)) {
        const left = await this.#old(partitionBy);
        if (left.length > 0) continue;
        this.#result.released += old.length;
        return;
      }
    } finally {
      await this.#setTtl('0 DAYS');
    }
  }

  async #setTtl(ttl: string): Promise<void> {
    await this.#database.sql(`ALTER TABLE "${this.#table.name}" SET TTL ${ttl}`);
  }
}

function isThere(folder: string, { file, bytes }: ColdPartition): boolean {
  return statSync(join(folder, file), { throwIfNoEntry: false })?.size === bytes;
}

function sameColumns(some: readonly ColdColumn[], others: readonly ColdColumn[]): boolean {
  const text = (columns: readonly ColdColumn[]): string => columns.map(({ name, type }) => `${name} ${type}`).join();
  return text(some) === text(others);
}
