// A file that gets its name only when it is whole.
import { type FileHandle, open, rm } from 'node:fs/promises';
import { basename } from 'node:path';
import { MusterError } from '../../core/common/muster-error.ts';
import { moveDurably } from '../../core/node/durable-file.ts';
import type { ExportFile } from '../host/exports.ts';

/** Writes beside the file until it is whole. */
export async function openSavedFile(path: string): Promise<ExportFile> {
  const partPath = `${path}.part`;
  let handle: FileHandle;
  try {
    handle = await open(partPath, 'w');
  } catch (error) {
    throw new MusterError('failed_precondition', `${partPath} cannot be written: choose another folder`, error);
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
      moveDurably(partPath, path);
    },
    abandon: async () => {
      await handle.close();
      await rm(partPath, { force: true });
    },
  };
}
