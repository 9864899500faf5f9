import { describe, expect, it } from 'vitest';
import { discardQuestion, letterChoice, replayQuestion } from './letter-choice.ts';

describe('a choice of dead letters', () => {
  it('is the ticked ones, whatever the list shows and however many there are', () => {
    const choice = letterChoice(new Set([9, 3, 7]), 'not_finite', 5003, 5003);
    expect(choice).toEqual({ chosen: { ids: [3, 7, 9] }, count: 3, words: '3 letters' });
  });

  it('is a reason up to the newest letter in the list where none is ticked, and says so', () => {
    const choice = letterChoice(new Set(), 'not_finite', 88, 5003);
    expect(choice?.chosen).toEqual({ reason: 'not_finite', upToId: 88 });
    expect(choice && discardQuestion(choice)).toBe('Discard all 5,003 letters of “Infinite value” up to number 88 for good?');
  });

  it('says that one call replays no more than 10,000', () => {
    const choice = letterChoice(new Set(), 'malformed', 20_000, 12_345);
    expect(choice && replayQuestion(choice)).toBe('Replay the oldest 10,000 of all 12,345 letters of “Not readable” up to number 20000?');
  });

  it('is none where nothing is known of what it would take', () => {
    expect(letterChoice(new Set(), 'not_finite', 0, 3)).toBeUndefined();
    expect(letterChoice(new Set(), '', 88, 3)).toBeUndefined();
    expect(letterChoice(new Set(), 'not_finite', 88, 0)).toBeUndefined();
  });
});
