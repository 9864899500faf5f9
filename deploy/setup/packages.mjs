// The npm packages: installs them when package-lock.json asks for others than are there.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runChild } from './child.mjs';
import { syncFileSystem } from './durable.mjs';
import { acquireLock } from './file-lock.mjs';
import { SetupError } from './setup-error.mjs';

/** @typedef {Record<string, { version?: string, integrity?: string, optional?: boolean, os?: string | string[], cpu?: string | string[], link?: boolean }>} LockedPackages */

/** @param {string} file @returns {LockedPackages | undefined} */
function packagesIn(file) {
  if (!existsSync(file)) return undefined;
  try {
    return JSON.parse(readFileSync(file, 'utf8')).packages;
  } catch {
    // Cut off: what it should say is not known, so it does not say that all is there.
    return undefined;
  }
}

/** @param {string | string[] | undefined} allowed @param {string} mine */
function suits(allowed, mine) {
  return allowed === undefined || [allowed].flat().includes(mine);
}

/**
 * Whether node_modules holds what the lock file asks for. npm writes node_modules/.package-lock.json as the last act of an install
 * and removes it first, so it is a better stamp than one of ours: true after a hand-made `npm ci` too, and gone after a half one.
 * @param {string} root
 */
export function packagesAreCurrent(root) {
  const wanted = packagesIn(join(root, 'package-lock.json'));
  const there = packagesIn(join(root, 'node_modules', '.package-lock.json'));
  if (!wanted || !there) return false;
  return Object.entries(wanted).every(([path, entry]) => {
    if (path === '') return true;
    const found = there[path];
    if (found) return found.version === entry.version && found.integrity === entry.integrity;
    // Another platform's: npm leaves it out. One for this platform may be left out for its libc alone.
    return entry.optional === true && (!suits(entry.os, process.platform) || !suits(entry.cpu, process.arch) || 'libc' in entry);
  });
}

/** npm as a program and arguments: the one that started us, or the one on PATH. @param {NodeJS.ProcessEnv} env */
export function npmCommand(env) {
  const script = env.npm_execpath;
  if (script?.endsWith('.js')) return { program: process.execPath, before: [script] };
  return { program: process.platform === 'win32' ? 'npm.cmd' : 'npm', before: [] };
}

/**
 * Installs the packages where they are not current; of several processes one does, the others wait.
 * @param {string} root @param {NodeJS.ProcessEnv} env
 */
export async function ensurePackages(root, env) {
  if (packagesAreCurrent(root)) return;
  const release = await acquireLock(join(root, '.cache', 'packages.lock'), (owner) =>
    console.error(`setup: process ${owner} installs the packages, waiting`),
  );
  try {
    if (packagesAreCurrent(root)) return;
    console.error('setup: npm ci');
    const { program, before } = npmCommand(env);
    const args = [...before, 'ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
    // Its words go to stderr: stdout belongs to the task.
    const code = await runChild(program, args, { cwd: root, env, stdio: ['ignore', 2, 2] });
    if (code !== 0)
      throw new SetupError('unavailable', `npm ci ended with exit code ${code}: see its lines above, then run the same command again.`);
    syncFileSystem(join(root, 'node_modules'));
    if (!packagesAreCurrent(root))
      throw new SetupError(
        'internal',
        'npm ci ended well, and yet node_modules does not hold what package-lock.json asks for: remove node_modules and try again.',
      );
  } finally {
    await release();
  }
}
