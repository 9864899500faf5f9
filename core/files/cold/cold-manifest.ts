// The cold folder: Parquet files of partitions that the database no longer has, and manifest.json, which says what each must hold.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { MusterError } from '../../common/muster-error.ts';
import { makeFolderDurably, writeDurably } from '../../node/durable-file.ts';

const PARTITION = z.object({
  table: z.string(),
  /** Begin of the partition's time, Unix µs. */
  fromUs: z.number(),
  /** Its end, exclusive. */
  toUs: z.number(),
  /** Path within the folder. */
  file: z.string().regex(/^[\w.-]+\/[\w.-]+$/),
  rows: z.number(),
  /** Times of the oldest and newest row. */
  minUs: z.number(),
  maxUs: z.number(),
  bytes: z.number(),
  /** Of the file, hexadecimal. */
  sha256: z.string(),
  /** Of all values, as value-digest.ts computes it from the file and from the database alike. */
  checksum: z.string(),
  columns: z.array(z.object({ name: z.string(), type: z.enum(['timestamp', 'symbol', 'double', 'varchar']) })),
  /** When it was written and found to be right, ISO 8601. */
  written: z.string(),
});
export type ColdPartition = z.infer<typeof PARTITION>;

const MANIFEST = z.object({ version: z.literal(1), partitions: z.array(PARTITION) });
const FILE = 'manifest.json';

/** What the folder holds; nothing where it has no manifest yet. Throws `malformed` for a manifest that is none. */
export function readColdManifest(folder: string): ColdPartition[] {
  const path = join(folder, FILE);
  if (!existsSync(path)) return [];
  try {
    return MANIFEST.parse(JSON.parse(readFileSync(path, 'utf8'))).partitions;
  } catch (error) {
    const words = error instanceof Error ? error.message.slice(0, 200) : String(error);
    throw new MusterError(
      'malformed',
      `${path} cannot be read as a manifest of cold partitions (${words}): restore it from a backup, the files beside it are whole without it`,
      error,
    );
  }
}

/** On disk when it returns; a crash leaves the one before. */
export function writeColdManifest(folder: string, partitions: readonly ColdPartition[]): void {
  const sorted = [...partitions].sort((a, b) => (a.table === b.table ? a.fromUs - b.fromUs : a.table < b.table ? -1 : 1));
  makeFolderDurably(folder, 0o755);
  writeDurably(join(folder, FILE), `${JSON.stringify({ version: 1, partitions: sorted }, null, 1)}\n`, 0o640);
}
