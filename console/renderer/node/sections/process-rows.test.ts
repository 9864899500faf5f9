import { expect, test } from 'vitest';
import { orderedProcesses, parseProcesses, readProcessList } from './process-rows.ts';

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

test('a list is whole only where its sum says so; of one that was cut the busiest are there, without the half of a line', () => {
  const rows = (count: number): string =>
    Array.from({ length: count }, (_, at) => `${at + 1}  1  root  S  ${(200 - at / 10).toFixed(1)}  12  1  java ${'x'.repeat(145)}`).join(
      '\n',
    );
  const whole = readProcessList(`PID\n${rows(3)}\n3 of 3 processes, by cpu; CPU over 500 ms\n`, 7);
  expect(whole).toMatchObject({ worth: 'known', asOfMs: 7 });
  const some = readProcessList(`PID\n${rows(3)}\n3 of 2000 processes, by cpu; CPU over 500 ms\n`, 7);
  expect(some).toMatchObject({ worth: 'partial', reason: 'the busiest 3 of 2,000' });
  const cut = readProcessList(rows(2000).slice(0, 100_000), 7);
  expect(cut.worth).toBe('partial');
  expect(cut.value?.[0]).toMatchObject({ pid: 1, cpuPercent: 200 });
  expect(cut.value?.every(({ command }) => command.length === 150)).toBe(true);
});
