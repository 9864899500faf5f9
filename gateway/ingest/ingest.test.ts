import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { MusterError } from '../../core/common/muster-error.ts';
import type { Upload } from '../publisher/lane.ts';
import { Ingest } from './ingest.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const HELD = new MusterError('unavailable', 'too much waits');

function stage() {
  const offered: Upload[] = [];
  const ingest = new Ingest({ gateway: 'g', publisher: { offer: (upload) => void offered.push(upload), pressure: false } });
  return { ingest, offered };
}

it('wants a batch no longer than its caller waits for it, as that one sends it again', async () => {
  const { ingest, offered } = stage();
  const answer = expect(ingest.deliver('n', [])).rejects.toMatchObject({ code: 'deadline_exceeded' });
  expect(offered[0]?.wanted?.()).toBe(true);
  await vi.advanceTimersByTimeAsync(10_000);
  await answer;
  expect(offered[0]?.wanted?.()).toBe(false);
});

it('tells a caller to come again where a batch cannot be taken now', async () => {
  const { ingest, offered } = stage();
  const answer = expect(ingest.deliver('n', [])).rejects.toMatchObject({ code: 'unavailable' });
  offered[0]?.onRefused(HELD);
  await answer;
  expect(vi.getTimerCount()).toBe(0);
});

it('keeps events that cannot be taken now, and offers them again under their number', async () => {
  const { ingest, offered } = stage();
  const delivered = ingest.deliverEvents('n', []);
  offered[0]?.onRefused(HELD);
  await vi.advanceTimersByTimeAsync(5000);
  expect(offered.map(({ delivery }) => delivery.seq)).toEqual([1, 1]);
  offered[1]?.onStored();
  await delivered;
});
