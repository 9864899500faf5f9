import { expect, it } from 'vitest';
import { MusterError, type MusterErrorCode } from '../common/muster-error.ts';
import { exitCodeOf } from './exit-code.ts';

it.each<[MusterErrorCode, number, number]>([
  ['invalid_config', 2, 2],
  ['invalid_argument', 2, 2],
  ['already_exists', 1, 2],
  ['unavailable', 69, 69],
  ['deadline_exceeded', 69, 69],
  ['not_found', 1, 1],
  ['internal', 1, 1],
])('%s ends a task with %i and a server with %i', (code, task, server) => {
  const error = new MusterError(code, 'words');
  expect(exitCodeOf(error)).toBe(task);
  expect(exitCodeOf(error, true)).toBe(server);
});

it('whatever else is thrown is a failure', () => {
  for (const thrown of [new Error('x'), Object.assign(new Error('x'), { code: 'EPERM' }), 'text', undefined, null]) {
    expect(exitCodeOf(thrown, true)).toBe(1);
  }
});
