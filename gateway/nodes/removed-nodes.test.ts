import { expect, test } from 'vitest';
import { removedMachine, removedSource } from './removed-nodes.ts';

test('a source that was removed and pushes again is told how it comes back', () => {
  const { code, message } = removedSource('till-7');
  expect(code).toBe('permission_denied');
  expect(message).toContain('node till-7 was removed from the fleet: within 24 h `muster nodes restore till-7` brings it back');
  expect(message).not.toContain('join token');
});

test('a machine that was removed is told each way back, and how it goes for good', () => {
  const { code, message } = removedMachine('n-1');
  expect(code).toBe('permission_denied');
  for (const way of ['`muster nodes restore n-1`', 'within 24 h', '`muster token create --join`', '`muster-agent uninstall`'])
    expect(message).toContain(way);
});
