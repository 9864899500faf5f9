import { describe, expect, it } from 'vitest';
import { enrolled, judgeGeneration, next, used } from './identity-record.ts';

const KEY = 'a'.repeat(64);
const first = enrolled(undefined, KEY, 'token');

describe('the generation of a certificate', () => {
  it('begins with 1, and each renewal of one that is in use raises it', () => {
    expect(first).toEqual({ generation: 1, used: false, floor: 1, keyHash: KEY, joinTokenId: 'token' });
    const renewed = next(used(first, 1, KEY), KEY);
    expect(renewed).toMatchObject({ generation: 2, used: false, floor: 1 });
    expect(judgeGeneration(renewed, 2)).toBe('current');
  });

  it('lets the one before in while the answer of the renewal may be lost, however often, and no longer', () => {
    let record = next(used(first, 1, KEY), KEY);
    for (let attempt = 0; attempt < 3; attempt++) {
      expect(judgeGeneration(record, 1)).toBe('before');
      record = next(record, KEY);
      expect(record.generation).toBe(2);
    }
    expect(judgeGeneration(used(record, 2, KEY), 1)).toBe('stale');
    expect(judgeGeneration(next(used(record, 2, KEY), KEY), 1)).toBe('stale');
  });

  it('takes a certificate without a number once, and over to numbers with its renewal', () => {
    expect(judgeGeneration(undefined, 0)).toBe('current');
    const moved = next(used(undefined, 0, KEY), KEY);
    expect(moved).toMatchObject({ generation: 1, used: false });
    expect(judgeGeneration(moved, 0)).toBe('before');
    expect(judgeGeneration(used(moved, 1, KEY), 0)).toBe('stale');
  });

  it('tells what an enrolment with a token replaced from a copy, and learns what it has forgotten', () => {
    const again = enrolled(used(first, 1, KEY), KEY, 'other');
    expect(again).toMatchObject({ generation: 2, floor: 2 });
    expect(judgeGeneration(used(again, 2, KEY), 1)).toBe('superseded');
    expect(judgeGeneration(first, 5)).toBe('current');
    expect(used(first, 5, KEY).generation).toBe(5);
  });
});
