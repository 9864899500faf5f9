import { expect, it } from 'vitest';
import { parseSamples, samplesOf } from './push-sample.ts';
import { timeWindow } from './row-time.ts';
import { toFrames } from './sample-frames.ts';

const NOW_US = Date.UTC(2026, 10, 23, 12) * 1000;
const WINDOW = timeWindow(NOW_US, 30);

function parse(...samples: unknown[]) {
  return parseSamples(samples, NOW_US, WINDOW);
}

it('takes a probe as the issue has it', () => {
  const { samples, refused } = parse({
    node_id: 'accra-1',
    country: 'gh',
    region: 'gh-accra',
    latitude: 5.6,
    longitude: -0.19,
    latency_ms: 12.5,
    packet_loss: 0,
    uptime_pct: 100,
    time: '2026-11-23T12:59:58.25+01:00',
    metadata: { cpu: 12, memory: 'ok' },
  });
  expect(refused).toEqual([]);
  expect(samples).toEqual([
    {
      nodeId: 'accra-1',
      measurement: 'push',
      timeUs: NOW_US - 1_750_000,
      tags: {},
      fields: { latency_ms: 12.5, packet_loss: 0, uptime_pct: 100 },
      metadata: '{"cpu":12,"memory":"ok"}',
      labels: { country: 'gh', region: 'gh-accra', latitude: '5.6', longitude: '-0.19' },
    },
  ]);
});

it.each([
  ['192.168.100.27', '192.168.100.27'],
  ['192.168.100.27:9100', '192.168.100.27'],
  ['2001:DB8::1', '2001:db8::1'],
  ['accra-1.example.org', 'accra-1.example.org'],
])('takes %s as the node %s', (name, nodeId) => {
  expect(parse({ node_id: name, v: 1 })).toMatchObject({ samples: [{ nodeId, fields: { v: 1 } }], refused: [] });
});

it('takes the time under time or timestamp', () => {
  const at = '2026-11-23T11:59:58Z';
  for (const key of ['time', 'timestamp'])
    expect(parse({ node_id: 'a', v: 1, [key]: at })).toMatchObject({ samples: [{ timeUs: NOW_US - 2e6, fields: { v: 1 } }], refused: [] });
  expect(parse({ node_id: 'a', v: 1, time: at, timestamp: at }).samples[0]?.fields).toEqual({ v: 1 });
  expect(parse({ node_id: 'a', v: 1, time: null, timestamp: null }).samples[0]?.timeUs).toBe(NOW_US);
});

it('takes one, a list, or a list under samples', () => {
  expect(samplesOf({ node_id: 'a' })).toHaveLength(1);
  expect(samplesOf([1, 2])).toHaveLength(2);
  expect(samplesOf({ samples: [1, 2, 3] })).toHaveLength(3);
  expect(samplesOf('text')).toBeUndefined();
});

it.each([
  [{ v: 1 }, 'bad_node', 'node_id is missing'],
  [{ node_id: '../../x', v: 1 }, 'bad_node', '"../../x"'],
  [{ node_id: 'a..b', v: 1 }, 'bad_node', 'letters, digits, dashes'],
  [{ node_id: 'a', v: 1, timestamp: 'noon' }, 'malformed', 'timestamp is "noon": a time like'],
  [{ node_id: 'a', v: 1, time: NOW_US - 0.5 }, 'malformed', 'a time like'],
  [{ node_id: 'a', v: 1, time: true }, 'malformed', 'time is true: a time like'],
  [{ node_id: 'a', v: 1, time: NOW_US, timestamp: NOW_US - 1 }, 'malformed', 'both time and timestamp'],
  [{ node_id: 'a' }, 'malformed', 'no field'],
  [
    { node_id: 'a', v: '9007199254740993' },
    'malformed',
    'v is 9007199254740993: an integer beyond 2^53, which a double does not hold exactly',
  ],
  [{ node_id: 'a', v: 1, time: '1795000000123456789' }, 'time_too_far', 'more than an hour ahead'],
  [{ node_id: 'a', v: 'fast' }, 'malformed', 'v is "fast": a field is a number'],
  [{ node_id: 'a', v: Number.POSITIVE_INFINITY }, 'not_finite', 'v is beyond'],
  [{ node_id: 'a', 'a.b': 1 }, 'bad_name', 'field "a.b" is not a name'],
  [{ node_id: 'a', 'a-b': 1 }, 'bad_name', 'field "a-b" is not a name'],
  [{ node_id: 'a', select: 1 }, 'bad_name', 'select is a word of SQL'],
  [{ node_id: 'a', [`x${'y'.repeat(200)}`]: 1 }, 'bad_name', 'is not a name'],
  [{ node_id: 'a', measurement: 'deliveries', v: 1 }, 'reserved_measurement', 'deliveries'],
  [{ node_id: 'a', measurement: 'x"; drop', v: 1 }, 'bad_name', 'measurement'],
  [{ node_id: 'a', v: 1, time: 0 }, 'time_missing', 'no time'],
  [{ node_id: 'a', v: 1, time: -5 }, 'time_negative', 'before 1970'],
  [{ node_id: 'a', v: 1, time: 1_764_000_000 }, 'time_in_seconds', 'in seconds'],
  [{ node_id: 'a', v: 1, time: 1_764_000_000_000 }, 'time_in_milliseconds', 'in milliseconds'],
  [{ node_id: 'a', v: 1, time: '2262-01-01T00:00:00Z' }, 'time_too_far', 'more than an hour ahead'],
  [{ node_id: 'a', v: 1, time: '2020-01-01T00:00:00Z' }, 'time_too_old', 'older than'],
  [{ node_id: 'a', v: 1, time: '2026-11-23T12:00:00' }, 'malformed', 'with its zone'],
  [{ node_id: 'a', v: 1, tags: { t: '' } }, 'malformed', 'tag t is ""'],
  [
    { node_id: 'a', v: 1, tags: Object.fromEntries(Array.from({ length: 16 }, (_, i) => [`t${i}`, 'é'.repeat(200)])) },
    'malformed',
    'the tags have 6448 bytes',
  ],
  [{ node_id: 'a', v: 1, tags: { v: 'x' } }, 'bad_name', 'both a tag and a field'],
  [{ node_id: 'a', v: 1, latitude: 91 }, 'malformed', 'latitude is "91"'],
  [{ node_id: 'a', v: 1, metadata: 'x'.repeat(9000) }, 'malformed', 'at most 8192'],
  [null, 'malformed', 'a sample is an object'],
])('refuses %j as %s', (sample, reason, words) => {
  const { samples, refused } = parse(sample, { node_id: 'good', v: 1 });
  expect(samples.map(({ nodeId }) => nodeId)).toEqual(['good']);
  expect(refused).toEqual([{ index: 0, reason, detail: expect.stringContaining(words) }]);
});

it('takes names of what every object has for names like others', () => {
  const { samples, refused } = parse(
    { node_id: 'a', time: NOW_US, v: 1, tags: { constructor: 'ferrari' } },
    { node_id: 'a', time: NOW_US, constructor: 5 },
    { node_id: 'a', time: NOW_US + 1, v: 2 },
    { node_id: 'a', v: 1, tags: JSON.parse('{"__proto__":"x"}') },
  );
  expect(refused).toEqual([{ index: 3, reason: 'bad_name', detail: expect.stringContaining('tag "__proto__" is not a name') }]);
  const [tagged, plain] = toFrames(samples);
  expect(tagged).toMatchObject({ tags: ['constructor'], series: [['ferrari']], fields: ['v'] });
  expect(plain).toMatchObject({ fields: ['constructor', 'v'], values: Float64Array.of(5, Number.NaN, Number.NaN, 2) });
});

it('makes no more of samples that each have another field than was sent', () => {
  const { samples } = parse(...Array.from({ length: 3000 }, (_, i) => ({ node_id: 'a', time: NOW_US + (i % 10), [`f${i % 1000}`]: i })));
  const frames = toFrames(samples);
  expect(frames.reduce((sum, { values }) => sum + values.length, 0)).toBe(3000);
  expect(frames).toHaveLength(1000);
});

it('keeps the extremes of a double exact, and a null field absent', () => {
  const { samples } = parse({ node_id: 'a', v: 5e-324, w: 1.797e308, x: null, y: true, z: -0 });
  expect(samples[0]?.fields).toEqual({ v: 5e-324, w: 1.797e308, y: 1, z: -0 });
});

it('puts samples of the same names into one frame, absent fields as NaN', () => {
  const { samples } = parse(
    { node_id: 'a', time: NOW_US, v: 1, tags: { link: 'x' } },
    { node_id: 'a', time: NOW_US + 1, w: 2, tags: { link: 'y' } },
    { node_id: 'a', time: NOW_US + 2, v: 3, metadata: [1] },
  );
  const [tagged, plain] = toFrames(samples);
  expect(tagged).toMatchObject({ measurement: 'push', tags: ['link'], series: [['x'], ['y']], fields: ['v', 'w'], textFields: [] });
  expect([...(tagged?.values ?? [])]).toEqual([1, Number.NaN, Number.NaN, 2]);
  expect([...(tagged?.seriesIndex ?? [])]).toEqual([0, 1]);
  expect(plain).toMatchObject({ tags: [], series: [[]], fields: ['v'], textFields: ['metadata'], texts: ['[1]'] });
});
