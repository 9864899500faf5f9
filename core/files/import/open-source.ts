// Opens a file to import by what it is, not by what it is called.
import { open } from 'node:fs/promises';
import { MusterError } from '../../common/muster-error.ts';
import { openCsv } from './csv/csv-source.ts';
import { foreignKind, KIND_BYTES } from './file-kind.ts';
import { gunzipFile, type UnpackedFile } from './gzip-file.ts';
import type { CsvReading, ImportSource } from './import-source.ts';

/** Throws `not_found` for no file, `malformed` for one of no known format. One that is packed with gzip is unpacked below `scratch`, and has to be closed. */
export async function openSource(path: string, csv: CsvReading = {}, scratch?: string): Promise<ImportSource> {
  const { head, bytes } = await readStart(path);
  if (head[0] !== 0x1f || head[1] !== 0x8b) return openPlain(path, head, csv);
  const unpacked = await gunzipFile(path, bytes, scratch);
  try {
    const inner = await readStart(unpacked.path);
    if (inner.head[0] === 0x1f && inner.head[1] === 0x8b)
      throw new MusterError('malformed', `${path} is packed with gzip twice: unpack it once`);
    return ofUnpacked(await openPlain(unpacked.path, inner.head, csv), path, unpacked);
  } catch (error) {
    await unpacked.remove();
    throw inWordsOf(path, unpacked, error);
  }
}

async function openPlain(path: string, head: Buffer, csv: CsvReading): Promise<ImportSource> {
  if (head.length === 0) throw new MusterError('malformed', `${path} is empty: a header and rows are needed`);
  // Loaded when first needed: they bring decoders of seven codecs.
  if (head.toString('latin1', 0, 4) === 'PAR1') return (await import('./parquet/parquet-source.ts')).openParquet(path);
  const foreign = foreignKind(head);
  if (foreign !== undefined && !path.endsWith('.parquet')) throw new MusterError('malformed', `${path} is ${foreign}`);
  if (path.endsWith('.parquet'))
    throw new MusterError(
      'malformed',
      `${path} is no Parquet file: it does not begin with PAR1${foreign === undefined ? '' : `, it is ${foreign}`}`,
    );
  if (/^(\u00ef\u00bb\u00bf)?\s*\{/.test(head.toString('latin1'))) return (await import('./ndjson/ndjson-source.ts')).openNdjson(path);
  return openCsv(path, csv);
}

/** The source of the unpacked file, under the name of the packed one. */
function ofUnpacked(source: ImportSource, path: string, unpacked: UnpackedFile): ImportSource {
  const named = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      throw inWordsOf(path, unpacked, error);
    }
  };
  return {
    ...source,
    path,
    description: `${source.description}, packed with gzip`,
    plan: (wanted) => {
      try {
        return source.plan(wanted);
      } catch (error) {
        throw inWordsOf(path, unpacked, error);
      }
    },
    read: (options, from) => named(() => source.read(options, from)),
    newestUs: (mapping) => named(() => source.newestUs(mapping)),
    assertReadable: (mapping) => named(() => source.assertReadable(mapping)),
    close: unpacked.remove,
  };
}

/** Nobody knows the file by where it was unpacked to. */
function inWordsOf(path: string, unpacked: UnpackedFile, error: unknown): unknown {
  return error instanceof MusterError ? new MusterError(error.code, error.message.replaceAll(unpacked.path, path), error) : error;
}

async function readStart(path: string): Promise<{ head: Buffer; bytes: number }> {
  try {
    const file = await open(path);
    try {
      const buffer = Buffer.alloc(KIND_BYTES);
      const { bytesRead } = await file.read(buffer, 0, buffer.length, 0);
      return { head: buffer.subarray(0, bytesRead), bytes: (await file.stat()).size };
    } finally {
      await file.close();
    }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const why = code === 'ENOENT' ? 'is not there' : code === 'EISDIR' ? 'is a folder' : `cannot be read (${code})`;
    throw new MusterError('not_found', `${path} ${why}: name a CSV, Parquet or NDJSON file`, error);
  }
}
