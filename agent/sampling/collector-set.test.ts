import { expect, test } from 'vitest';
import { MusterError } from '../../core/common/muster-error.ts';
import type { Collector, RowSink } from '../host/collector.ts';
import { CollectorSet } from './collector-set.ts';

function collector(measurement: string, collect: (rows: RowSink) => void | Promise<void>, maxRows?: number): Collector {
  const cap = maxRows === undefined ? {} : { maxRows };
  return { measurement, tags: ['t'], fields: ['v'], ...cap, collect, close: () => undefined };
}

function watch(): { lines: string[]; reports: ConstructorParameters<typeof CollectorSet>[1] } {
  const lines: string[] = [];
  return {
    lines,
    reports: {
      unavailable: (name, reason) => lines.push(`${name} unavailable: ${reason}`),
      absent: (name, reason) => lines.push(`${name} absent: ${reason}`),
      available: (name) => lines.push(`${name} available`),
      incomplete: (name, problem) => lines.push(`${name} incomplete: ${problem}`),
      capped: (name, leftOut, cap) => lines.push(`${name} capped: ${leftOut} over ${cap}`),
    },
  };
}

const tick = (ms: number) => ({ timeUs: ms * 1000, monotonicMs: ms });
const good = collector('good', (rows) => rows.add(['a'], [1]));

test('one that throws is unavailable, is left alone for a minute, and comes back; the others go on', () => {
  let broken = true;
  let calls = 0;
  const bad = collector('bad', (rows) => {
    calls++;
    if (broken) throw new Error('no such file');
    rows.add(['a'], [2]);
  });
  const { lines, reports } = watch();
  const set = new CollectorSet([bad, good], reports);
  for (let ms = 0; ms < 59_000; ms += 1000) set.run(tick(ms));
  expect([calls, set.failed]).toEqual([1, 1]);
  expect(set.take().map(({ measurement, timeUs }) => [measurement, timeUs.length])).toEqual([['good', 59]]);
  broken = false;
  set.run(tick(60_000));
  expect(set.failed).toBe(0);
  expect(set.take().map(({ measurement }) => measurement)).toEqual(['bad', 'good']);
  expect(lines).toEqual(['bad unavailable: no such file', 'bad available']);
});

test('one that hangs is unavailable after two seconds; what it adds late is not taken', async () => {
  let finish = (): void => undefined;
  const hanging = collector('hanging', async (rows) => {
    await new Promise<void>((resolve) => {
      finish = resolve;
    });
    rows.add(['late'], [3]);
  });
  const { lines, reports } = watch();
  const set = new CollectorSet([hanging, good], reports);
  for (let ms = 0; ms <= 3000; ms += 1000) void set.run(tick(ms));
  expect(lines).toEqual(['hanging unavailable: no answer within 2000 ms']);
  expect(set.take().map(({ measurement, timeUs }) => [measurement, timeUs.length])).toEqual([['good', 4]]);
  finish();
  await new Promise((resolve) => setImmediate(resolve));
  expect(set.take()).toEqual([]);
  expect(set.failed).toBe(1);
});

test('rows beyond the cap are left out, counted and told once', () => {
  const manyRows = (rows: RowSink): void => {
    for (let i = 0; i < 10_000; i++) rows.add([`disk${i}`], [i]);
  };
  const many = collector('many', manyRows, 256);
  const { lines, reports } = watch();
  const set = new CollectorSet([many], reports);
  set.run(tick(0));
  set.run(tick(1000));
  expect(set.take()[0]?.timeUs.length).toBe(512);
  expect(lines).toEqual(['many capped: 9744 over 256']);
});

test('what could not be read is told once while it lasts', () => {
  let problem = true;
  const partial = collector('partial', (rows) => {
    if (problem) rows.problem('/mnt does not answer');
    rows.add(['a'], [1]);
  });
  const { lines, reports } = watch();
  const set = new CollectorSet([partial], reports);
  for (const [ms, is] of [
    [0, true],
    [1, true],
    [2, false],
    [3, true],
  ] as const) {
    problem = is;
    set.run(tick(ms));
  }
  expect(lines).toEqual(['partial incomplete: /mnt does not answer', 'partial incomplete: /mnt does not answer']);
});

test('a value that cannot be is told once, though it comes and goes, and counted each time', () => {
  let value = 0;
  const sensor: Collector = { ...collector('sensor', (rows) => rows.add(['a'], [1, value])), fields: ['v', 'celsius'] };
  const { lines, reports } = watch();
  const set = new CollectorSet([sensor], reports);
  for (const [ms, is] of [4e6, 43, 5e6, -128, 43].entries()) {
    value = is;
    set.run(tick(ms));
  }
  expect(lines).toEqual([
    'sensor incomplete: celsius of a was 4000000, which is left out: a temperature of a machine is from -100 to 250 °C',
  ]);
  expect(set.refusedValues).toBe(3);
  const [frame] = set.take();
  expect([...(frame?.values ?? [])]).toEqual([1, 1, 1, 1, 1, Number.NaN, 43, Number.NaN, Number.NaN, 43]);
});

test('one whose thing is not on this machine is absent, not failed, and comes when it is plugged in', () => {
  let there = false;
  const gpu = collector('gpu', (rows) => {
    if (!there) throw new MusterError('not_found', 'there is no GPU');
    rows.add(['0'], [1]);
  });
  const { lines, reports } = watch();
  const set = new CollectorSet([gpu, good], reports);
  for (let ms = 0; ms < 120_000; ms += 1000) set.run(tick(ms));
  expect(set.failed).toBe(0);
  there = true;
  set.run(tick(120_000));
  expect(lines).toEqual(['gpu absent: there is no GPU', 'gpu available']);
});

test('one that runs a program may have a longer limit of its own', () => {
  const slow: Collector = { ...collector('slow', () => new Promise<void>(() => undefined)), limitMs: 9000 };
  const { lines, reports } = watch();
  const set = new CollectorSet([slow], reports);
  for (let ms = 0; ms <= 8000; ms += 1000) void set.run(tick(ms));
  expect(lines).toEqual([]);
  void set.run(tick(9000));
  expect(lines).toEqual(['slow unavailable: no answer within 9000 ms']);
});
