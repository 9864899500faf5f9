// A file that gets its name only when it is whole.
import { randomBytes } from 'node:crypto';
import { type FileHandle, open, rm } from 'node:fs/promises';
import { basename } from 'node:path';
import { MusterError } from '../../core/common/muster-error.ts';
import { moveDurably } from '../../core/node/durable-file.ts';
import type { ExportFile } from '../host/exports.ts';

/** Writes beside the file until it is whole. */
export async function openSavedFile(path: string): Promise<ExportFile> {
  // Two exports may have the same file chosen, and a file of that name may be there.
  const partPath = `${path}.${randomBytes(6).toString('hex')}.part`;
  let handle: FileHandle;
  let abandoned = false;
  try {
    handle = await open(partPath, 'wx');
  } catch (error) {
    throw new MusterError('failed_precondition', `${path} cannot be written: choose another folder`, error);
  }
  return {
    name: basename(path),
    download: '',
    write: async (data) => {
      await handle.writeFile(data);
    },
    commit: async () => {
      await handle.sync();
      await handle.close();
      if (abandoned) return;
      moveDurably(partPath, path);
    },
    abandon: async () => {
      abandoned = true;
      await handle.close();
      await rm(partPath, { force: true });
    },
  };
}
