import { expect, test } from 'vitest';
import { removedSource } from './removed-nodes.ts';

test('a source that was removed and pushes again is told how it comes back', () => {
  const { code, message } = removedSource('till-7');
  expect(code).toBe('permission_denied');
  expect(message).toContain('node till-7 was removed from the fleet: within 24 h `muster nodes restore till-7` brings it back');
  expect(message).not.toContain('join token');
});
