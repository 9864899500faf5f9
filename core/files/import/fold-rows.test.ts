import { expect, it } from 'vitest';
import { FoldRows } from './fold-rows.ts';

/** Of `HH:mm` of a day whose hour from 02:00 comes twice: per row 1, 2 or ? for the pass, and - where there is but one. */
function passes(...rows: (string | [series: string, time: string])[]): string {
  const folds = new FoldRows();
  const times = rows.map((row) => (typeof row === 'string' ? (['', row] as const) : row));
  for (const [i, [series, time]] of times.entries()) {
    const [hour = 0, minute = 0] = time.split(':').map(Number);
    const localUs = (hour * 60 + minute) * 60e6;
    if (hour === 2) folds.add(series, i, localUs - 7_200e6, localUs - 7_200e6, localUs - 3_600e6);
    else folds.add(series, i, localUs - 7_200e6);
  }
  const choices = folds.choices();
  return times.map(([, time], i) => (!time.startsWith('02') ? '-' : choices.has(i) ? (choices.get(i) ? '2' : '1') : '?')).join('');
}

it('tells the passes by the one step that does not go on', () => {
  expect(passes('01:30', '02:00', '02:30', '02:00', '02:30', '03:00')).toBe('-1122-');
  expect(passes('02:00', '02:30', '02:00', '02:30')).toBe('1122');
  expect(passes('01:00', '02:00', '02:00', '03:00')).toBe('-12-');
  expect(passes('03:00', '02:30', '02:00', '02:30', '02:00', '01:30')).toBe('-2211-');
  expect(passes('02:10', '02:40', '02:10', '03:00')).toBe('112-');
});

it('tells them for each series by itself', () => {
  const both = ['01:00', '02:00', '02:00', '03:00'].flatMap((time): [string, string][] => [
    ['a', time],
    ['b', time],
  ]);
  expect(passes(...both)).toBe('--1122--');
  expect(passes(['a', '01:30'], ['a', '02:00'], ['a', '02:00'], ['b', '01:30'], ['b', '02:00'], ['b', '02:00'])).toBe('-12-12');
});

it('tells nothing where the order does not', () => {
  expect(passes('01:30', '02:00', '02:30', '03:00')).toBe('-??-');
  expect(passes('01:00', '02:00', '03:00')).toBe('-?-');
  expect(passes('02:00', '02:00', '02:30', '02:00', '02:30')).toBe('?????');
  expect(passes('02:30', '02:00', '01:30', '01:00')).toBe('??--');
  // A step of seconds back after steps of a minute is disorder, and no hour.
  expect(passes('01:58', '01:59', '02:00', '02:02', '02:01', '02:03')).toBe('--????');
});

it('takes each autumn by itself, though no other row lies between', () => {
  const folds = new FoldRows();
  const [year, half] = [365 * 86_400e6, 1800e6];
  for (const [i, us] of [0, half, 0, half, year, year + half, year, year + half].entries()) folds.add('', i, us, us, us + 2 * half);
  expect([...folds.choices()].map(([row, second]) => `${row}${second ? ' second' : ''}`)).toEqual([
    ...['0', '1', '2 second', '3 second'],
    ...['4', '5', '6 second', '7 second'],
  ]);
});
