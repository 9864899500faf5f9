import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { FrameColumns } from '../../core/common/frame.ts';
import type { Collector } from '../host/collector.ts';
import type { ToolLimits } from '../host/host-tool.ts';
import { FrameBuilder } from '../sampling/frame-builder.ts';
import { createSystemdCollector, createSystemManager, parseProperties, type SystemManager } from './systemd.ts';
import { createSystemdUnitCollector, foldServices, parseServices } from './systemd-unit.ts';

const FIXTURES = fileURLToPath(new URL('../../test/fixtures/', import.meta.url));
const SERVICES = readFileSync(`${FIXTURES}commands/systemctl-show-services.txt`, 'utf8');
let sys: string;

beforeEach(() => {
  sys = mkdtempSync(join(tmpdir(), 'muster-sys-'));
  cpSync(join(FIXTURES, 'sys-cgroup2'), sys, { recursive: true });
});
afterEach(() => rmSync(sys, { recursive: true }));

function manager(show: () => string, isThere = true): SystemManager {
  return { isThere: () => isThere, show: async () => show() };
}

async function run(collector: Collector, ms: number): Promise<{ frame: FrameColumns | undefined; problems: readonly string[] }> {
  const builder = new FrameBuilder(collector);
  builder.beginTick(ms * 1000);
  await collector.collect(builder, { timeUs: ms * 1000, monotonicMs: ms });
  return { frame: builder.take(), problems: builder.problems };
}

/** Rows by unit: the values in the order of the fields, then the texts. */
function rowsOf(frame: FrameColumns | undefined): Record<string, (number | string)[]> {
  if (frame === undefined) return {};
  const rows = frame.timeUs.length;
  return Object.fromEntries(
    Array.from({ length: rows }, (_, row) => [
      frame.series[frame.seriesIndex[row] as number]?.[0] ?? '',
      [
        ...frame.fields.map((_, field) => frame.values[field * rows + row] as number),
        ...frame.texts.slice(row * frame.textFields.length, (row + 1) * frame.textFields.length),
      ],
    ]),
  );
}

test('the state of the whole', async () => {
  const text = readFileSync(`${FIXTURES}commands/systemctl-show.txt`, 'utf8');
  const { frame } = await run(createSystemdCollector(manager(() => text)), 1000);
  expect(frame?.fields).toEqual(['units', 'failed_units', 'waiting_jobs', 'degraded']);
  expect(rowsOf(frame)).toEqual({ '': [312, 2, 0, 1, 'degraded'] });
});

test('services: states and restarts, and what they use between two readings', async () => {
  const collector = createSystemdUnitCollector(
    { proc: '', sys },
    manager(() => SERVICES),
  );
  await run(collector, 0);
  const cpu = join(sys, 'fs/cgroup/system.slice/ssh.service/cpu.stat');
  writeFileSync(cpu, readFileSync(cpu, 'utf8').replace('usage_usec 4000000', 'usage_usec 6500000'));
  const { frame } = await run(collector, 10_000);
  expect(frame?.fields).toEqual(['active', 'failed', 'restarts', 'cpu_percent', 'memory_bytes', 'tasks', 'oom_kills']);
  expect(rowsOf(frame)).toEqual({
    ssh: [1, 0, 0, 25, 8_000_000, 3, 0, 'active (running)', 'success'],
    'backup-agent': [0, 0, 14, Number.NaN, Number.NaN, Number.NaN, Number.NaN, 'activating (auto-restart)', 'success'],
    nginx: [0, 1, 5, Number.NaN, Number.NaN, Number.NaN, Number.NaN, 'failed (failed)', 'exit-code'],
    'systemd-sysctl': [1, 0, 0, Number.NaN, Number.NaN, Number.NaN, Number.NaN, 'active (exited)', 'success'],
    'getty@tty1': [1, 0, 0, 0, 300_000, 1, 0, 'active (running)', 'success'],
  });
});

test('a service that was stopped is shown as inactive for a while, one that never ran is not', async () => {
  let text = SERVICES;
  const collector = createSystemdUnitCollector(
    { proc: '', sys },
    manager(() => text),
  );
  await run(collector, 0);
  text = '\n';
  expect(rowsOf((await run(collector, 60_000)).frame)).toEqual({
    ssh: [0, 0, 0, Number.NaN, Number.NaN, Number.NaN, Number.NaN, 'inactive (dead)', 'success'],
    'getty@tty1': [0, 0, 0, Number.NaN, Number.NaN, Number.NaN, Number.NaN, 'inactive (dead)', 'success'],
  });
  expect((await run(collector, 661_000)).frame).toBeUndefined();
});

const namesOf = (names: readonly string[], each = false): string[] =>
  foldServices(parseServices(names.map((name) => `Id=${name}.service\n`).join('\n'), each), each).map(({ name }) => name);

test.each([
  ['run-u42'],
  ['run-r0123456789abcdef0123456789abcdef'],
  ['run-p4321-i8765'],
  [`${'4f2d1c9ab37e5d60'.repeat(4)}-6a1b2c3d4e5f6071`],
  [`libpod-${'4f2d1c9ab37e5d60'.repeat(4)}`],
  ['snap.app.hook.configure-0b1f2a3c-1111-2222-3333-444455556666'],
])('%s is left out: its name never comes again', (name) => {
  expect(namesOf([name])).toEqual([]);
  expect(namesOf([name], true)).toEqual([name]);
});

test.each([
  ['sshd@3-192.0.2.1:22-198.51.100.7:50412', 'sshd@'],
  ['sshd@0-2001:db8::1:22-2001:db8::7:50412', 'sshd@'],
  ['sshd@12-10.0.0.1:22-[fe80::1%eth0]:50412', 'sshd@'],
  ['sshd-unix-local@5-4711-1000', 'sshd-unix-local@'],
  ['systemd-coredump@3-1234-0', 'systemd-coredump@'],
  ['systemd-coredump@3-1234-5678_9012-0', 'systemd-coredump@'],
  ['drkonqi-coredump-processor@3-1234-0', 'drkonqi-coredump-processor@'],
  ['dbus-:1.3-org.freedesktop.problems@0', 'dbus-org.freedesktop.problems@'],
])('%s is one of %s', (name, template) => {
  expect(namesOf([name, 'ssh'])).toEqual([template, 'ssh']);
  expect(namesOf([name, 'ssh'], true)).toEqual([name, 'ssh']);
});

test.each([
  ...['run-backup', 'getty@tty1', 'serial-getty@ttyS0', 'user@1000', 'user-runtime-dir@1000', 'postgresql@16-main', 'wg-quick@wg0'],
  ...[
    'openvpn-client@office',
    'lvm2-pvscan@8:2',
    'systemd-fsck@dev-disk-by\\x2duuid-3f2a\\x2d11',
    'kafka@1',
    'app@10.0.0.1:8080',
    'worker@2-7',
  ],
])('%s is known by its own name', (name) => {
  expect(namesOf([name])).toEqual([name]);
});

test('the instances of a template are one row: what they use is added up, the worst says how it is', async () => {
  const units = ['1-192.0.2.1:22-198.51.100.7:5001', '2-192.0.2.1:22-198.51.100.8:5002'].map(
    (instance, at) =>
      `Id=sshd@${instance}.service\nActiveState=active\nSubState=running\nNRestarts=${at}\nControlGroup=/system.slice/${at === 0 ? 'ssh' : 'other'}.service\nResult=success\n`,
  );
  cpSync(join(sys, 'fs/cgroup/system.slice/ssh.service'), join(sys, 'fs/cgroup/system.slice/other.service'), { recursive: true });
  let text = units.join('\n');
  const collector = createSystemdUnitCollector(
    { proc: '', sys },
    manager(() => text),
  );
  await run(collector, 0);
  for (const name of ['ssh', 'other']) {
    const cpu = join(sys, `fs/cgroup/system.slice/${name}.service/cpu.stat`);
    writeFileSync(cpu, readFileSync(cpu, 'utf8').replace('usage_usec 4000000', 'usage_usec 6500000'));
  }
  expect(rowsOf((await run(collector, 10_000)).frame)).toEqual({ 'sshd@': [1, 0, 1, 50, 16_000_000, 6, 0, 'active (running)', 'success'] });
  text = `${units[0]}\n${units[1]?.replace('ActiveState=active', 'ActiveState=failed').replace('running', 'failed')}`;
  expect(rowsOf((await run(collector, 20_000)).frame)['sshd@']).toMatchObject({ 0: 1, 1: 1, 7: 'failed (failed)' });
  text = '\n';
  expect((await run(collector, 30_000)).frame, 'that a connection is over is no news').toBeUndefined();
});

test('with the switch each stands for itself', async () => {
  const text = 'Id=sshd@1-192.0.2.1:22-198.51.100.7:5001.service\nActiveState=active\nSubState=running\n';
  const wanted = createSystemdUnitCollector(
    { proc: '', sys },
    manager(() => text),
    () => true,
  );
  const { frame } = await run(wanted, 0);
  expect(Object.keys(rowsOf(frame))).toEqual(['sshd@1-192.0.2.1:22-198.51.100.7:5001']);
});

test('with control groups of version 1 the states are given and the rest is said to be missing', async () => {
  rmSync(join(sys, 'fs/cgroup/cgroup.controllers'));
  cpSync(join(sys, 'fs/cgroup/docker'), join(sys, 'fs/cgroup/memory'), { recursive: true });
  const { frame, problems } = await run(
    createSystemdUnitCollector(
      { proc: '', sys },
      manager(() => SERVICES),
    ),
    0,
  );
  expect(rowsOf(frame)['ssh']?.slice(0, 5)).toEqual([1, 0, 0, Number.NaN, Number.NaN]);
  expect(problems).toEqual([expect.stringContaining('is of version 1: boot with systemd.unified_cgroup_hierarchy=1')]);
});

test('a host with another system manager has nothing to read; the tool’s failure is told', async () => {
  const elsewhere = manager(() => '', false);
  expect(() =>
    createSystemdCollector(elsewhere).collect(new FrameBuilder(createSystemdCollector(elsewhere)), { timeUs: 0, monotonicMs: 0 }),
  ).toThrow(expect.objectContaining({ code: 'not_found', message: 'systemd is not running here' }));
  mkdirSync(join(sys, 'run/systemd/system'), { recursive: true });
  const asked: [readonly string[], ToolLimits][] = [];
  const failing = createSystemManager({ proc: '', sys, run: join(sys, 'run') }, async (_, args, limits) => {
    asked.push([args, limits]);
    return { stdout: '', exitCode: 1 };
  });
  expect(failing.isThere()).toBe(true);
  await expect(failing.show(['--property=NNames'], 5)).rejects.toThrow('is D-Bus reachable for this user?');
  expect(asked).toEqual([[['show', '--no-pager', '--property=NNames'], { timeoutMs: 10_000, maxAgeMs: 5, maxBytes: 4_194_304 }]]);
});

test('over a program that answers as systemctl does', async () => {
  mkdirSync(join(sys, 'run/systemd/system'), { recursive: true });
  const roots = { proc: '', sys, run: join(sys, 'run'), tools: join(FIXTURES, 'tools') };
  expect(rowsOf((await run(createSystemdCollector(createSystemManager(roots)), 0)).frame)).toEqual({ '': [312, 2, 0, 1, 'degraded'] });
  const units = rowsOf((await run(createSystemdUnitCollector(roots, createSystemManager(roots)), 0)).frame);
  expect(Object.keys(units)).toEqual(['nginx', 'ssh', 'backup-agent', 'systemd-sysctl', 'getty@tty1']);
});

test('properties: a value may hold the sign itself, lines that are none end a block', () => {
  expect(parseProperties('A=b=c\nB=\n\n\nA=2\n')).toEqual([
    new Map([
      ['A', 'b=c'],
      ['B', ''],
    ]),
    new Map([['A', '2']]),
  ]);
  expect(parseProperties('')).toEqual([]);
});
