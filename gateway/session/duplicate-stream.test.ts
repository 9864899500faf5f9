import { describe, expect, it } from 'vitest';
import { HALF_OPEN_MS, judgeDuplicate, TURNS } from './duplicate-stream.ts';

const EPOCH = Buffer.alloc(16, 1);
const OTHER = Buffer.alloc(16, 2);
const alive = { epochs: [{ epoch: EPOCH, expectedSeq: 10 }], silentMs: 1000, closing: false };

describe('a second stream of a node', () => {
  it('replaces a half-open one, and one that is closing, whatever its spool', () => {
    expect(judgeDuplicate({ ...alive, silentMs: HALF_OPEN_MS + 1 }, { epoch: OTHER, nextSeq: 1 }, 0)).toEqual({
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
});
