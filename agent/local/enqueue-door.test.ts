import { expect, it } from 'vitest';
import type { FrameColumns } from '../../core/common/frame.ts';
import { EnqueueDoor } from './enqueue-door.ts';

const NOW_MS = Date.UTC(2026, 10, 23, 12);

function staged(status: Partial<{ durable: boolean; bytes: number }> = {}) {
  const frames: FrameColumns[] = [];
  let nowMs = NOW_MS;
  const door = new EnqueueDoor({
    append: (input) => {
      frames.push(...input.frames);
      return [];
    },
    status: () => ({ durable: true, problem: 'the disk is full', bytes: 0, maxBytes: 100, ...status }),
    nodeId: () => 'node-1',
    appended: () => undefined,
    now: () => nowMs,
  });
  const take = (body: unknown) => door.takeText(JSON.stringify(body));
  return { take, frames, later: (ms: number) => (nowMs += ms) };
}

it('puts what a script sends into the spool, as its own node', () => {
  const { take, frames } = staged();
  const samples = [
    { measurement: 'backup', seconds: 12.5, tags: { job: 'db' }, time: '2026-11-23T11:59:58Z' },
    { measurement: 'backup', seconds: 3, tags: { job: 'web' }, node_id: 'node-1' },
  ];
  expect(take(samples)).toEqual({ accepted: 2, durable: true, refused: [] });
  expect(frames).toMatchObject([{ measurement: 'backup', tags: ['job'], series: [['db'], ['web']], fields: ['seconds'] }]);
  expect([...(frames[0]?.timeUs ?? [])]).toEqual([NOW_MS * 1000 - 2e6, NOW_MS * 1000 + 1]);
});

it('takes the good samples of a list and names the others', () => {
  const { take } = staged();
  expect(take([{ v: 1 }, { v: 'x' }, { v: 1, node_id: 'other' }, { v: 1, country: 'gh' }])).toMatchObject({
    accepted: 1,
    refused: [
      { index: 1, detail: expect.stringContaining('v is "x"') },
      { index: 2, detail: expect.stringContaining('its own node alone') },
      { detail: expect.stringContaining('country is a label') },
    ],
  });
});

it('takes nothing that it could not keep', () => {
  expect(() => staged({ durable: false }).take({ v: 1 })).toThrow('not on disk now (the disk is full)');
  expect(() => staged({ bytes: 51 }).take({ v: 1 })).toThrow('half full');
  expect(() => staged().take({ v: 1, measurement: 'nodes' })).toThrow('nodes is a name of Muster');
  expect(() => staged().take('text')).toThrow('neither a sample');
});

it('takes so many rows a minute', () => {
  const { take, later } = staged();
  const many = Array.from({ length: 10_000 }, (_, i) => ({ v: i }));
  for (let i = 0; i < 6; i++) take(many);
  expect(() => take({ v: 1 })).toThrow('scripts have sent 60000 rows this minute');
  later(60_000);
  expect(take({ v: 1 })).toMatchObject({ accepted: 1 });
});
