import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parseCommandLine, toProcessName, topBy } from './process.ts';
import { type ProcessEntry, type ProcessList, ProcessTable, parseProcessStat } from './process-table.ts';
import { TCP_STATES, TcpStateCounter } from './tcp-states.ts';

const line = (text: string): Buffer => Buffer.from(text);
const entry = (pid: number, cpuPercent: number, name = `p${pid}`, parent = 1): ProcessEntry => ({
  pid,
  name,
  parent,
  cpuPercent,
  state: 'S',
  cpuTicks: 0,
  threads: 1,
  startTicks: 1,
  residentPages: 1,
  atMs: 0,
});

test('a name may hold parentheses, spaces and newlines', () => {
  const rest = 'R 7 1 1 0 -1 0 0 0 0 0 11 22 0 0 20 0 4 0 900 173000000 3250 18446744073709551615 1\n';
  for (const name of ['sh', '(sd-pam)', ') R 1 (', 'a\nb']) {
    expect(parseProcessStat(line(`42 (${name}) ${rest}`))).toEqual({
      name,
      state: 'R',
      parent: 7,
      cpuTicks: 33,
      threads: 4,
      startTicks: 900,
      residentPages: 3250,
    });
  }
  expect(parseProcessStat(line('')).cpuTicks).toBeNaN();
});

test('the top leaves out what used nothing', () => {
  const entries = [entry(1, 3), entry(2, 0), entry(3, 9), entry(4, Number.NaN), entry(5, 5), entry(6, 9)];
  expect(topBy(entries, 3, ({ cpuPercent }) => cpuPercent).map(({ pid }) => pid)).toEqual([3, 6, 5]);
});

test('kernel workers are one series each, whatever they do', () => {
  expect(toProcessName(entry(9, 1, 'kworker/u8:2-ext4-rsv', 2))).toBe('kworker');
  expect(toProcessName(entry(9, 1, 'a/b', 1))).toBe('a/b');
});

test.each([
  ['MainThread', '/usr/bin/node server.js', 'node'],
  ['MainThread', '[MainThread]', 'MainThread'],
  ['systemd-network', '/usr/lib/systemd/systemd-networkd', 'systemd-networkd'],
  ['systemd-network', '/opt/other --x', 'systemd-network'],
  ['postgres', 'postgres: writer', 'postgres'],
])('the process that the kernel calls %s, started as %s, is %s', (name, command, shown) => {
  expect(toProcessName(entry(9, 1, name), command)).toBe(shown);
});

test.each([
  ['mysql\0--password=hunter2\0-u\0root\0', 'mysql --password=*** -u root'],
  ['x\0--api-key\0abc\0--verbose\0', 'x --api-key *** --verbose'],
  ['env\0TOKEN_FILE=/x\0', 'env TOKEN_FILE=***'],
  ['', ''],
])('%j is shown as %j', (bytes, shown) => {
  expect(parseCommandLine(line(bytes))).toBe(shown);
});

test('a long command line is cut', () => {
  expect(parseCommandLine(line('x'.repeat(500)))).toHaveLength(200);
});

test('this machine: our own process is there, asked once for all within the age', () => {
  const table = new ProcessTable({ proc: '/proc', sys: '/sys' });
  const first = table.latest({ timeUs: 0, monotonicMs: 0 }, 0);
  if (first instanceof Promise) return expect(first).resolves.toBeDefined();
  expect(first.entries.find(({ pid }) => pid === process.pid)?.threads).toBeGreaterThan(1);
  expect(table.latest({ timeUs: 1, monotonicMs: 900 }, 1000)).toBe(first);
  expect(table.latest({ timeUs: 2, monotonicMs: 1100 }, 1000)).not.toBe(first);
});

test('what sleeps is read less often; its share is over all the time since', () => {
  const root = mkdtempSync(join(tmpdir(), 'muster-table-'));
  const write = (ticks: number): void =>
    writeFileSync(join(root, '5', 'stat'), `5 (job) S 1 1 1 0 -1 0 0 0 0 0 ${ticks} 0 0 0 20 0 1 0 900 0 10 0\n`);
  try {
    mkdirSync(join(root, '5'));
    const table = new ProcessTable({ proc: root, sys: '' });
    const look = (second: number): number => {
      const list = table.latest({ timeUs: 0, monotonicMs: second * 1000 }, 0) as ProcessList;
      return list.entries[0]?.cpuPercent as number;
    };
    write(100);
    expect([look(0), look(10)]).toEqual([Number.NaN, 0]);
    // (5 + 3) is a multiple of four: it is read at the third look, and not again before the seventh.
    expect(look(20)).toBe(0);
    write(600);
    expect([look(30), look(40), look(50)]).toEqual([0, 0, 0]);
    expect(look(60)).toBe(12.5);
    write(1100);
    expect(look(70)).toBe(50);
  } finally {
    rmSync(root, { recursive: true });
  }
});

test('sockets are counted wherever the pieces are cut', () => {
  const text = [
    '  sl  local_address rem_address   st tx_queue',
    '   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000',
    '1234: 0200000A:8AE2 0300000A:01BB 01 00000000:00000000 02:000005DC',
    '   2: 0200000A:8AE3 0300000A:01BB 0C 00000000:00000000 03:00000BB8',
    '   3: 0200000A:8AE3 0300000A:01BB FF 00000000:00000000 03:00000BB8\n',
  ].join('\n');
  for (const size of [1, 7, 1000]) {
    const counter = new TcpStateCounter();
    for (let file = 0; file < 2; file++) {
      counter.begin();
      for (let at = 0; at < text.length; at += size) counter.add(line(text.slice(at, at + size)));
    }
    expect(TCP_STATES.filter((_, index) => counter.counts[index] === 2)).toEqual(['established', 'listen', 'new_syn_received']);
  }
});
