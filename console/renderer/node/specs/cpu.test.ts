import { expect, test } from 'vitest';
import { CPU } from './cpu.ts';

test('the stacked modes are all but idle: below iowait they add up to what the agent calls busy', () => {
  const stacked = CPU.lines.map(({ field }) => field);
  expect(stacked.at(-1)).toBe('iowait');
  // proc(5), /proc/stat: guest time is part of user time, and busy leaves idle and iowait out (agent/collectors/cpu.ts).
  expect(stacked.slice(0, -1).sort()).toEqual(['irq', 'nice', 'softirq', 'steal', 'system', 'user']);
});
