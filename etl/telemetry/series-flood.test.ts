import { expect, it } from 'vitest';
import { decodeBatch, encodeBatch } from '../../proto/batch-codec.ts';
import { busiestTag, SeriesFloods } from './series-flood.ts';

it('names the tag that has the most values', () => {
  const series = Array.from({ length: 50 }, (_, i) => ['eth0', `request-${i}`, i % 2 === 0 ? 'a' : 'b']);
  const frame = {
    ...{ measurement: 'm', tags: ['interface', 'request', 'side'], series, fields: [], textFields: [], texts: [] },
    ...{ seriesIndex: new Uint32Array(0), timeUs: new Float64Array(0), values: new Float64Array(0) },
  };
  const content = { epoch: new Uint8Array(16), seq: 1, createdUs: 1, frames: [frame], events: [], dropped: [] };
  const [decoded] = decodeBatch(encodeBatch(content)).frames;
  expect(busiestTag(decoded as NonNullable<typeof decoded>)).toEqual({ tag: 'request', values: 50 });
});

it('tells of a flood while it goes on and ten minutes longer, and of so many at most', () => {
  let nowMs = 0;
  const floods = new SeriesFloods(() => nowMs);
  floods.note('n', 'm', 10, 'the tag x');
  nowMs = 60_000;
  floods.note('n', 'm', 5, 'the tag x');
  expect(floods.problems).toEqual(['node n makes too many series in m: the tag x (15 dead letters since 1970-01-01T00:00:00.000Z)']);
  nowMs += 600_001;
  expect(floods.problems).toEqual([]);
  for (let i = 0; i < 100; i++) floods.note(`n${i}`, 'm', 1, 'x');
  expect(floods.problems).toHaveLength(20);
});
