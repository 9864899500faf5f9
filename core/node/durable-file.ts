// Files that are whole after a power cut: what a program reads when it starts is written here, and nowhere else.
// The order is ext4's and XFS's contract: content, fsync, rename, fsync of the folder that holds the name (rename(2), fsync(2)).
import { chmodSync, closeSync, copyFileSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** For its owner alone: most of these files hold a secret or name one. */
const OWNER_ONLY = 0o600;

/**
 * Replaces the file: a reader, also one after a power cut, finds the old content or the new, whole. On disk when it returns. The folder must
 * be there. Throws what the file system says, and leaves the old file then.
 */
export function writeDurably(path: string, content: string | Uint8Array, mode = OWNER_ONLY): void {
  replaceDurably(path, mode, (part) => writeFileSync(part, content, { mode, flag: 'wx' }));
}

/** The same with the content of another file. */
export function copyDurably(from: string, path: string, mode = OWNER_ONLY): void {
  replaceDurably(path, mode, (part) => copyFileSync(from, part));
}

function replaceDurably(path: string, mode: number, write: (part: string) => void): void {
  // With the process number: two that write the same file at once must not write into each other's.
  const part = `${path}.${process.pid}.part`;
  rmSync(part, { force: true });
  try {
    write(part);
    // After the umask, and before the file has its name.
    chmodSync(part, mode);
    syncFile(part);
    renameSync(part, path);
  } catch (error) {
    rmSync(part, { force: true });
    throw error;
  }
  syncFolder(dirname(path));
}

/** Gives a file that is on disk another name, and has that on disk too. */
export function moveDurably(from: string, to: string): void {
  renameSync(from, to);
  syncFolder(dirname(to));
  if (dirname(from) !== dirname(to)) syncFolder(dirname(from));
}

/**
 * Makes the folder and those above it that are missing, and has their names on disk. One that is there stays as it is. Not by `recursive: true`,
 * which goes round for ever where a file system (/proc) answers that the parent is missing although it is there.
 */
export function makeFolderDurably(path: string, mode = 0o700): void {
  if (tryMake(path, mode)) return;
  makeFolderDurably(dirname(path), mode);
  if (!tryMake(path, mode)) mkdirSync(path, { mode });
}

/** False where the parent is missing. */
function tryMake(path: string, mode: number): boolean {
  try {
    mkdirSync(path, { mode });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' && dirname(path) !== path) return false;
    // A file in its place is found when the first file in the folder is opened.
    if (code === 'EEXIST') return true;
    throw error;
  }
  syncFolder(dirname(path));
  return true;
}

function syncFile(path: string): void {
  const file = openSync(path, 'r');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** Windows opens no folder, and some network file systems sync none: there the names are as durable as they get. */
const CANNOT_SYNC = new Set(['EISDIR', 'EPERM', 'EACCES', 'EINVAL', 'ENOTSUP', 'ENOSYS', 'EBADF']);

/** Has the names in the folder on disk. */
export function syncFolder(path: string): void {
  try {
    syncFile(path);
  } catch (error) {
    if (!CANNOT_SYNC.has((error as NodeJS.ErrnoException).code ?? '')) throw error;
  }
}
