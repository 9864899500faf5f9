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
