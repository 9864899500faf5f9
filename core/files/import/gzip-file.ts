// A file that is packed with gzip, unpacked into a temporary one within bounds.
import { createReadStream, rmSync } from 'node:fs';
import { mkdir, mkdtemp, open, rm, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { createGunzip } from 'node:zlib';
import { MusterError } from '../../common/muster-error.ts';

/** Text packs to a tenth, of the same row again and again to a hundredth: what grows more is made to fill a disk. */
const MOST_TIMES = 200;
const ALWAYS_BYTES = 64 * 1024 * 1024;
const MOST_BYTES = 64 * 1024 ** 3;
/** Of the disk that it is unpacked to: what stays free. */
const FREE_SHARE = 0.1;
const LOOK_EVERY_BYTES = 64 * 1024 * 1024;

export interface UnpackedFile {
  path: string;
  /** Removes it. */
  remove(): Promise<void>;
}

/** Into a folder of its own below `scratch`. Throws `malformed` for what cannot be unpacked, and `limit_exceeded` for what unpacks to too much. */
export async function gunzipFile(path: string, packedBytes: number, scratch = tmpdir()): Promise<UnpackedFile> {
  await mkdir(scratch, { recursive: true, mode: 0o700 });
  const folder = await mkdtemp(join(scratch, 'muster-import-'));
  const remove = (): Promise<void> => {
    process.off('exit', removeNow);
    return rm(folder, { recursive: true, force: true });
  };
  const removeNow = (): void => rmSync(folder, { recursive: true, force: true });
  process.once('exit', removeNow);
  const target = join(folder, basename(path).replace(/\.(gz|gzip)$/i, '') || 'file');
  try {
    await unpack(path, target, Math.min(MOST_BYTES, Math.max(ALWAYS_BYTES, packedBytes * MOST_TIMES)));
    return { path: target, remove };
  } catch (error) {
    await remove();
    if (error instanceof MusterError) throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOSPC')
      throw new MusterError('limit_exceeded', `${path} does not fit into ${scratch} unpacked: free some of the disk`, error);
    throw new MusterError('malformed', `${path} is packed with gzip and cannot be unpacked (${message}): it is cut off or damaged`, error);
  }
}

async function unpack(path: string, target: string, most: number): Promise<void> {
  const source = createReadStream(path);
  const gunzip = createGunzip();
  source.on('error', (error) => gunzip.destroy(error));
  source.pipe(gunzip);
  const file = await open(target, 'wx', 0o600);
  let bytes = 0;
  let lookAt = 0;
  try {
    for await (const piece of gunzip as AsyncIterable<Buffer>) {
      bytes += piece.length;
      if (bytes > most)
        throw new MusterError(
          'limit_exceeded',
          `${path} unpacks to more than ${most} bytes, ${MOST_TIMES} times its size: unpack it first`,
        );
      if (bytes >= lookAt) {
        await assertRoom(target, path);
        lookAt = bytes + LOOK_EVERY_BYTES;
      }
      await file.write(piece);
    }
  } finally {
    source.destroy();
    gunzip.destroy();
    await file.close();
  }
}

async function assertRoom(target: string, path: string): Promise<void> {
  const { bavail, blocks } = await statfs(target);
  if (bavail < blocks * FREE_SHARE)
    throw new MusterError('limit_exceeded', `${path} unpacked leaves less than a tenth of its disk free: free some of it`);
}
