// The order in which a runtime is found: the setting, the machine's own, our cache, the ways that bring it, the sentence that says how.
import { existsSync } from 'node:fs';
import { resolve as absolute, join } from 'node:path';
import { SetupError, wordsOf } from '../setup-error.mjs';
import { installPackages } from './debian.mjs';
import { placeInCache, rememberedCheck } from './runtime-cache.mjs';

/**
 * @typedef {import('./catalogue.mjs').Runtime} Runtime
 * @typedef {import('./sources.mjs').Context} Context
 * @typedef {import('./sources.mjs').Source} Source
 * @typedef {{ path: string, version: string, from: string }} Resolved from: "MUSTER_JAVA", "this machine", "the cache", "Maven", …
 * @typedef {(text: string) => void} Report
 */

/** @param {Runtime} runtime @param {Context} context @returns {Promise<Resolved | undefined>} */
async function fromSetting(runtime, context) {
  const setting = context.env[runtime.setting];
  if (!setting) return undefined;
  const path = absolute(setting);
  if (!existsSync(path))
    throw new SetupError(
      'invalid_config',
      `${runtime.setting} is ${setting}, which does not exist: correct it, or unset it to have one found`,
    );
  try {
    const version = await rememberedCheck(context.cache, runtime.program(path, context), () => runtime.check(path, context));
    return { path, version, from: runtime.setting };
  } catch (thrown) {
    throw new SetupError(
      'invalid_config',
      `${runtime.setting} is ${setting}, which will not do: ${wordsOf(thrown)}; correct it, or unset it to have one found`,
      thrown,
    );
  }
}

/** @param {Runtime} runtime @param {Context} context @param {string[]} refusals why what is there will not do @returns {Promise<Resolved | undefined>} */
async function fromMachine(runtime, context, refusals) {
  for (const path of runtime.onMachine(context)) {
    try {
      const version = await rememberedCheck(context.cache, runtime.program(path, context), () => runtime.check(path, context));
      return { path, version, from: 'this machine' };
    } catch (thrown) {
      refusals.push(wordsOf(thrown));
    }
  }
  return undefined;
}

/** The ways that may be taken; of the others `refusals` says why not. @param {Runtime} runtime @param {Context} context @param {string[]} refusals */
function permittedSources(runtime, context, refusals) {
  return runtime.sources.filter(({ label, version, onlyIf }) => {
    if (!onlyIf || context.env[onlyIf.setting] === '1') return true;
    refusals.push(`${label}: version ${version} is not taken unasked, since ${onlyIf.why}; ${onlyIf.setting}=1 takes it`);
    return false;
  });
}

/** What is in the cache was checked before it got there. @param {string} name @param {Runtime} runtime @param {readonly Source[]} sources @param {Context} context @returns {Resolved | undefined} */
function fromCache(name, runtime, sources, context) {
  for (const { version } of sources) {
    const path = join(context.cache, `${name}-${version}`, runtime.entry(context));
    if (existsSync(path)) return { path, version, from: 'the cache' };
  }
  return undefined;
}

/** @param {string} name @param {Runtime} runtime @param {readonly Source[]} sources @param {Context} context @param {Report} report @param {string[]} refusals @returns {Promise<Resolved | undefined>} */
async function fromSources(name, runtime, sources, context, report, refusals) {
  for (const source of sources) {
    try {
      const make = async (/** @type {string} */ stage) => {
        await source.fetch(stage, context, report);
        const path = join(stage, runtime.entry(context));
        await runtime.complete?.(path, context, report);
        await runtime.check(path, context);
      };
      const key = `${name}-${source.version}`;
      const folder = await placeInCache(context.cache, key, make, (owner) => report(`process ${owner} is fetching it, waiting`));
      return { path: join(folder, runtime.entry(context)), version: source.version, from: source.label };
    } catch (thrown) {
      refusals.push(`${source.label}: ${wordsOf(thrown)}`);
      report(`not by ${source.label}: ${wordsOf(thrown)}`);
    }
  }
  return undefined;
}

/** @param {Runtime} runtime @param {Context} context @param {Report} report @param {string[]} refusals @returns {Promise<Resolved | undefined>} */
async function fromDebian(runtime, context, report, refusals) {
  if (!runtime.debian) return undefined;
  try {
    await installPackages(runtime.debian, context, report);
    return await fromMachine(runtime, context, refusals);
  } catch (thrown) {
    refusals.push(wordsOf(thrown));
    return undefined;
  }
}

/**
 * Finds a runtime, and brings it where it is not there.
 * @param {string} name @param {Record<string, Runtime>} catalogue @param {Context} context @param {Report} report
 * @returns {Promise<Resolved>}
 * @throws {SetupError} invalid_config for a wrong setting; missing_runtime with the command that installs it
 */
export async function resolveFrom(name, catalogue, context, report) {
  const runtime = catalogue[name];
  if (!runtime) throw new SetupError('invalid_config', `There is no runtime "${name}"; there are ${Object.keys(catalogue).join(', ')}.`);
  /** @type {string[]} */
  const refusals = [];
  /** @type {string[]} */
  const unasked = [];
  const sources = permittedSources(runtime, context, unasked);
  const found =
    (await fromSetting(runtime, context)) ??
    (await fromMachine(runtime, context, refusals)) ??
    fromCache(name, runtime, sources, context) ??
    (await fromSources(name, runtime, sources, context, report, refusals)) ??
    (await fromDebian(runtime, context, report, refusals));
  if (found) return found;
  refusals.push(...unasked);
  const why = refusals.length > 0 ? ` (${refusals.join('; ')})` : '';
  throw new SetupError(
    'missing_runtime',
    `${name} (${runtime.purpose}) is missing${why}: run \`${runtime.advice(context)}\`, or name yours in ${runtime.setting}.`,
  );
}

/**
 * Finds a runtime where it is there already, and brings nothing.
 * @param {string} name @param {Record<string, Runtime>} catalogue @param {Context} context
 * @returns {Promise<{ found: Resolved | undefined, ways: string[] }>} `ways`: how it would be brought, in the order in which that is tried
 * @throws {SetupError} invalid_config for a wrong setting
 */
export async function lookFor(name, catalogue, context) {
  const runtime = catalogue[name];
  if (!runtime) throw new SetupError('invalid_config', `There is no runtime "${name}"; there are ${Object.keys(catalogue).join(', ')}.`);
  const sources = permittedSources(runtime, context, []);
  const found =
    (await fromSetting(runtime, context)) ?? (await fromMachine(runtime, context, [])) ?? fromCache(name, runtime, sources, context);
  const packages = runtime.debian ? [`apt-get install ${runtime.debian.join(' ')}`] : [];
  return { found, ways: [...sources.map(({ label, version }) => `${label} (${version})`), ...packages] };
}
