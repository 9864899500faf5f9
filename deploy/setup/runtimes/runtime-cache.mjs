// The folder of fetched runtimes, shared between checkouts: NAME-VERSION folders that are there whole or not at all.
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { moveDurably, syncTree, writeDurably } from '../durable.mjs';
import { acquireLock } from '../file-lock.mjs';

/** Where runtimes are kept. @param {NodeJS.ProcessEnv} env */
export function runtimeCacheFolder(env) {
  const base = env.XDG_CACHE_HOME || join(env.HOME || homedir(), '.cache');
  return join(base, 'muster', 'runtimes');
}

/**
 * The folder `cache/key`, made by `make` if it is not there yet. Of several processes one makes it, the others wait for it.
 * @param {string} cache
 * @param {string} key
 * @param {(stage: string) => Promise<void>} make fills an empty folder; a throw leaves nothing behind
 * @param {(owner: number) => void} [onWait]
 */
export async function placeInCache(cache, key, make, onWait) {
  const target = join(cache, key);
  if (existsSync(target)) return target;
  const release = await acquireLock(join(cache, '.locks', key), onWait);
  // The folder around it is for what `make` needs on the way; it goes with the stage.
  const room = join(cache, '.stage', key);
  const stage = join(room, 'content');
  try {
    if (existsSync(target)) return target;
    // Under the lock whatever stands there was left by a process that is gone.
    await rm(room, { recursive: true, force: true });
    await mkdir(stage, { recursive: true });
    await make(stage);
    syncTree(stage);
    moveDurably(stage, target);
    return target;
  } finally {
    await rm(room, { recursive: true, force: true });
    await release();
  }
}

/** Where a download collects until it is whole. @param {string} cache @param {string} file */
export function partialFile(cache, file) {
  return join(cache, '.downloads', file);
}

/**
 * Remembers what a check of a program on this machine said, for as long as the program's file does not change: a second start asks nobody.
 * @param {string} cache
 * @param {string} program
 * @param {() => Promise<string>} check
 * @returns {Promise<string>} what the check said, now or earlier
 */
export async function rememberedCheck(cache, program, check) {
  const { mtimeMs, size } = await stat(program);
  const file = join(cache, '.checked', `${encodeURIComponent(program)}.json`);
  // One that is not there, or damaged, remembers nothing.
  const known = await readFile(file, 'utf8')
    .then((text) => JSON.parse(text))
    .catch(() => undefined);
  if (known?.mtimeMs === mtimeMs && known.size === size) return known.said;
  const said = await check();
  await mkdir(join(cache, '.checked'), { recursive: true });
  writeDurably(file, JSON.stringify({ mtimeMs, size, said }));
  return said;
}
