// Runs a task and brings what it needs first: packages, runtimes, dist/. Plain Node ≥ 20 without packages, since it is what gets them.
// `node deploy/setup/run.mjs TASK [ARGUMENT…]`; the npm scripts in package.json name the tasks.
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureBuilt } from './freshness.mjs';
import { nodeProgram } from './node24.mjs';
import { ensurePackages } from './packages.mjs';
import { ensureRuntimes, settingsOf } from './runtimes.mjs';
import { SetupError, wordsOf } from './setup-error.mjs';
import { TASKS } from './tasks.mjs';

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const LEAST_NODE = 20;

/** @typedef {import('./runtimes.mjs').RuntimeName} RuntimeName */

/** Those that came; the sentence of the one that did not is printed, and the task goes on without it. @param {RuntimeName[]} names @param {NodeJS.ProcessEnv} env */
async function wishFor(names, env) {
  try {
    return settingsOf(await ensureRuntimes(names, { env }));
  } catch (thrown) {
    // A wrong setting is the user's word about what to use: no guessing past it.
    if (thrown instanceof SetupError && thrown.code === 'invalid_config') throw thrown;
    console.error(`setup: going on without: ${wordsOf(thrown)}`);
    return {};
  }
}

/**
 * @param {string | undefined} name @param {readonly string[]} args @param {NodeJS.ProcessEnv} environment
 * @returns {Promise<number>} the task's exit code
 */
export async function runTask(name, args, environment) {
  const task = name === undefined ? undefined : TASKS[name];
  if (!task) throw new SetupError('invalid_config', `There is no task "${name ?? ''}"; there are ${Object.keys(TASKS).join(', ')}.`);
  const env = { ...task.env, ...environment };
  const needs = ensureRuntimes(task.needs(args, env), { env });
  const wishes = wishFor(task.wishes?.(args, env) ?? [], env);
  const ready = ensurePackages(ROOT, env).then(async () => {
    const node = nodeProgram(ROOT);
    if (typeof task.built === 'function' ? task.built(args, env) : task.built) await ensureBuilt(ROOT, node, env);
    return node;
  });
  // All three at once. Each is waited for to its end, so that nothing of ours is still at work when a failure is told.
  const [node, needed, wished] = await Promise.allSettled([ready, needs, wishes]);
  for (const outcome of [node, needed, wished]) if (outcome.status === 'rejected') throw outcome.reason;
  const found = { ...settingsOf(fulfilled(needed)), ...fulfilled(wished) };
  return task.run({ root: ROOT, node: fulfilled(node), env: { ...env, ...found }, args });
}

/** @template T @param {PromiseSettledResult<T>} outcome */
function fulfilled(outcome) {
  return /** @type {PromiseFulfilledResult<T>} */ (outcome).value;
}

/** Runs the task, ends the process with its exit code, and says a failure of the set-up in one sentence. @param {string | undefined} name @param {readonly string[]} args */
export async function main(name, args) {
  if (Number(process.versions.node.split('.')[0]) < LEAST_NODE) {
    console.error(`Node ${LEAST_NODE} or newer is needed, this is ${process.versions.node}.`);
    process.exitCode = 1;
    return;
  }
  try {
    process.exitCode = await runTask(name, args, process.env);
  } catch (thrown) {
    console.error(thrown instanceof SetupError ? thrown.message : thrown);
    process.exitCode = thrown instanceof SetupError && thrown.code === 'invalid_config' ? 2 : 1;
  }
}

if (process.argv[1] && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) await main(process.argv[2], process.argv.slice(3));
