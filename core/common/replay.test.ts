import { expect, it } from 'vitest';
import { doorEpoch, doorOf } from './door-epoch.ts';
import { type DeadLetterLife, decodeHistories, encodeHistories, replayEpoch, replayedLetter, withLife } from './replay.ts';

const hex = (bytes: Uint8Array): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
const life = (id: number): DeadLetterLife => ({ id, timeMs: 1, reason: 'not_finite', detail: 'é is ∞\n' });

it('puts the id of the letter into the epoch, and another digest makes another epoch', () => {
  const epoch = replayEpoch(5_000_000_000, Uint8Array.of(1, 2, 3, 4, 5));
  expect(epoch).toHaveLength(16);
  expect([doorOf(hex(epoch)), replayedLetter(hex(epoch))]).toEqual(['replay', 5_000_000_000]);
  expect(hex(replayEpoch(5_000_000_000, Uint8Array.of(9, 2, 3, 4)))).not.toBe(hex(epoch));
  expect(replayedLetter(hex(doorEpoch('push', new Uint8Array(12))))).toBeUndefined();
});

it('brings histories through a header of one line of ASCII', () => {
  const header = encodeHistories({ 7: [life(3)] });
  expect(header).toMatch(/^[\x20-\x7e]+$/);
  expect(decodeHistories(header)).toEqual({ 7: [life(3)] });
  for (const junk of ['', '{', 'null', '7', '{"7":5}', '{"7":[{"id":"x"}]}'])
    expect(Object.values(decodeHistories(junk)).flat()).toEqual([]);
});

it('keeps the first life and the newest of a letter that fails for ever', () => {
  let lives: DeadLetterLife[] = [];
  for (let id = 1; id <= 50; id++) lives = withLife(lives, life(id));
  expect(lives.map(({ id }) => id)).toEqual([1, ...Array.from({ length: 19 }, (_, i) => 32 + i)]);
});
