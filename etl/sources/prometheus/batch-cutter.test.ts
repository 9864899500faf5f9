import { expect, it } from 'vitest';
import { CUT_BATCH_BYTES, MAX_BATCH_BYTES, rowBytes } from '../../../core/common/batch-size.ts';
import { decodeBatch, decodeSeries } from '../../../proto/batch-codec.ts';
import { BatchCutter, type CutBatch } from './batch-cutter.ts';
import type { CleanSeries } from './series-cleaner.ts';

const EPOCH = Buffer.from('prom567890123456');

function cut(series: readonly CleanSeries[], numbers = new Map<string, number>()): CutBatch[] {
  const cutter = new BatchCutter({ epoch: EPOCH, createdUs: 9e15, tags: ['job'], numbers });
  return [...series.flatMap((one) => [...cutter.add(one)]), ...cutter.flush()];
}

function series(node: string, measurement: string, job: string, rows: number): CleanSeries {
  const times = Array.from({ length: rows }, (_, i) => 1_795_000_000_000_000 + i * 15e6);
  return { node, measurement, tags: [job], timesUs: times, values: times.map((_, i) => i / 7) };
}

it('puts all that a node has in a window into one batch, numbered on from the last', () => {
  const numbers = new Map([['b', 41]]);
  const [a, b, ...more] = cut([series('b', 'up', 'x', 2), series('10.0.0.1:9100', 'up', 'y', 1), series('b', 'load', 'x', 1)], numbers);
  expect(more).toEqual([]);
  expect([a?.message.nodeId, a?.message.seq, a?.rows, a?.message.labels]).toEqual(['b', 42, 3, {}]);
  expect([b?.message.nodeId, b?.message.seq, b?.message.labels]).toEqual(['10.0.0.1', 1, {}]);
  const { frames, createdUs, seq } = decodeBatch(Buffer.from(a?.message.batch ?? []));
  expect([createdUs, seq, frames.map(({ measurement, values }) => [measurement, [...values]])]).toEqual([
    ...[9e15, 42],
    [
      ['up', [0, 1 / 7]],
      ['load', [0]],
    ],
  ]);
  expect(Object.fromEntries(numbers)).toMatchObject({ b: 42 });
});

it('keeps batches below the limit and loses no row at a cut', () => {
  const input = Array.from({ length: 12 }, (_, i) => series('n', 'm', `job-${i}`, 1 + ((i * 977) % 11_000)));
  const batches = cut(input);
  expect(batches.map(({ message }) => message.seq)).toEqual(batches.map((_, i) => i + 1));
  const found = new Map<string, number[]>();
  for (const { message, rows } of batches) {
    expect(message.batch.length).toBeLessThan(512 * 1024);
    const [frame] = decodeBatch(Buffer.from(message.batch)).frames;
    expect(frame?.timeUs.length).toBe(rows);
    const jobs = frame?.seriesBytes.map((bytes) => decodeSeries(bytes, 1)[0] as string) ?? [];
    for (let row = 0; row < rows; row++) {
      const job = jobs[frame?.seriesIndex[row] as number] as string;
      const values = found.get(job) ?? [];
      values.push(frame?.values[row] as number);
      found.set(job, values);
    }
  }
  for (const { tags, values } of input) expect(found.get(tags[0] as string)).toEqual(values);
});

it('makes the same batches of the same rows', () => {
  const input = Array.from({ length: 9 }, (_, i) => series(`n${i % 3}`, `m${i % 5}`, `j${i}`, 5000));
  const bytes = (batches: CutBatch[]) => batches.map(({ message }) => Buffer.from(message.batch).toString('base64'));
  expect(bytes(cut(input))).toEqual(bytes(cut(input)));
});

it('keeps batches below the limit whatever names and tags they have', () => {
  const tags = Array.from({ length: 64 }, (_, i) => `label_${'x'.repeat(50)}${i}`);
  const cutter = new BatchCutter({ epoch: EPOCH, createdUs: 9e15, tags, numbers: new Map() });
  // Many frames of long names, series of 64 KiB of tags, one that nearly fills a batch.
  const input = Array.from({ length: 400 }, (_, i) => {
    const { timesUs, values } = series('n', 'm', 'j', i % 7 === 0 ? 24_000 : 1 + (i % 3));
    return { node: 'n', measurement: `m${i % 200}`, tags: tags.map(() => 'é'.repeat(i % 5 === 0 ? 1000 : 3)), timesUs, values };
  });
  const batches = [...input.flatMap((one) => [...cutter.add(one)]), ...cutter.flush()];
  expect(Math.max(...batches.map(({ message }) => message.batch.length))).toBeLessThanOrEqual(MAX_BATCH_BYTES);
  expect(batches.reduce((sum, { rows }) => sum + rows, 0)).toBe(input.reduce((sum, { values }) => sum + values.length, 0));
});

it('begins another batch with a series whose tags do not fit into what is left of one', () => {
  const rows = Math.floor((CUT_BATCH_BYTES - 20_000) / rowBytes(1));
  const batches = cut([series('n', 'up', 'x', rows), series('n', 'up', 'y'.repeat(30_000), 1), series('n', 'up', 'z', 1)]);
  expect(batches.map((batch) => batch.rows)).toEqual([rows, 2]);
  // What fits goes into the same.
  const fitting = cut([series('n', 'up', 'x', rows), series('n', 'up', 'y'.repeat(10_000), 1)]);
  expect(fitting.map((batch) => batch.rows)).toEqual([rows + 1]);
});
