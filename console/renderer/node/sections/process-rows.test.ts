import { expect, test } from 'vitest';
import { orderedProcesses, parseProcesses } from './process-rows.ts';

const TEXT = `  PID  PPID  USER      S  CPU %  MEM MiB  THREADS  COMMAND
    1     0  root      S    0.0       12        1  /sbin/init splash
27651     1  postgres  R  101.3      803        7  postgres: writer  (42 of 99)
  131     2  root      I    0.0        0        1  [kworker/0:1]
3 of 412 processes, by cpu; CPU over 500 ms, 100 % is one core
`;

test('rows are read back, blanks of commands and all; head and sum are none', () => {
  const rows = parseProcesses(TEXT);
  expect(rows.map(({ pid }) => pid)).toEqual([1, 27651, 131]);
  expect(rows[1]).toMatchObject({ user: 'postgres', state: 'R', cpuPercent: 101.3, memoryMib: 803, threads: 7 });
  expect(rows[1]?.command).toBe('postgres: writer  (42 of 99)');
});

test('by a column, and only what holds the text', () => {
  const rows = parseProcesses(TEXT);
  expect(orderedProcesses(rows, '', 'cpuPercent', true).map(({ pid }) => pid)).toEqual([27651, 1, 131]);
  expect(orderedProcesses(rows, 'ROOT', 'memoryMib', false).map(({ pid }) => pid)).toEqual([131, 1]);
  expect(orderedProcesses(rows, '131', 'pid', false).map(({ pid }) => pid)).toEqual([131]);
});
