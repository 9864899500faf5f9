import { expect, test } from 'vitest';
import type { QueryResult } from '../../common/query-result.ts';
import { marksOf } from './charts/event-marks.tsx';
import type { NodeEvent } from './node-event.ts';
import { loadEvents, silences, unrecorded } from './node-events.ts';
import type { Part } from './series/points.ts';

const event = (timeMs: number, severity = 'info'): NodeEvent => ({ timeMs, kind: 'k', severity, text: '' });

const part = (times: number[], stepSeconds: number, raw = true): Part => ({ stepSeconds, raw, series: [{ tags: {}, times, fields: {} }] });

test('a gap that is long for the samples is a silence where it begins; a late sample is none', () => {
  const times = [0, 1, 2, 14, 15, 315, 316];
  const silence = [{ timeMs: 16_000, kind: 'silent', severity: 'warning', text: 'No samples for 5 min' }];
  expect(silences([part(times, 1)])).toEqual(silence);
  expect(silences([part(times.slice(0, 5), 1), part(times.slice(5), 1)])).toEqual(silence);
  expect(silences([part([0, 60, 480], 60)])).toEqual([]);
});

test('only raw rows to both sides of a hole prove a silence', () => {
  const minutes = [0, 60, 120, 1800, 1860];
  expect(silences([part(minutes, 60, false)])).toEqual([]);
  expect(silences([part([0, 1, 2], 1), { stepSeconds: 1, raw: false, series: [] }, part([900, 901, 902], 1)])).toEqual([]);
  expect(silences([part([0, 60, 120], 60, false), part([900, 901, 902], 1)])).toEqual([]);
  // Sampled once a minute then, once a second now: away at no time.
  expect(silences([part([0, 60, 120, 180, 240, 300, 301, 302, 303, 304, 305], 1)])).toEqual([]);
});

test('a silence that the gateway recorded is told once, by its record', () => {
  const guess = (timeMs: number): NodeEvent => ({ timeMs, kind: 'silent', severity: 'warning', text: '' });
  const told = [
    { timeMs: 100_000, kind: 'node_silent', severity: 'error', text: '' },
    { timeMs: 900_000, kind: 'node_live', severity: 'info', text: '' },
  ];
  expect(unrecorded([guess(70_000), guess(101_000), guess(110_000), guess(880_000)], told).map(({ timeMs }) => timeMs)).toEqual([
    110_000, 880_000,
  ]);
  expect(unrecorded([guess(70_000)], [])).toEqual([guess(70_000)]);
});

test('marks stand where they happened; those too near to separate are one', () => {
  const marks = marksOf([event(900), event(500), event(505), event(2000)], 0, 1000, 400);
  expect(marks.map(({ left, events }) => [left, events.length])).toEqual([
    [200, 2],
    [360, 1],
  ]);
  expect(marks[0]?.room).toBe(160);
});

test('the first boot of a stretch is no reboot, and a table that is not there is no failure', async () => {
  const answer = (times: number[], kind: string): QueryResult => ({
    columns: [
      { name: 'timestamp', type: 'timestamp', kind: 'time', values: Float64Array.from(times, (ms) => ms * 1000) },
      ...['kind', 'severity', 'text'].map((name) => ({ name, type: 'varchar', kind: 'text' as const, values: times.map(() => kind) })),
    ],
    rows: times.length,
    truncated: false,
    elapsedMs: 0,
  });
  const asked: string[] = [];
  const { events, cutMs } = await loadEvents(
    async (sql) => {
      asked.push(sql);
      if (sql.includes('FROM uptime')) return answer([300, 100], 'reboot');
      return answer([], '');
    },
    "n' OR 1=1 --",
    { fromMs: 0, toMs: 1000 },
  );
  expect([events.map(({ timeMs }) => timeMs), cutMs]).toEqual([[300], undefined]);
  expect(asked.every((sql) => sql.includes("'n'' OR 1=1 --'"))).toBe(true);
  expect(asked[0]).toContain("kind NOT IN ('still_live', 'still_late', 'still_silent'");
});

test('of more events than are read the newest are there, and it is known from when on', async () => {
  const times = [900, 700];
  const told: QueryResult = {
    columns: [
      { name: 'timestamp', type: 'timestamp', kind: 'time', values: Float64Array.from(times, (ms) => ms * 1000) },
      ...['kind', 'severity', 'text'].map((name) => ({ name, type: 'varchar', kind: 'text' as const, values: ['k', 'k'] })),
    ],
    ...{ rows: 2, truncated: true, elapsedMs: 0 },
  };
  const none: QueryResult = { columns: [], rows: 0, truncated: false, elapsedMs: 0 };
  const { cutMs } = await loadEvents(async (sql) => (sql.includes('FROM events') ? told : none), 'n', { fromMs: 0, toMs: 1000 });
  expect(cutMs).toBe(700);
});
