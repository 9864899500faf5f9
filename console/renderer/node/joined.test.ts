import { expect, test } from 'vitest';
import { joinedMs } from './joined.ts';

test('an agent begins when it enrols; what was pushed or imported may be older', () => {
  expect(joinedMs({ agentVersion: '0.1.0', enrolledMs: 5 })).toBe(5);
  expect(joinedMs({ agentVersion: '', enrolledMs: 5 })).toBe(0);
  expect(joinedMs({ agentVersion: '0.1.0', enrolledMs: null })).toBe(0);
  expect(joinedMs(undefined)).toBe(0);
});
