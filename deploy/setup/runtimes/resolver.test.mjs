import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { SetupError } from '../setup-error.mjs';
import { CATALOGUE } from './catalogue.mjs';
import { findOnPath } from './command.mjs';
import { versionOf } from './program-version.mjs';
import { lookFor, resolveFrom } from './resolver.mjs';
import { onlyIf } from './sources.mjs';

/** @type {string} */
let folder;
/** @type {string[]} what the sources were asked */
let fetched;
/** @type {string[]} */
let reported;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'muster-resolver-'));
  fetched = [];
  reported = [];
});
afterEach(() => rm(folder, { recursive: true }));

/** A program that says its version, and counts how often it was asked. @param {string} place @param {string} version */
function program(place, version) {
  const path = join(folder, place, 'tool');
  mkdirSync(join(folder, place), { recursive: true });
  writeFileSync(path, `#!/bin/sh\necho asked >> ${join(folder, 'asked')}\necho "tool v${version}"\n`, { mode: 0o755 });
  return path;
}

const timesAsked = () => readFileSync(join(folder, 'asked'), 'utf8').trim().split('\n').length;

/** @param {NodeJS.ProcessEnv} [env] @returns {import('./sources.mjs').Context} */
function context(env = {}) {
  return { env: { PATH: join(folder, 'bin'), ...env }, platform: 'linux', arch: 'x64', cache: join(folder, 'cache') };
}

/** @param {string} label @param {string} version @param {Error} [failure] @returns {import('./sources.mjs').Source} */
function source(label, version, failure) {
  return {
    label,
    version,
    async fetch(stage, _context, report) {
      fetched.push(label);
      report('fetching');
      writeFileSync(join(stage, 'tool'), `#!/bin/sh\necho "tool v${version}"\n`, { mode: 0o755 });
      if (failure) throw failure;
    },
  };
}

/** @param {import('./sources.mjs').Source[]} sources */
function catalogue(sources) {
  /** @type {import('./catalogue.mjs').Runtime} */
  const tool = {
    purpose: 'test',
    setting: 'MUSTER_TOOL',
    onMachine: ({ env }) => findOnPath('tool', env),
    check: (path) => versionOf(path, ['--version'], '2.0.0'),
    program: (path) => path,
    sources,
    entry: () => 'tool',
    advice: () => 'get tool',
  };
  return { tool };
}

const release = () => source('the official release', '2.5.0');
/** @param {import('./sources.mjs').Source[]} sources @param {NodeJS.ProcessEnv} [env] */
const find = (sources, env) => resolveFrom('tool', catalogue(sources), context(env), (text) => reported.push(text));

test('the setting comes first', async () => {
  program('bin', '3.0.0');
  const own = program('own', '2.1.0');
  expect(await find([release()], { MUSTER_TOOL: own })).toEqual({ path: own, version: '2.1.0', from: 'MUSTER_TOOL' });
});

test('a wrong setting is an error that names it, never a reason to take another', async () => {
  program('bin', '3.0.0');
  await expect(find([release()], { MUSTER_TOOL: join(folder, 'gone') })).rejects.toMatchObject({
    code: 'invalid_config',
    message: expect.stringMatching(/^MUSTER_TOOL is .*gone, which does not exist/),
  });
  await expect(find([release()], { MUSTER_TOOL: program('own', '1.9.0') })).rejects.toThrow(
    /MUSTER_TOOL is .*version 1\.9\.0, at least 2\.0\.0 is needed/,
  );
  expect(fetched).toEqual([]);
});

test('then a good enough one on PATH', async () => {
  const path = program('bin', '2.0.0');
  expect(await find([release()])).toEqual({ path, version: '2.0.0', from: 'this machine' });
  expect(fetched).toEqual([]);
});

test('one on PATH that is too old or does not run is passed over', async () => {
  program('bin', '1.0.0');
  expect(await find([release()])).toMatchObject({ version: '2.5.0', from: 'the official release' });
  writeFileSync(join(folder, 'bin/tool'), '#!/bin/sh\nexit 3\n', { mode: 0o755 });
  expect(await find([release()])).toMatchObject({ version: '2.5.0', from: 'the cache' });
});

test('a fetched one is there at the second call without a question', async () => {
  const first = await find([release()]);
  expect(await find([release()])).toEqual({ ...first, from: 'the cache' });
  expect(fetched).toEqual(['the official release']);
});

test('a check is remembered until the program changes', async () => {
  program('bin', '2.0.0');
  await find([]);
  await find([]);
  expect(timesAsked()).toBe(1);
  program('bin', '2.10.0');
  expect(await find([])).toMatchObject({ version: '2.10.0' });
  expect(timesAsked()).toBe(2);
});

test('where one way fails the next is taken, and the failure is told', async () => {
  const failing = source('the official release', '2.5.0', new SetupError('unavailable', 'example.org cannot be reached'));
  expect(await find([failing, source('go install', '2.4.0')])).toMatchObject({ version: '2.4.0', from: 'go install' });
  expect(reported).toContain('not by the official release: example.org cannot be reached');
});

test('what fails half-way leaves nothing in the cache', async () => {
  await expect(find([source('a way', '2.5.0', new Error('broken'))])).rejects.toThrow();
  expect(readdirSync(join(folder, 'cache')).filter((name) => !name.startsWith('.'))).toEqual([]);
  expect(readdirSync(join(folder, 'cache/.stage'))).toEqual([]);
  expect(readdirSync(join(folder, 'cache/.locks'))).toEqual([]);
});

test('a fetched one that does not pass its check never gets into the cache', async () => {
  await expect(find([source('a way', '1.0.0')])).rejects.toThrow(/a way: .*version 1\.0\.0/);
  expect(existsSync(join(folder, 'cache/tool-1.0.0'))).toBe(false);
});

test('what a killed process left half-written is not taken, and cleared', async () => {
  mkdirSync(join(folder, 'cache/.stage/tool-2.5.0/content'), { recursive: true });
  writeFileSync(join(folder, 'cache/.stage/tool-2.5.0/content/half'), 'half');
  const { path } = await find([release()]);
  expect(readdirSync(join(path, '..'))).toEqual(['tool']);
});

test('of two at once one fetches and the other waits for it', async () => {
  const found = await Promise.all([find([release()]), find([release()])]);
  expect(new Set(found.map(({ path }) => path)).size).toBe(1);
  expect(fetched).toEqual(['the official release']);
});

test('where no way is left one sentence says why, the command, and the setting', async () => {
  const failing = source('pip', '2.5.0', new SetupError('unavailable', 'no network'));
  await expect(find([failing])).rejects.toMatchObject({
    code: 'missing_runtime',
    message: 'tool (test) is missing (pip: no network): run `get tool`, or name yours in MUSTER_TOOL.',
  });
});

test('a name that is none is answered with those that are', async () => {
  await expect(resolveFrom('questbd', CATALOGUE, context(), () => undefined)).rejects.toThrow(
    /There is no runtime "questbd"; there are nats-server, questdb, /,
  );
});

test('Debian’s nats-server 2.9 is not good enough', async () => {
  mkdirSync(join(folder, 'bin'), { recursive: true });
  const path = join(folder, 'bin/nats-server');
  writeFileSync(path, '#!/bin/sh\necho "nats-server: v2.9.10"\n', { mode: 0o755 });
  const runtime = /** @type {import('./catalogue.mjs').Runtime} */ (CATALOGUE['nats-server']);
  await expect(runtime.check(path, context())).rejects.toThrow(/version 2\.9\.10, at least 2\.10\.0 is needed/);
});

test('a way that nobody asked for is not taken, neither anew nor from the cache, and the words say why', async () => {
  const old = onlyIf(source('pip', '2.2.0'), 'MUSTER_OLD_TOOL', 'it gets no fixes');
  const words = 'pip: version 2.2.0 is not taken unasked, since it gets no fixes; MUSTER_OLD_TOOL=1 takes it';
  await expect(find([old])).rejects.toThrow(words);
  expect(fetched).toEqual([]);
  expect((await find([old], { MUSTER_OLD_TOOL: '1' })).from).toBe('pip');
  expect((await find([old], { MUSTER_OLD_TOOL: '1' })).from).toBe('the cache');
  await expect(find([old], { MUSTER_OLD_TOOL: '0' })).rejects.toThrow(words);
  expect(fetched).toEqual(['pip']);
});

test('a look brings nothing, and says how what is missing would come', async () => {
  const sources = [source('the release', '2.1.0'), source('go install', '2.0.0')];
  expect(await lookFor('tool', catalogue(sources), context())).toEqual({
    found: undefined,
    ways: ['the release (2.1.0)', 'go install (2.0.0)'],
  });
  expect(fetched).toEqual([]);
  const path = program('bin', '2.3.4');
  expect((await lookFor('tool', catalogue(sources), context())).found).toEqual({ path, version: '2.3.4', from: 'this machine' });
});
