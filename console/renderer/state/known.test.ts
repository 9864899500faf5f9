import { expect, test } from 'vitest';
import { aged, known, mapKnown, notKnown, stale, sumOf, together, valueOr } from './known.ts';

test('a value that is cut is partial and says why, and stays so when it grows old', () => {
  const rows = known([1, 2], 1000, 'store', 'the answer was cut at 2 rows');
  expect(rows).toMatchObject({ worth: 'partial', reason: 'the answer was cut at 2 rows' });
  expect(aged(rows, 1e9, 5000)).toBe(rows);
  expect(mapKnown(rows, ([first]) => first)).toMatchObject({ worth: 'partial', value: 1, asOfMs: 1000 });
});

test('what could not be read again keeps its value and its time; what never was stays unknown', () => {
  const count = known(7, 1000, 'live');
  expect(stale(count, 'the gateway is away')).toMatchObject({ worth: 'stale', value: 7, asOfMs: 1000, reason: 'the gateway is away' });
  expect(stale(notKnown(), 'the gateway is away')).toEqual({ worth: 'unknown', reason: 'the gateway is away' });
  expect([aged(count, 6000, 5000).worth, aged(count, 6001, 5000).worth]).toEqual(['known', 'stale']);
  expect([valueOr(count, '–'), valueOr(notKnown(), '–')]).toEqual([7, '–']);
});

test('several together are worth what the worst is, and as old as the oldest', () => {
  const [young, old, cut] = [known(1, 2000, 'live'), stale(known(2, 1000, 'live'), 'old'), known(3, 3000, 'store', 'cut')];
  expect(together([young, old])).toMatchObject({ worth: 'stale', asOfMs: 1000, value: [1, 2] });
  expect(together([young, old, cut]).worth).toBe('partial');
  expect(together([young, notKnown('not read yet')])).toEqual({ worth: 'unknown', reason: 'not read yet' });
  expect(together([]).worth).toBe('unknown');
});

test('a sum of which some part is not known is partial, and one of nothing is not known', () => {
  const [one, old] = [known(1, 2000, 'live'), stale(known(2, 1000, 'live'), 'old')];
  expect(sumOf([one, known(5, 2000, 'live')])).toMatchObject({ worth: 'known', value: 6 });
  expect(sumOf([one, old])).toMatchObject({ worth: 'stale', value: 3, asOfMs: 1000 });
  expect(sumOf([one, notKnown('node c does not answer')])).toMatchObject({ worth: 'partial', value: 1, reason: 'node c does not answer' });
  expect(sumOf([notKnown('away'), notKnown('')])).toEqual({ worth: 'unknown', reason: 'away' });
  expect(sumOf([]).worth).toBe('unknown');
});
