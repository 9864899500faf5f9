import { expect, test, vi } from 'vitest';
import type { GetSeriesRequest, Measurement, QueryFrame, SeriesFrame } from '../../../proto/gen/messages.ts';
import type { TextRow } from './read-database.ts';
import { TierReader } from './tier-series.ts';

const MINUTE_US = 60_000_000;
const HOUR_US = 60 * MINUTE_US;
const NOW_MS = Date.UTC(2026, 0, 10);
const iso = (us: number): string => new Date(us / 1000).toISOString().replace('T', ' ').replace('Z', '000');

const column = (name: string, type = 'double', tag = false) => ({ name, type, tag });
const CPU = {
  name: 'cpu',
  view: false,
  columns: [
    column('timestamp', 'timestamp'),
    column('node_id', 'symbol', true),
    column('core', 'symbol', true),
    column('user'),
    column('idle'),
  ],
} as unknown as Measurement;
const REQUEST: GetSeriesRequest = {
  nodeId: 'web-1',
  measurement: 'cpu',
  tags: {},
  fields: [],
  fromUs: (NOW_MS - 600_000) * 1000,
  toUs: 0,
  maxPoints: 10,
};

function staged(
  frames: readonly QueryFrame[] = [],
  sources: TextRow[] = [['cpu', iso((NOW_MS - 86_400_000) * 1000), iso(NOW_MS * 1000)]],
  more: Measurement[] = [],
) {
  const asked: string[] = [];
  const reader = new TierReader({
    database: { rows: async () => sources },
    measurements: async () => [CPU, { ...CPU, name: 'cpu_nodes', view: true } as unknown as Measurement, ...more],
    now: () => NOW_MS,
    async *query({ sql }) {
      asked.push(sql);
      yield* frames;
    },
  });
  const begin = (tokenId: string, end: (error: Error) => void = () => undefined) =>
    reader.series(REQUEST, new AbortController().signal, { tokenId, end });
  const read = async (request: Partial<GetSeriesRequest> = {}): Promise<SeriesFrame[]> => {
    const answer: SeriesFrame[] = [];
    for await (const frame of reader.series({ ...REQUEST, ...request }, new AbortController().signal, { tokenId: 'test' }))
      answer.push(frame);
    return answer;
  };
  return { reader, read, begin, asked };
}

/** Two fields of five figures each beside the count of rows; `core` is the one tag. */
function frame(cores: (string | null)[], timesUs: number[], first: number): QueryFrame {
  const nulls = cores.flatMap((core, row) => (core === null ? [row] : []));
  const none = { numbers: [], texts: [], timesUs: [], nulls: [] };
  const numbers = Array.from({ length: 11 }, (_, i) => ({ ...none, numbers: cores.map((_core, row) => first + 100 * i + row) }));
  return {
    columns: [],
    rows: cores.length,
    values: [{ ...none, timesUs }, { ...none, texts: cores.map(String), nulls }, ...numbers],
  } as unknown as QueryFrame;
}

test('rows of the same tags are one series over all frames, and an absent tag is none', async () => {
  const { read } = staged([frame(['0', null], [1, 1], 0), frame([], [], 0), frame(['0'], [2], 50)]);
  const [plan, zero, none, ...rest] = await read();
  expect(rest).toEqual([]);
  expect(plan).toMatchObject({ plan: { tier: 'raw', stepUs: MINUTE_US }, timesUs: [] });
  expect(zero).toMatchObject({ tags: { core: '0' }, timesUs: [1, 2], rows: [0, 50] });
  expect(zero?.fields).toEqual([
    { name: 'user', count: [100, 150], min: [200, 250], max: [300, 350], mean: [400, 450], last: [500, 550] },
    { name: 'idle', count: [600, 650], min: [700, 750], max: [800, 850], mean: [900, 950], last: [1000, 1050] },
  ]);
  expect(none).toMatchObject({ tags: {}, timesUs: [1], rows: [1] });
});

test('only the fields and tags asked for are read, each once', async () => {
  const { read, asked } = staged();
  await read({ fields: ['idle', 'idle'], tags: { core: "0'" } });
  expect(asked).toHaveLength(1);
  expect(asked[0]).toContain(`node_id = 'web-1' and "core" = '0'''`);
  expect(asked[0]).toContain('avg("idle") "idle_mean"');
  expect(asked[0]).not.toContain('user');
  await read();
  expect(asked[1]).toContain('avg("user") "user_mean"');
  expect(asked[1]).not.toContain('core" =');
});

test('without an end the range ends now, and the step keeps to the points', async () => {
  const { read, asked } = staged();
  const [plan] = await read({ maxPoints: 0 });
  // Ten minutes in at most 500 points: two seconds.
  expect(plan?.plan).toMatchObject({ stepUs: 2_000_000, pieces: [{ source: 'cpu', toUs: NOW_MS * 1000 }] });
  expect(asked[0]).toMatch(/sample by 2s$/);
});

test.each([
  [{ measurement: 'nope' }, 'there is no measurement nope'],
  [{ measurement: 'cpu_nodes' }, 'there is no measurement cpu_nodes'],
  [{ tags: { rack: '1' } }, 'cpu has no tag rack: it has core'],
  [{ tags: { node_id: 'other' } }, 'cpu has no tag node_id: it has core'],
  [{ fields: ['core'] }, 'cpu has no number core: it has user, idle'],
  [{ maxPoints: 50_001 }, 'max_points is 50001: at most 50000'],
  [{ toUs: REQUEST.fromUs }, 'it must be before to_us'],
])('%j is refused', async (request, words) => {
  const { read, asked } = staged();
  await expect(read(request)).rejects.toThrow(words);
  expect(asked).toEqual([]);
});

test('a long range comes from the roll-ups, of a generation that knows the tag', async () => {
  const [from, to] = [(NOW_MS - 30 * 86_400_000) * 1000, NOW_MS * 1000];
  const views: TextRow[] = [
    ['cpu', iso(to - HOUR_US), iso(to)],
    ['cpu_1h', iso(from), iso(to - 100 * HOUR_US)],
    ['cpu_1h_2', iso(to - 99 * HOUR_US), iso(to - 2 * HOUR_US)],
    ['mem_1h', iso(from), iso(to)],
    [null, null, null],
  ];
  const view = (name: string, columns: string[]) =>
    ({ name, view: false, columns: columns.map((each) => column(each)) }) as unknown as Measurement;
  const { read, asked } = staged([], views, [view('cpu_1h', ['user_count']), view('cpu_1h_2', ['core', 'user_count', 'idle_count'])]);
  const [plan] = await read({ fromUs: from, toUs: to, maxPoints: 720, tags: { core: '0' } });
  expect(plan?.plan?.tier).toBe('1h');
  expect(plan?.plan?.pieces.map(({ source }) => source)).toEqual(['cpu_1h', 'cpu_1h_2', 'cpu']);
  expect(asked.map((sql) => /from "(\w+)"/.exec(sql)?.[1])).toEqual(['cpu_1h_2', 'cpu']);
  // A roll-up's mean is weighed by how many values it was made of.
  expect(asked[0]).toContain('sum("user_mean" * "user_count") / sum("user_count") "user_mean"');
});

test('a field that an early roll-up lacks is absent there', async () => {
  const to = NOW_MS * 1000;
  const views: TextRow[] = [['cpu_1h', iso(to - 50 * HOUR_US), iso(to)]];
  const view = { name: 'cpu_1h', view: false, columns: [column('core'), column('user_count')] } as unknown as Measurement;
  const { read, asked } = staged([], views, [view]);
  await read({ fromUs: to - 40 * HOUR_US, toUs: to - 2 * HOUR_US, maxPoints: 38 });
  expect(asked[0]).toContain('cast(null as double) "idle_min"');
  expect(asked[0]).toContain('last_not_null("user_last") "user_last"');
  expect(asked[0]).toMatch(/sample by 1h$/);
});

test('an answer of too many numbers is refused', async () => {
  const cores = Array.from({ length: 800_000 }, () => '0');
  const times = cores.map((_, i) => i);
  const { read } = staged([frame(cores, times, 0)]);
  await expect(read()).rejects.toThrow('more than 8000000 numbers: name fields or tags');
});

test('a long series is given out in frames of some fields each', async () => {
  const cores = Array.from({ length: 30_000 }, () => '0');
  const { read } = staged([
    frame(
      cores,
      cores.map((_, i) => i),
      0,
    ),
  ]);
  const [, first, second, ...rest] = await read();
  expect([first, second].map((one) => one?.fields.map(({ name }) => name))).toEqual([['user'], ['idle']]);
  expect(rest).toEqual([]);
});

test('callers that take nothing lose their answers, and hold up nobody of another token', async () => {
  vi.useFakeTimers();
  try {
    const { begin } = staged([frame(['0'], [1], 0)]);
    const ended: Error[] = [];
    const sleepers = ['a', 'a', 'a', 'a'].map((tokenId) => begin(tokenId, (error) => ended.push(error)));
    for (const sleeper of sleepers) expect((await sleeper.next()).value).toMatchObject({ plan: { tier: 'raw' } });
    const fifth = begin('a').next();
    expect((await begin('b').next()).value).toMatchObject({ plan: { tier: 'raw' } });
    await vi.advanceTimersByTimeAsync(5000);
    expect(ended).toHaveLength(4);
    expect((await fifth).value).toMatchObject({ plan: { tier: 'raw' } });
    await expect(sleepers[0]?.next()).rejects.toThrow(/took nothing for 5 s/);
  } finally {
    vi.useRealTimers();
  }
});

test('without a beginning the series is of the last hour', async () => {
  const [first] = await staged().read({ fromUs: 0, maxPoints: 60 });
  const span = (first?.plan?.pieces ?? []).map(({ fromUs, toUs }) => [fromUs, toUs]);
  expect(span[0]?.[0]).toBe(NOW_MS * 1000 - HOUR_US);
  expect(span.at(-1)?.[1]).toBe(NOW_MS * 1000);
});
