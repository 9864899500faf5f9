// Opens a file to import by what it is, not by what it is called.
import { open } from 'node:fs/promises';
import { MusterError } from '../../common/muster-error.ts';
import { openCsv } from './csv-source.ts';
import type { CsvReading, ImportSource } from './import-source.ts';

/** Throws `not_found` for no file, `malformed` for one of no known format. */
export async function openSource(path: string, csv: CsvReading = {}): Promise<ImportSource> {
  const head = await readStart(path);
  if (head.length === 0) throw new MusterError('malformed', `${path} is empty: a header and rows are needed`);
  // Loaded when first needed: they bring decoders of seven codecs.
  if (head.toString('latin1', 0, 4) === 'PAR1') return (await import('./parquet/parquet-source.ts')).openParquet(path);
  if (head.toString('latin1', 0, 4) === 'PARE')
    throw new MusterError('malformed', `${path} is encrypted Parquet: write it without encryption`);
  if (/^(\u00ef\u00bb\u00bf)?\s*\{/.test(head.toString('latin1'))) return (await import('./ndjson-source.ts')).openNdjson(path);
  if (path.endsWith('.parquet')) throw new MusterError('malformed', `${path} is no Parquet file: it does not begin with PAR1`);
  return openCsv(path, csv);
}

async function readStart(path: string): Promise<Buffer> {
  try {
    const file = await open(path);
    try {
      const buffer = Buffer.alloc(16);
      const { bytesRead } = await file.read(buffer, 0, buffer.length, 0);
      return buffer.subarray(0, bytesRead);
    } finally {
      await file.close();
    }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const why = code === 'ENOENT' ? 'is not there' : code === 'EISDIR' ? 'is a folder' : `cannot be read (${code})`;
    throw new MusterError('not_found', `${path} ${why}: name a CSV, Parquet or NDJSON file`, error);
  }
}
