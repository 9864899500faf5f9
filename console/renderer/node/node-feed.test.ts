import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { ConsoleApi, MetricsEvent, RequestArguments } from '../../common/console-api.ts';
import type { SeriesAnswer } from '../../common/series-answer.ts';
import type { Painter } from '../state/painter.ts';
import { NodeFeed } from './node-feed.ts';
import { LOAD } from './specs/cpu.ts';

const NOW = Date.parse('2026-03-01T12:00:00Z');
const MINUTE = 60_000;

beforeEach(() => {
  vi.useFakeTimers({ now: NOW });
  vi.stubGlobal('requestAnimationFrame', (run: () => void) => setTimeout(run));
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** Paints at once. */
const painter = { request: (paint: () => void) => paint() } as unknown as Painter;
const nothing = { columns: [], rows: 0, truncated: false, elapsedMs: 1 };

/** A store that keeps only roll-ups of that step. */
function rolledUp(tier: string, stepSeconds: number): ConsoleApi {
  const series = ({ fromMs, toMs }: RequestArguments<'getSeries'>): SeriesAnswer => {
    const times = Float64Array.from({ length: (toMs - fromMs) / 1000 / stepSeconds }, (_, at) => fromMs / 1000 + at * stepSeconds);
    const figures = { mean: times.map(() => 1), spread: null };
    return { tier, stepSeconds, series: [{ tags: {}, times, fields: { load1: figures, load5: figures, load15: figures } }] };
  };
  const request = async (name: string, args: unknown): Promise<unknown> =>
    name === 'getSeries' ? series(args as RequestArguments<'getSeries'>) : nothing;
  return { request, subscribe: () => () => undefined } as unknown as ConsoleApi;
}

test.each([
  { samplesMs: 1000, span: 15, tier: '1m', stepSeconds: 60 },
  { samplesMs: 10_000, span: 60, tier: '1m', stepSeconds: 60 },
  { samplesMs: 10_000, span: 360, tier: '1h', stepSeconds: 3600 },
])(
  'a node of $samplesMs ms over $span min is a line in steps of $stepSeconds s where only those are kept, and was silent at no time',
  async (the) => {
    const feed = new NodeFeed(rolledUp(the.tier, the.stepSeconds), painter, 'n', () => NOW);
    feed.follow([{ measurement: 'load', fields: ['load1', 'load5', 'load15'] }]);
    feed.show({ kind: 'past', fromMs: NOW - the.span * MINUTE, toMs: NOW }, the.samplesMs, 0);
    await vi.advanceTimersByTimeAsync(100);
    const { columns } = feed.draw(LOAD);
    expect(columns.times.length).toBeGreaterThan(5);
    expect(columns.lines[0]).not.toContain(null);
    expect(feed.state.get().events).toEqual([]);
    feed.close();
  },
);

test('live samples behind raw rows that are on their way are no silence yet', async () => {
  let tell: ((event: MetricsEvent) => void) | undefined;
  const api = {
    request: () => new Promise(() => undefined),
    subscribe: (_: string, __: unknown, listener: (event: MetricsEvent) => void) => {
      tell = listener;
      return () => undefined;
    },
  } as unknown as ConsoleApi;
  const feed = new NodeFeed(api, painter, 'n', () => NOW);
  feed.follow([{ measurement: 'load', fields: ['load1'] }]);
  feed.show({ kind: 'live', spanMs: 15 * MINUTE }, 1000, 0);
  const frame = (ms: number) => ({
    ...{ measurement: 'load', tags: [], fields: ['load1'], series: [[]], seriesIndex: [0] },
    ...{ timeUs: [ms * 1000], values: [1], textFields: [], texts: [] },
  });
  tell?.({ nodeId: 'n', sentMs: NOW, frames: [frame(NOW - 1000)] as never });
  expect(feed.state.get().events).toEqual([]);
  feed.close();
});
