// The runtimes beside Node: finds nats-server, QuestDB and its Java, Electron, and what the tests need, and fetches what is missing.
// Runs on Node ≥ 20 before anything is installed. `node deploy/setup/runtimes.mjs [NAME…]`
// prints where each is and brings nothing; with `--install` it brings what is missing.
import { basename, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CATALOGUE } from './runtimes/catalogue.mjs';
import { lookFor, resolveFrom } from './runtimes/resolver.mjs';
import { runtimeCacheFolder } from './runtimes/runtime-cache.mjs';
import { wordsOf } from './setup-error.mjs';

/**
 * @typedef {import('./runtimes/resolver.mjs').Resolved} Resolved
 * @typedef {{ name: string, purpose: string, text: string }} Progress
 */

/** Every name, in the order of importance. */
export const RUNTIME_NAMES = Object.keys(CATALOGUE);

/** A line every so often for each runtime says enough. */
const LINE_EVERY_MS = 3_000;

/** Lines on stderr, the first at once and then one every few seconds. */
export function linePrinter(print = (/** @type {string} */ line) => process.stderr.write(`${line}\n`), now = Date.now) {
  /** @type {Map<string, number>} */
  const last = new Map();
  return (/** @type {Progress} */ { name, purpose, text }) => {
    const key = `${name} ${/^\d/.test(text) ? '' : text.replace(/, \d+ s$/, '')}`;
    if (now() - (last.get(key) ?? Number.NEGATIVE_INFINITY) < LINE_EVERY_MS) return;
    last.set(key, now());
    print(`setup: ${name} (${purpose}): ${text}`);
  };
}

/** @returns {import('./runtimes/sources.mjs').Context} */
function contextOf(/** @type {NodeJS.ProcessEnv} */ env) {
  return { env, platform: process.platform, arch: process.arch, cache: runtimeCacheFolder(env) };
}

/**
 * Finds the runtimes, fetching what is missing, side by side.
 * @param {readonly string[]} names
 * @param {{ onProgress?: (progress: Progress) => void, env?: NodeJS.ProcessEnv }} [options]
 * @returns {Promise<Record<string, Resolved>>}
 * @throws {SetupError} the first failure, after all have ended: what was fetched meanwhile stays in the cache
 */
export async function ensureRuntimes(names, { onProgress = linePrinter(), env = process.env } = {}) {
  const context = contextOf(env);
  const outcomes = await Promise.allSettled(
    names.map((name) =>
      resolveFrom(name, CATALOGUE, context, (text) => onProgress({ name, purpose: CATALOGUE[name]?.purpose ?? '', text })),
    ),
  );
  const failed = outcomes.find((outcome) => outcome.status === 'rejected');
  if (failed) throw failed.reason;
  return Object.fromEntries(
    names.map((name, position) => [name, /** @type {PromiseFulfilledResult<Resolved>} */ (outcomes[position]).value]),
  );
}

/**
 * The path of one runtime (questdb: its jar; electron: its folder).
 * @param {string} name
 * @param {{ onProgress?: (progress: Progress) => void, env?: NodeJS.ProcessEnv }} [options]
 * @returns {Promise<string>}
 */
export async function resolveRuntime(name, options) {
  const found = await ensureRuntimes([name], options);
  return /** @type {Resolved} */ (found[name]).path;
}

/** Which variable hands a runtime to the programs we start. @param {Record<string, Resolved>} found */
export function settingsOf(found) {
  return Object.fromEntries(
    Object.entries(found).map(([name, { path }]) => [/** @type {{ setting: string }} */ (CATALOGUE[name]).setting, path]),
  );
}

const INSTALL = '--install';

/** What is there and where it came from; what is missing is only brought where that is said. */
async function main() {
  const words = process.argv.slice(2);
  const install = words.includes(INSTALL);
  const named = words.filter((word) => word !== INSTALL);
  const stranger = named.find((name) => !CATALOGUE[name]);
  if (stranger) {
    console.error(
      `There is no runtime "${stranger}"; there are ${RUNTIME_NAMES.join(', ')}, and ${INSTALL}, which brings what is missing.`,
    );
    process.exitCode = 2;
    return;
  }
  const names = named.length > 0 ? named : RUNTIME_NAMES;
  const outcomes = await Promise.allSettled(
    names.map((name) => (install ? ensureRuntimes([name]).then((found) => found[name]) : look(name))),
  );
  for (const [position, outcome] of outcomes.entries()) {
    const name = /** @type {string} */ (names[position]);
    if (outcome.status === 'rejected') {
      console.error(wordsOf(outcome.reason));
      process.exitCode = 1;
    } else if (typeof outcome.value === 'string') {
      console.log(`${name.padEnd(12)} ${outcome.value}`);
      process.exitCode = 1;
    } else {
      const { version, path, from } = /** @type {Resolved} */ (outcome.value);
      console.log(`${name.padEnd(12)} ${version.padEnd(14)} ${path} (from ${from})`);
    }
  }
}

/** Where a runtime is, or in words how it would be brought. @param {string} name @returns {Promise<Resolved | string>} */
async function look(name) {
  const { found, ways } = await lookFor(name, CATALOGUE, contextOf(process.env));
  return found ?? `missing        ${INSTALL} brings it: ${ways.join(', else ') || CATALOGUE[name]?.advice(contextOf(process.env))}`;
}

// Inside a bundle this module has the program's own address, so the name is asked too.
const self = fileURLToPath(import.meta.url);
if (process.argv[1] && resolve(process.argv[1]) === self && basename(self) === 'runtimes.mjs') await main();
