// Writes the rows of one statement as a Parquet file, and digests them on their way as the database gave them.
//
// Not by QuestDB's own Parquet, which is several times quicker: with 9.3.4 a VARCHAR column whose texts are all short (nine bytes or fewer) comes out of
// /exp as nothing but NULL, and cast to STRING its NULL comes out as a text. Nor by the CSV of /exp, which writes a line end in a text as the two
// letters \n and no other backslash differently. JSON of /exec is exact.
import { createHash } from 'node:crypto';
import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs';
import { type ColdColumn, ColumnDigest, combineDigests, type PartitionDigest } from '../../core/files/cold/value-digest.ts';
import { type ExportCell, type ExportType, ParquetExport } from '../../core/files/export/parquet-export.ts';
import type { QuestdbHttp } from '../questdb/questdb-http.ts';

const PAGE_ROWS = 20_000;

export interface PartitionFile extends PartitionDigest {
  bytes: number;
  /** Of the file, hexadecimal. */
  sha256: string;
  /** Of the first and last row, Unix µs. */
  minUs: number;
  maxUs: number;
}

/** The file is on disk when it resolves. `statement` gives the columns as named, by rising time, in the same order each time. */
export async function writePartition(
  database: Pick<QuestdbHttp, 'sql'>,
  statement: string,
  columns: readonly ColdColumn[],
  path: string,
): Promise<PartitionFile> {
  const hash = createHash('sha256');
  const digests = columns.map(() => new ColumnDigest());
  const handle = openSync(path, 'w', 0o640);
  const times = { minUs: Number.NaN, maxUs: Number.NaN };
  let bytes = 0;
  try {
    const parquet = new ParquetExport(
      columns.map(({ name, type }) => ({ name, type: EXPORTED[type] })),
      async (part) => {
        hash.update(part);
        writeSync(handle, part);
        bytes += part.length;
      },
    );
    for (let from = 0; ; from += PAGE_ROWS) {
      const rows = await database.sql(`${statement} LIMIT ${from}, ${from + PAGE_ROWS}`);
      const cells = columns.map(({ type }, i) => digestColumn(type, rows, i, digests[i] as ColumnDigest));
      const time = cells[columns.findIndex(({ type }) => type === 'timestamp')] as number[];
      if (from === 0) times.minUs = time[0] ?? Number.NaN;
      times.maxUs = time.at(-1) ?? times.maxUs;
      await parquet.add(cells);
      if (rows.length < PAGE_ROWS) break;
    }
    await parquet.end();
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  return { ...combineDigests(columns, digests), ...times, bytes, sha256: hash.digest('hex') };
}

const EXPORTED: Readonly<Record<ColdColumn['type'], ExportType>> = { timestamp: 'time', double: 'double', symbol: 'text', varchar: 'text' };

/** The cells of column `i`, digested. */
function digestColumn(type: ColdColumn['type'], rows: readonly unknown[][], i: number, digest: ColumnDigest): ExportCell[] {
  const cells = rows.map((row) => (type === 'timestamp' ? parseMicros(row[i] as string) : (row[i] as ExportCell)));
  if (type === 'timestamp') for (const cell of cells) digest.addTime(BigInt(cell as number));
  else if (type === 'double') for (const cell of cells) digest.addNumber(cell as number | null);
  else for (const cell of cells) digest.addText(cell as string | null);
  return cells;
}

/** `2026-11-20T00:00:00.000001Z` */
function parseMicros(text: string): number {
  return Date.parse(`${text.slice(0, 19)}Z`) * 1000 + Number(text.slice(20, 26));
}
