import { expect, test } from 'vitest';
import { MAX_SAVED, queryTitle, rememberQuery, saveQuery } from './saved-queries.ts';

test('the newest query comes first, once, and the history is bounded', () => {
  expect(rememberQuery(['b', 'a'], 'a')).toEqual(['a', 'b']);
  const full = Array.from({ length: 40 }, (_, index) => `q${index}`);
  expect(rememberQuery(full, 'new')).toHaveLength(40);
  expect(rememberQuery(['a'], 'x'.repeat(5000))).toEqual(['a']);
});

test('a name is had once; a full list, an empty name and a huge query are refused in words', () => {
  expect(saveQuery([{ name: 'a', sql: '1' }], { name: ' a ', sql: '2' })).toEqual({ saved: [{ name: 'a', sql: '2' }] });
  expect(saveQuery([], { name: '  ', sql: '1' })).toEqual({ why: 'Enter a name.' });
  expect(saveQuery([], { name: 'a', sql: 'x'.repeat(5000) })).toEqual({ why: 'The query has 5000 characters; at most 4000 can be saved.' });
  const full = Array.from({ length: MAX_SAVED }, (_, index) => ({ name: `n${index}`, sql: '1' }));
  expect(saveQuery(full, { name: 'new', sql: '1' })).toEqual({ why: '60 queries are saved: delete one first.' });
});

test('a query without a name goes by its words', () => {
  expect(queryTitle('-- note\nSELECT  1\nFROM cpu')).toBe('SELECT 1 FROM cpu');
  expect(queryTitle('-- only')).toBe('-- only');
});
