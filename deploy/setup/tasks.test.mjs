import { expect, test } from 'vitest';
import { TASKS } from './tasks.mjs';

/** @param {string} task @param {string[]} args @param {NodeJS.ProcessEnv} env */
function runtimesOf(task, args, env = {}) {
  const found = TASKS[task];
  return [...(found?.needs(args, env) ?? []), ...(found?.wishes?.(args, env) ?? [])];
}

test('a start without a window fetches no Electron', () => {
  const store = ['nats-server', 'questdb', 'java'];
  expect(runtimesOf('up', ['--headless'], { DISPLAY: ':0' })).toEqual(store);
  expect(runtimesOf('muster', ['up', '--headless'], { DISPLAY: ':0' })).toEqual(store);
  expect(runtimesOf('up', [], { DISPLAY: ':0' })).toEqual([...store, 'electron']);
});

test('a question to the command line fetches nothing', () => {
  expect(runtimesOf('muster', ['status', '--json'], { DISPLAY: ':0' })).toEqual([]);
  expect(runtimesOf('up', ['--help'], { DISPLAY: ':0' })).toEqual([]);
});

test.each([
  ['a unit test', ['session-table'], []],
  ['a test of the architecture', ['layers'], []],
  ['a file with a line', ['./core/node/log.test.ts:12'], []],
  ['a project', ['--project', 'unit'], []],
  ['a name of a test is no file', ['spool', '-t', 'e2e'], []],
  ['a test with servers', ['test/integration/push.test'], ['nats-server', 'questdb', 'java', 'grpcurl']],
  ['a file that is not there', ['no-such-file'], []],
])('%s asks only for what it needs', (_, args, runtimes) => {
  expect(runtimesOf('test', args)).toEqual(runtimes);
  const { built } = /** @type {import('./tasks.mjs').Task} */ (TASKS['test']);
  expect(typeof built === 'function' && built(args, {})).toBe(runtimes.length > 0);
});

test('only a window asks for Electron and only the drills for Prometheus', () => {
  expect(runtimesOf('test', [])).toEqual(expect.arrayContaining(['chromium', 'electron', 'grpcurl']));
  expect(runtimesOf('test', [])).not.toContain('prometheus');
  expect(runtimesOf('test', ['test/e2e'])).not.toContain('prometheus');
  expect(runtimesOf('test', ['--project=!e2e'])).toContain('prometheus');
  expect(runtimesOf('drills', [])).toEqual(['nats-server', 'questdb', 'java', 'grpcurl', 'prometheus', 'node-exporter']);
});

test.each(['unit', 'watch', 'check'])('%s needs no runtime and no build', (name) => {
  expect(runtimesOf(name, [])).toEqual([]);
  expect(TASKS[name]?.built).toBe(false);
});

test('a page in work brings a Muster where none runs', () => {
  expect(runtimesOf('dev', ['--home', '/nowhere/muster'])).toEqual(['nats-server', 'questdb', 'java']);
  expect(runtimesOf('dev', ['--help'])).toEqual([]);
});
