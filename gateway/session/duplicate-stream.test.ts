import { describe, expect, it } from 'vitest';
import { HALF_OPEN_BEATS, judgeDuplicate as judge, type NewerStream, TURNS } from './duplicate-stream.ts';

const EPOCH = Buffer.alloc(16, 1);
const OTHER = Buffer.alloc(16, 2);
/** As at the default interval of ten seconds. */
const BEAT_MS = 11_000;
const alive = { epochs: [{ epoch: EPOCH, expectedSeq: 10 }], silentMs: 1000, closing: false, beatMs: BEAT_MS, instance: '' };
const judgeDuplicate = (older: typeof alive, newer: Omit<NewerStream, 'instance'>, turns: number) =>
  judge(older, { ...newer, instance: '' }, turns);

describe('a second stream of a node', () => {
  it('replaces a half-open one, and one that is closing, whatever its spool', () => {
    expect(judgeDuplicate({ ...alive, silentMs: HALF_OPEN_BEATS * BEAT_MS + 1 }, { epoch: OTHER, nextSeq: 1 }, 0)).toEqual({
      replace: true,
      counts: false,
    });
    expect(judgeDuplicate({ ...alive, closing: true }, { epoch: OTHER, nextSeq: 1 }, 0)).toEqual({ replace: true, counts: false });
  });

  it('replaces a live one with the same spool, and that counts', () => {
    expect(judgeDuplicate(alive, { epoch: EPOCH, nextSeq: 10 }, 0)).toEqual({ replace: true, counts: true });
  });

  it('is another machine with another spool, a copied one, or when the two take turns', () => {
    expect(judgeDuplicate(alive, { epoch: OTHER, nextSeq: 10 }, 0)).toEqual({ replace: false, reason: 'its spool is another one' });
    expect(judgeDuplicate(alive, { epoch: EPOCH, nextSeq: 9 }, 0)).toMatchObject({
      replace: false,
      reason: expect.stringContaining('copy'),
    });
    expect(judgeDuplicate(alive, { epoch: EPOCH, nextSeq: 10 }, TURNS)).toMatchObject({
      replace: false,
      reason: expect.stringContaining('turns'),
    });
  });

  it('is not half-open between two beats', () => {
    expect(judgeDuplicate({ ...alive, silentMs: BEAT_MS + 1000 }, { epoch: OTHER, nextSeq: 1 }, 0)).toMatchObject({ replace: false });
  });

  it('of a process that says who it is replaces the older one: four changes of the network in a minute, a restart, a reboot', () => {
    const older = { ...alive, instance: 'a' };
    for (let turns = 0; turns < 4; turns++) {
      // Nor does it take the word of who it is.
      expect(judgeDuplicate(alive, { epoch: EPOCH, nextSeq: 10 }, turns)).toEqual({ replace: true, counts: true });
      expect(judge(older, { epoch: OTHER, nextSeq: 1, instance: 'a' }, turns)).toEqual({ replace: true, counts: true });
      expect(judge(older, { epoch: EPOCH, nextSeq: 10, instance: 'a' }, turns)).toEqual({ replace: true, counts: true });
    }
    expect(judge(older, { epoch: OTHER, nextSeq: 1, instance: 'b' }, 0)).toEqual({ replace: true, counts: false });
    // Twins made of one machine's memory have one instance: they push each other out each second.
    expect(judge(older, { epoch: EPOCH, nextSeq: 10, instance: 'a' }, TURNS)).toMatchObject({ replace: false });
  });
});
