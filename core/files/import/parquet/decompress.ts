// Pages as they were before their compression. Node's own zlib where it knows the codec: it is many times quicker and bounds what comes out.
import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from 'node:zlib';
import type { CompressionCodec } from 'hyparquet/src/types.js';
import { compressors } from 'hyparquet-compressors';
import { MusterError } from '../../../common/muster-error.ts';

/** Writers make pages of about 1 MiB; a page that says it becomes larger than this is a bomb. */
export const MAX_PAGE_BYTES = 64 * 1024 * 1024;

/** `bytes` is the length that the page's head says. Throws for another codec and for another length. */
export function decompress(page: Uint8Array, codec: CompressionCodec, bytes: number): Uint8Array {
  if (bytes > MAX_PAGE_BYTES || page.length > MAX_PAGE_BYTES)
    throw new MusterError('limit_exceeded', `a page has ${bytes} bytes, at most ${MAX_PAGE_BYTES} are taken: write it with smaller pages`);
  const plain = codec === 'UNCOMPRESSED' ? page : bytes === 0 ? new Uint8Array(0) : inflate(page, codec, bytes);
  if (plain.length !== bytes) throw new MusterError('malformed', `a page has ${plain.length} bytes, its head says ${bytes}`);
  return plain;
}

function inflate(page: Uint8Array, codec: CompressionCodec, bytes: number): Uint8Array {
  const options = { maxOutputLength: bytes };
  if (codec === 'GZIP') return gunzipSync(page, options);
  if (codec === 'BROTLI') return brotliDecompressSync(page, options);
  if (codec === 'ZSTD') return zstdDecompressSync(page, options);
  const other = compressors[codec];
  if (other === undefined) throw new MusterError('malformed', `its codec ${codec} is not known`);
  return other(page, bytes);
}
