// Reads a cold file back: rows and checksum of its values, a row group at a time.
import { zstdDecompressSync } from 'node:zlib';
import { asyncBufferFromFile, parquetMetadataAsync, parquetRead } from 'hyparquet';
import { MusterError, messageOf } from '../../common/muster-error.ts';
import { type ColdColumn, ColumnDigest, combineDigests, type PartitionDigest } from './value-digest.ts';

/** Node's own, which is many times quicker than one in JavaScript. */
const COMPRESSORS = { ZSTD: (page: Uint8Array): Uint8Array => zstdDecompressSync(page) };
const PARSERS = { timestampFromMicroseconds: (us: bigint): bigint => us };

/** Throws `malformed` for a file that is no Parquet or has other columns. */
export async function digestParquet(path: string, columns: readonly ColdColumn[]): Promise<PartitionDigest> {
  try {
    return await digest(path, columns);
  } catch (error) {
    if (error instanceof MusterError) throw error;
    throw new MusterError('malformed', `${path} cannot be read as Parquet: ${messageOf(error)}`, error);
  }
}

async function digest(path: string, columns: readonly ColdColumn[]): Promise<PartitionDigest> {
  const file = await asyncBufferFromFile(path);
  const metadata = await parquetMetadataAsync(file);
  const names = metadata.schema.slice(1).map(({ name }) => name);
  const wanted = columns.map(({ name }) => name);
  if (names.join() !== wanted.join())
    throw new MusterError('malformed', `${path} has the columns ${names.join(', ')}, expected are ${wanted.join(', ')}`);
  const digests = columns.map(() => new ColumnDigest());
  let rowStart = 0;
  for (const group of metadata.row_groups) {
    const rowEnd = rowStart + Number(group.num_rows);
    for (const [i, column] of columns.entries()) {
      const add = adder(column, digests[i] as ColumnDigest);
      await parquetRead({
        ...{ file, metadata, rowStart, rowEnd, columns: [column.name], compressors: COMPRESSORS, parsers: PARSERS },
        onComplete: (rows) => {
          for (const [value] of rows) add(value);
        },
      });
    }
    rowStart = rowEnd;
  }
  return combineDigests(columns, digests);
}

function adder({ type }: ColdColumn, digest: ColumnDigest): (value: unknown) => void {
  if (type === 'timestamp') return (value) => digest.addTime(value as bigint);
  if (type === 'double') return (value) => digest.addNumber(value as number | null);
  return (value) => digest.addText(value as string | null);
}
