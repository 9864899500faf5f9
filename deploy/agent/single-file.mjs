// Builds the agent as one executable: its bundle inside a copy of the packaged Node (nodejs.org/api/single-executable-applications.html).
import { execFile } from 'node:child_process';
import { chmod, copyFile, mkdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { SetupError } from '../setup/setup-error.mjs';

const run = promisify(execFile);
/** Marks the place in Node's binary that says whether it carries a program; by Node's documentation. */
const FUSE = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2';
const RESOURCE = 'NODE_SEA_BLOB';

/**
 * @typedef {object} SingleFile
 * @property {string} path
 * @property {number} bytes
 * @property {boolean} stripped
 */

/** @param {string} root @param {string} file */
async function bundle(root, file) {
  const { build } = await import('rolldown');
  await build({
    cwd: root,
    input: join(root, 'agent/main.ts'),
    platform: 'node',
    external: [/^node:/],
    transform: { target: 'node24' },
    // ws asks for its optional speed-ups: absent here, and it lives without.
    onLog: (level, log, handle) =>
      log.code === 'UNRESOLVED_IMPORT' && /bufferutil|utf-8-validate/.test(log.message) ? undefined : handle(level, log),
    output: { file, format: 'cjs', codeSplitting: false, minify: true },
    logLevel: 'warn',
  });
}

/** A third of Node's binary are symbols nobody needs. Without binutils it stays as it is. @param {string} path */
async function strip(path) {
  try {
    await run('strip', ['--strip-all', path]);
    return true;
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'ENOENT') throw error;
    return false;
  }
}

/**
 * @param {{ root: string, node: string, target: string }} place `node`: the binary to carry the agent
 * @returns {Promise<SingleFile>}
 * @throws {SetupError} where this is not Linux: Node's binary is that of the machine it runs on
 */
export async function buildSingleFile({ root, node, target }) {
  if (process.platform !== 'linux') {
    throw new SetupError('invalid_config', `The single-file agent is built on Linux; this is ${process.platform}.`);
  }
  const stage = join(root, '.cache', 'single-file');
  await rm(stage, { recursive: true, force: true });
  await mkdir(stage, { recursive: true });
  const [script, blob, settings, program] = ['agent.cjs', 'agent.blob', 'sea.json', 'muster-agent'].map((name) => join(stage, name));
  await bundle(root, /** @type {string} */ (script));
  // Compiled ahead: a third off the start.
  const config = { main: script, output: blob, disableExperimentalSEAWarning: true, useCodeCache: true };
  await writeFile(/** @type {string} */ (settings), JSON.stringify(config));
  await run(node, ['--experimental-sea-config', /** @type {string} */ (settings)]);
  const binary = /** @type {string} */ (program);
  await copyFile(node, binary);
  await chmod(binary, 0o755);
  const stripped = await strip(binary);
  // In a process of its own: it warns on the terminal of section names that the stripped binary lacks.
  const postject = join(root, 'node_modules/postject/dist/cli.js');
  await run(node, [postject, binary, RESOURCE, /** @type {string} */ (blob), '--sentinel-fuse', FUSE]);
  const bytes = (await stat(binary)).size;
  await mkdir(join(target, '..'), { recursive: true });
  await rename(binary, target);
  return { path: target, bytes, stripped };
}
