// Makes the state folder.
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Makes the folder and those above it, readable by the owner only. Throws what the file system says. Not by `recursive: true`, which goes
 * round for ever where a file system (/proc) answers that the parent is missing although it is there.
 */
export function makeStateFolder(path: string): void {
  if (tryMake(path)) return;
  makeStateFolder(dirname(path));
  mkdirSync(path, { mode: 0o700 });
}

/** False where the parent is missing. */
function tryMake(path: string): boolean {
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' && dirname(path) !== path) return false;
    // A file in its place is found when the first file in the folder is opened.
    if (code !== 'EEXIST') throw error;
  }
  return true;
}
