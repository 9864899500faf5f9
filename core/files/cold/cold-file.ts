// Whether a cold file is what its manifest says.
import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { ColdPartition } from './cold-manifest.ts';
import { digestParquet } from './parquet-digest.ts';

/** Of the whole file, hexadecimal. */
export async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

/** One sentence, or undefined where bytes, rows and values are as they were written. */
export async function coldFileProblem(folder: string, partition: ColdPartition): Promise<string | undefined> {
  const path = join(folder, partition.file);
  if (!existsSync(path)) return `${path} is not there`;
  if ((await sha256Of(path)) !== partition.sha256) return `${path} is not what was written: its SHA-256 differs`;
  const { rows, checksum } = await digestParquet(path, partition.columns);
  if (rows !== partition.rows) return `${path} has ${rows} rows and should have ${partition.rows}`;
  return checksum === partition.checksum ? undefined : `${path} has other values than were written`;
}
