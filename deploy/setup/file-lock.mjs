// A lock between processes: a file that holds the owner's process id. A lock whose owner is gone is taken over.
import { link, mkdir, readFile, rename, rm, unlink, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const ASK_EVERY_MS = 100;

/** @param {string} path @returns {Promise<number | undefined>} the owner if it lives, undefined where nobody holds the lock */
async function ownerOf(path) {
  const text = await readFile(path, 'utf8').catch(() => '');
  const pid = Number(text);
  if (!Number.isInteger(pid) || pid <= 0) return undefined;
  try {
    process.kill(pid, 0);
    return pid;
  } catch (thrown) {
    // EPERM: it lives, as another user.
    return /** @type {NodeJS.ErrnoException} */ (thrown).code === 'EPERM' ? pid : undefined;
  }
}

/** @param {string} path @returns {Promise<boolean>} true once it is ours */
async function tryLock(path) {
  // The id is in the file before the file has its name: no reader ever sees a lock without an owner.
  const own = `${path}.${process.pid}.${Math.random().toString(36).slice(2)}`;
  await writeFile(own, String(process.pid));
  try {
    await link(own, path);
    return true;
  } catch (thrown) {
    if (/** @type {NodeJS.ErrnoException} */ (thrown).code !== 'EEXIST') throw thrown;
    return false;
  } finally {
    await unlink(own);
  }
}

/** Of several who find a lock abandoned one succeeds in moving it away. @param {string} path */
async function clearAbandoned(path) {
  const away = `${path}.${process.pid}.stale`;
  try {
    await rename(path, away);
  } catch (thrown) {
    if (/** @type {NodeJS.ErrnoException} */ (thrown).code === 'ENOENT') return;
    throw thrown;
  }
  // Between our look and our rename another may have cleared it and locked: then that lock goes back.
  if ((await ownerOf(away)) === undefined) await rm(away, { force: true });
  else await rename(away, path);
}

/**
 * Waits for the lock.
 * @param {string} path
 * @param {(owner: number) => void} [onWait] told once, where another process holds it
 * @returns {Promise<() => Promise<void>>} gives it back
 */
export async function acquireLock(path, onWait) {
  await mkdir(dirname(path), { recursive: true });
  let told = false;
  for (;;) {
    if (await tryLock(path)) return () => rm(path, { force: true });
    const owner = await ownerOf(path);
    if (owner === undefined) {
      await clearAbandoned(path);
      continue;
    }
    if (!told) onWait?.(owner);
    told = true;
    await delay(ASK_EVERY_MS);
  }
}
