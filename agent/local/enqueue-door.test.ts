import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { FrameColumns } from '../../core/common/frame.ts';
import { EnqueueDoor, type EnqueueSink } from './enqueue-door.ts';

const NOW_MS = Date.UTC(2026, 10, 23, 12);

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function staged(status: Partial<{ durable: boolean; bytes: number }> = {}) {
  const frames: FrameColumns[] = [];
  let nowMs = NOW_MS;
  const sink: EnqueueSink = {
    append: (input) => {
      frames.push(...input.frames);
      return [];
    },
    status: () => ({ durable: true, problem: 'the disk is full', bytes: 0, maxBytes: 100, ...status }),
    nodeId: () => 'node-1',
    appended: () => undefined,
    now: () => nowMs,
  };
  const door = new EnqueueDoor(sink, () => 0);
  const take = async (body: unknown) => {
    const answer = door.takeText(JSON.stringify(body));
    // Whoever waits for it sees it fail.
    answer.catch(() => undefined);
    await vi.runOnlyPendingTimersAsync();
    return answer;
  };
  return { take, frames, later: (ms: number) => (nowMs += ms) };
}

it('puts what a script sends into the spool, as its own node', async () => {
  const { take, frames } = staged();
  const samples = [
    { measurement: 'backup', seconds: 12.5, tags: { job: 'db' }, time: '2026-11-23T11:59:58Z' },
    { measurement: 'backup', seconds: 3, tags: { job: 'web' }, node_id: 'node-1' },
  ];
  expect(await take(samples)).toEqual({ accepted: 2, durable: true, refused: [] });
  expect(frames).toMatchObject([{ measurement: 'backup', tags: ['job'], series: [['db'], ['web']], fields: ['seconds'] }]);
  expect([...(frames[0]?.timeUs ?? [])]).toEqual([NOW_MS * 1000 - 2e6, NOW_MS * 1000 + 1]);
});

it('takes the good samples of a list and names the others', async () => {
  const { take } = staged();
  expect(await take([{ v: 1 }, { v: 'x' }, { v: 1, node_id: 'other' }, { v: 1, country: 'gh' }])).toMatchObject({
    accepted: 1,
    refused: [
      { index: 1, detail: expect.stringContaining('v is "x"') },
      { index: 2, detail: expect.stringContaining('its own node alone') },
      { index: 3, detail: expect.stringContaining('country is a label') },
    ],
  });
});

it('takes nothing that it could not keep', async () => {
  await expect(staged({ durable: false }).take({ v: 1 })).rejects.toThrow('not on disk now (the disk is full)');
  await expect(staged({ bytes: 51 }).take({ v: 1 })).rejects.toThrow('half full');
  await expect(staged().take({ v: 1, measurement: 'nodes' })).rejects.toThrow('nodes is a name of Muster');
  await expect(staged().take('text')).rejects.toThrow('neither a sample');
});

it('takes so many rows a minute', async () => {
  const { take, later } = staged();
  const many = Array.from({ length: 10_000 }, (_, i) => ({ v: i }));
  for (let i = 0; i < 6; i++) await take(many);
  await expect(take({ v: 1 })).rejects.toThrow('scripts have sent 60000 rows this minute');
  later(60_000);
  expect(await take({ v: 1 })).toMatchObject({ accepted: 1 });
});

it('gives no two samples without a time the same one', async () => {
  const { take, frames } = staged();
  for (let i = 0; i < 3; i++) await take([{ v: 1 }, { w: 2 }]);
  expect(frames.flatMap(({ timeUs }) => [...timeUs])).toEqual([0, 1, 2, 3, 4, 5].map((us) => NOW_MS * 1000 + us));
});

it('refuses a second sample of one measurement, tags and time with other fields, and takes the same one again', async () => {
  const { take, frames } = staged();
  const sample = { measurement: 'backup', tags: { job: 'db' }, time: '2026-11-23T11:59:58Z' };
  await take({ ...sample, seconds: 1 });
  expect(await take({ ...sample, seconds: 1 })).toMatchObject({ accepted: 1, refused: [] });
  expect(await take([{ v: 1 }, { v: 'x' }, { ...sample, bytes: 2 }, { ...sample, time: '2026-11-23T11:59:59Z', bytes: 2 }])).toMatchObject({
    accepted: 2,
    refused: [{ index: 1 }, { index: 2, detail: expect.stringContaining('already enqueued with other fields: send one sample with all') }],
  });
  await expect(take({ ...sample, bytes: 2 })).rejects.toThrow('no sample was taken: backup with these tags and this time was already');
  expect(frames.flatMap(({ timeUs }) => [...timeUs]).length).toBe(4);
});
