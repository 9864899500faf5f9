import { expect, it } from 'vitest';
import type { PushSample } from '../../core/common/push-sample.ts';
import { toFrames } from '../../core/common/sample-frames.ts';
import { Ingest } from './ingest.ts';
import { partsOf } from './sample-parts.ts';

const sample = (i: number, metadata: string): PushSample =>
  ({ nodeId: 'n', measurement: 'm', timeUs: 1_780_000_000_000_000 + i, tags: {}, fields: { v: i }, labels: {}, metadata }) as PushSample;
const ingest = new Ingest({
  gateway: 'g',
  publisher: { offer: ({ onStored }: { onStored(): void }) => onStored(), pressure: false } as never,
});
const fits = (frames: Parameters<Ingest['fits']>[0]): boolean => ingest.fits(frames);

it('makes as many batches of the samples of a node as they need, with each sample once and in their order', async () => {
  const samples = Array.from({ length: 1000 }, (_, i) => sample(i, 'x'.repeat(900)));
  await expect(ingest.deliver('n', toFrames(samples))).rejects.toThrow('at most 524288 are taken at once');
  const parts = partsOf(samples, fits);
  expect(parts.length).toBe(2);
  expect(parts.flat()).toEqual(samples);
  const receipts = await Promise.all(parts.map((part) => ingest.deliver('n', toFrames(part))));
  expect(receipts.map(({ seq, rows }) => [seq, rows])).toEqual([
    [1, 500],
    [2, 500],
  ]);
});

it('makes one batch of what fits, and leaves a sample alone that does not', () => {
  const small = Array.from({ length: 1000 }, (_, i) => sample(i, ''));
  // Of few small ones it is not even asked.
  expect(partsOf(small, () => expect.fail('asked'))).toHaveLength(1);
  const large = [sample(0, 'x'), sample(1, 'x'.repeat(600_000)), sample(2, 'x')];
  expect(partsOf(large, fits).map((part) => part.length)).toEqual([1, 1, 1]);
});
