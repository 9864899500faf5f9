import { expect, test } from 'vitest';
import { countStates, parseProcessCounters } from './processes.ts';

test('processes are counted by state: sleeping, idle, uninterruptible, stopped, zombies', () => {
  const states = [...'SSSIIDTtZR'].map((state) => ({ state }));
  expect(countStates(states)).toEqual([3, 2, 1, 2, 1]);
  expect(countStates([])).toEqual([0, 0, 0, 0, 0]);
});

test('the counters of the kernel are read by their names', () => {
  const stat = 'cpu 1 2 3\nintr 50 1 2\nctxt 60\nbtime 9\nprocesses 70\nprocs_running 2\nprocs_blocked 1\n';
  expect(parseProcessCounters(Buffer.from(stat))).toEqual({ interrupts: 50, contextSwitches: 60, forks: 70, running: 2, blocked: 1 });
});
