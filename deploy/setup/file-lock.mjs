// A lock between processes: a file that names its owner by process id and start. A lock whose owner is gone is taken over by one, whoever else tries.
import { createHash, randomBytes } from 'node:crypto';
import { closeSync, fstatSync, linkSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { isProcess, startMark } from './process-mark.mjs';

const ASK_EVERY_MS = 100;

/**
 * What stands in a lock's file. `id` is of this one lock and no other: of two files with the same name and owner it tells which is which.
 * @typedef {{ id: string, pid: number, alive: boolean }} Held
 */

/** @param {string} path @returns {Held | undefined} undefined where nobody holds it */
function look(path) {
  let text = '';
  let place = '';
  try {
    const file = openSync(path, 'r');
    try {
      text = readFileSync(file, 'utf8');
      const { ino, mtimeMs } = fstatSync(file);
      place = `${ino} ${mtimeMs}`;
    } finally {
      closeSync(file);
    }
  } catch (thrown) {
    if (/** @type {NodeJS.ErrnoException} */ (thrown).code === 'ENOENT') return undefined;
    throw thrown;
  }
  try {
    const { pid, startMark: mark, id } = JSON.parse(text);
    if (typeof id === 'string' && /^[0-9a-f]{16}$/.test(id)) return { id, pid, alive: isProcess(pid, mark) };
    if (typeof mark === 'string') return { id: digest(text + place), pid, alive: isProcess(pid, mark) };
  } catch {
    // Cut off by a power cut, or of an older version that wrote the process id alone, which proves nothing.
  }
  return { id: digest(text + place), pid: 0, alive: false };
}

/** @param {string} text */
function digest(text) {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

/** @param {string} from @param {string} to @returns {boolean} false where there is one already */
function tryLink(from, to) {
  try {
    linkSync(from, to);
    return true;
  } catch (thrown) {
    if (/** @type {NodeJS.ErrnoException} */ (thrown).code === 'EEXIST') return false;
    throw thrown;
  }
}

/**
 * The place behind an abandoned lock has a name that is made from that very lock, so that one process alone can take it. It then puts its own lock
 * over the abandoned one, after a look whether that is still there: whoever was slow finds another lock, and begins anew.
 * @param {string} own @param {string} path
 * @returns {'taken' | 'again' | number} or the process that holds it
 */
function takeOver(own, path) {
  const abandoned = look(path);
  if (abandoned === undefined) return 'again';
  const passed = [];
  for (let place = path, held = /** @type {Held | undefined} */ (abandoned); ; held = look(place)) {
    if (held?.alive) return held.pid;
    if (held !== undefined) {
      if (place !== path) passed.push(place);
      place = `${path}.after-${held.id}`;
      continue;
    }
    if (!tryLink(own, place)) continue;
    if (look(path)?.id !== abandoned.id) {
      rmSync(place, { force: true });
      return 'again';
    }
    renameSync(place, path);
    for (const left of passed) rmSync(left, { force: true });
    return 'taken';
  }
}

/**
 * Takes the lock where nobody holds it. Its folder must be there.
 * @param {string} path
 * @returns {{ release: () => void } | { heldBy: number }}
 */
export function tryLock(path) {
  const id = randomBytes(8).toString('hex');
  // What it says is in the file before the file has its name: no reader ever sees a lock without an owner.
  const own = `${path}.${process.pid}.${id}`;
  writeFileSync(own, JSON.stringify({ pid: process.pid, startMark: startMark(process.pid) ?? '', id }), { mode: 0o600 });
  try {
    for (;;) {
      const outcome = tryLink(own, path) ? 'taken' : takeOver(own, path);
      if (typeof outcome === 'number') return { heldBy: outcome };
      if (outcome === 'taken') return { release: () => release(path, id) };
    }
  } finally {
    rmSync(own, { force: true });
  }
}

/** @param {string} path @param {string} id */
function release(path, id) {
  if (look(path)?.id === id) rmSync(path, { force: true });
}

/** The process that holds the lock; undefined where none does. @param {string} path @returns {number | undefined} */
export function lockHolder(path) {
  const held = look(path);
  return held?.alive ? held.pid : undefined;
}

/**
 * Waits for the lock.
 * @param {string} path
 * @param {(owner: number) => void} [onWait] told once, where another process holds it
 * @returns {Promise<() => Promise<void>>} gives it back
 */
export async function acquireLock(path, onWait) {
  await mkdir(dirname(path), { recursive: true });
  for (let told = false; ; told = true) {
    const outcome = tryLock(path);
    if ('release' in outcome) return async () => outcome.release();
    if (!told) onWait?.(outcome.heldBy);
    await delay(ASK_EVERY_MS);
  }
}
