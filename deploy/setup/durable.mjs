// What the set-up places for later starts is on disk before it counts: after a power cut a file that was only renamed has its name and no content.
// The twin of core/node/durable-file.ts for what runs before anything is installed.
import { execFileSync } from 'node:child_process';
import { closeSync, fsyncSync, lstatSync, openSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Windows opens no folder, some network file systems sync none, and a program that runs cannot be opened everywhere. */
const CANNOT_SYNC = new Set(['EISDIR', 'EPERM', 'EACCES', 'EINVAL', 'ENOTSUP', 'ENOSYS', 'EBADF', 'ETXTBSY']);

/** @param {string} path a file or a folder, whose names it syncs then */
export function syncPath(path) {
  try {
    const file = openSync(path, 'r');
    try {
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
  } catch (thrown) {
    if (!CANNOT_SYNC.has(/** @type {NodeJS.ErrnoException} */ (thrown).code ?? '')) throw thrown;
  }
}

/** Has all of the file system that holds a folder on disk: for node_modules, whose files are too many to ask for each. @param {string} folder */
export function syncFileSystem(folder) {
  try {
    execFileSync('sync', ['-f', folder], { stdio: 'ignore' });
  } catch {
    // There is no such program, or it knows no -f.
    syncTree(folder);
  }
}

/** Has all below a folder on disk. @param {string} folder */
export function syncTree(folder) {
  for (const entry of readdirSync(folder)) {
    const path = join(folder, entry);
    const found = lstatSync(path);
    if (found.isDirectory()) syncTree(path);
    else if (found.isFile()) syncPath(path);
  }
  syncPath(folder);
}

/** Gives what is on disk its name, durably. @param {string} from @param {string} to */
export function moveDurably(from, to) {
  renameSync(from, to);
  syncPath(dirname(to));
}

/** The file is whole, old or new, also after a power cut. @param {string} path @param {string} text */
export function writeDurably(path, text) {
  const part = `${path}.${process.pid}.part`;
  try {
    writeFileSync(part, text);
    syncPath(part);
    moveDurably(part, path);
  } finally {
    rmSync(part, { force: true });
  }
}
