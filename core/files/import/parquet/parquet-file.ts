// A Parquet file's footer: its flat columns and row groups, checked before anything is read by them.
import { type FileHandle, open } from 'node:fs/promises';
import { parquetMetadataAsync, parquetSchema } from 'hyparquet';
import type { ColumnMetaData, FileMetaData, SchemaElement } from 'hyparquet/src/types.js';
import { MusterError } from '../../../common/muster-error.ts';
import { type ColumnKind, columnKind } from './column-kind.ts';
import { parquetError } from './parquet-error.ts';

export interface ParquetColumn {
  name: string;
  element: SchemaElement;
  kind: ColumnKind;
}

export interface ParquetGroup {
  rows: number;
  /** By the column's name. */
  chunks: ReadonlyMap<string, ColumnMetaData>;
}

export interface ParquetFile {
  rows: number;
  columns: ParquetColumn[];
  groups: ParquetGroup[];
  codecs: string[];
  /** Columns that cannot be taken, with what they are. */
  others: { name: string; problem: string }[];
}

const MAGIC = 'PAR1';
const MAX_FOOTER_BYTES = 64 * 1024 * 1024;

/** Throws `malformed` for what is no whole Parquet file. */
export async function readParquetFooter(file: FileHandle, path: string, bytes: number): Promise<ParquetFile> {
  const tail = Buffer.alloc(8);
  if (bytes < 12) throw new MusterError('malformed', `${path} has ${bytes} bytes: no Parquet file is that short, it may be cut off`);
  await file.read(tail, 0, 8, bytes - 8);
  const end = tail.toString('latin1', 4);
  if (end === 'PARE') throw new MusterError('malformed', `${path} is encrypted: write it without encryption`);
  if (end !== MAGIC)
    throw new MusterError(
      'malformed',
      `${path} begins like Parquet and does not end with ${MAGIC}: it is cut off, or was never closed by its writer`,
    );
  const footer = tail.readUInt32LE(0);
  if (footer > bytes - 12 || footer > MAX_FOOTER_BYTES)
    throw new MusterError('malformed', `${path} says its footer has ${footer} bytes, the file has ${bytes}: it is damaged`);
  let metadata: FileMetaData;
  try {
    const slice = async (start: number, to = bytes): Promise<ArrayBuffer> => {
      const buffer = new ArrayBuffer(to - start);
      await file.read(new Uint8Array(buffer), 0, to - start, start);
      return buffer;
    };
    metadata = await parquetMetadataAsync({ byteLength: bytes, slice }, { geoparquet: false });
  } catch (error) {
    throw parquetError(`the footer of ${path}`, error);
  }
  return toFile(metadata, path);
}

function toFile(metadata: FileMetaData, path: string): ParquetFile {
  const columns: ParquetColumn[] = [];
  const others: ParquetFile['others'] = [];
  for (const { element, children } of parquetSchema(metadata).children) {
    const kind = columnKind(element);
    const { name } = element;
    if (children.length > 0 || element.repetition_type === 'REPEATED')
      others.push({
        name,
        problem: `nested (${(element.converted_type ?? element.logical_type?.type ?? (children.length > 0 ? 'struct' : 'list')).toLowerCase()})`,
      });
    else if (kind === undefined)
      others.push({ name, problem: `of the type ${element.logical_type?.type ?? element.converted_type ?? element.type}` });
    else columns.push({ name, element, kind });
  }
  const groups = metadata.row_groups.map((group, i) => {
    const chunks = new Map<string, ColumnMetaData>();
    for (const { meta_data: meta, file_path: elsewhere } of group.columns) {
      if (meta === undefined) throw new MusterError('malformed', `${path} has an encrypted column: write it without encryption`);
      if (elsewhere !== undefined)
        throw new MusterError('malformed', `${path} keeps its columns in another file, ${elsewhere}: import that one`);
      chunks.set(meta.path_in_schema.join('.'), meta);
    }
    const missing = columns.find((column) => !chunks.has(column.name));
    if (missing !== undefined)
      throw new MusterError('malformed', `row group ${i + 1} of ${path} has no column ${JSON.stringify(missing.name)}`);
    return { rows: Number(group.num_rows), chunks };
  });
  const codecs = [...new Set(groups.flatMap((group) => [...group.chunks.values()].map((chunk) => chunk.codec.toLowerCase())))];
  return { rows: groups.reduce((rows, group) => rows + group.rows, 0), columns, groups, codecs, others };
}

/** Whoever opens it closes `handle`. */
export interface OpenedParquet {
  handle: FileHandle;
  bytes: number;
  file: ParquetFile;
}

export async function openParquetFile(path: string): Promise<OpenedParquet> {
  const handle = await open(path);
  try {
    const { size: bytes } = await handle.stat();
    return { handle, bytes, file: await readParquetFooter(handle, path, bytes) };
  } catch (error) {
    await handle.close();
    throw error;
  }
}
