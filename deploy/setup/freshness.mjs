// Whether dist/ was built from the sources as they are now. Compares contents: a fresh clone or a switched branch has new times for old files.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { runChild } from './child.mjs';
import { syncTree, writeDurably } from './durable.mjs';
import { acquireLock } from './file-lock.mjs';
import { SOURCE_FOLDERS } from './programs.mjs';
import { SetupError } from './setup-error.mjs';

const STAMP = 'dist/.built-from';

/** @param {string} folder @returns {Generator<string>} */
function* sourceFiles(folder) {
  if (!existsSync(folder)) return;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* sourceFiles(path);
    else if (!/\.test\.\w+$/.test(entry.name)) yield path;
  }
}

/** @param {string} root */
export function sourcesFingerprint(root) {
  const hash = createHash('sha256');
  const files = SOURCE_FOLDERS.flatMap((folder) => [...sourceFiles(join(root, folder))]).sort();
  for (const path of [...files, join(root, 'package-lock.json')]) {
    const content = readFileSync(path);
    hash.update(`${path.slice(root.length)}\0${content.length}\0`).update(content);
  }
  return hash.digest('hex');
}

/** @param {string} root */
function builtFrom(root) {
  return existsSync(join(root, STAMP)) ? readFileSync(join(root, STAMP), 'utf8') : '';
}

/**
 * Builds dist/ where it is not current; of several processes one does, the others wait.
 * @param {string} root @param {string} node @param {NodeJS.ProcessEnv} env
 */
export async function ensureBuilt(root, node, env) {
  if (builtFrom(root) === sourcesFingerprint(root)) return;
  const release = await acquireLock(join(root, '.cache', 'build.lock'), (owner) =>
    console.error(`setup: process ${owner} builds, waiting`),
  );
  try {
    // Taken before the build: what changes meanwhile is built the next time.
    const fingerprint = sourcesFingerprint(root);
    if (builtFrom(root) === fingerprint) return;
    const started = Date.now();
    const code = await runChild(node, [join(root, 'deploy/setup/build.mjs')], { cwd: root, env, stdio: ['ignore', 2, 2] });
    if (code !== 0) throw new SetupError('internal', `The build ended with exit code ${code}: see its lines above.`);
    await mkdir(join(root, 'dist'), { recursive: true });
    // The stamp last: it says that all the others are there.
    syncTree(join(root, 'dist'));
    writeDurably(join(root, STAMP), fingerprint);
    console.error(`setup: built in ${((Date.now() - started) / 1000).toFixed(1)} s`);
  } finally {
    await release();
  }
}
