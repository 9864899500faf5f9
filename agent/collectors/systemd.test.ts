import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { FrameColumns } from '../../core/common/frame.ts';
import { FrameBuilder } from '../frame-builder.ts';
import type { Collector } from './collector.ts';
import type { ToolLimits } from './host-tool.ts';
import { createSystemdCollector, createSystemManager, parseProperties, type SystemManager } from './systemd.ts';
import { createSystemdUnitCollector, parseServices } from './systemd-unit.ts';

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

test('what systemd-run started is left out: its name never comes again', () => {
  const names = parseServices('Id=run-u42.service\n\nId=run-r0123456789abcdef0123456789abcdef.service\n\nId=run-backup.service\n');
  expect(names.map(({ name }) => name)).toEqual(['run-backup']);
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
