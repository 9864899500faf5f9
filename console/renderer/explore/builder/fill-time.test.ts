import { expect, test } from 'vitest';
import { fillTime, placeInWords } from './fill-time.ts';

const HOUR = { fromMs: 1_700_000_000_000, toMs: 1_700_003_600_000 };

test('variables become the window’s time, and nothing else does', () => {
  const { sql } = fillTime('SELECT $fromage WHERE t BETWEEN $from AND $to SAMPLE BY $step', HOUR);
  expect(sql).toBe("SELECT $fromage WHERE t BETWEEN '2023-11-14T22:13:20.000Z' AND '2023-11-14T23:13:20.000Z' SAMPLE BY 10s");
});

test('a place in what was sent is found in what was written', () => {
  const text = 'a $from b $to c';
  const { sql, placeOf } = fillTime(text, HOUR);
  for (const letter of ['a', 'b', 'c']) expect(text[placeOf(sql.lastIndexOf(letter))]).toBe(letter);
  expect(placeOf(sql.indexOf('2023') + 5)).toBe(2);
  expect(placeOf(sql.length + 50)).toBe(text.length);
});

test('the words of the gateway and of the database name the place', () => {
  expect(placeInWords('the database says: Invalid column: foo at position 8')).toBe(7);
  expect(placeInWords('query, position 9: one statement at a time')).toBe(8);
  expect(placeInWords('the database does not answer')).toBeUndefined();
});
