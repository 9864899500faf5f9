import { expect, test } from 'vitest';
import { tagPlace } from './tag-place.ts';

const at = (sql: string) => tagPlace(sql.replace('|', ''), sql.indexOf('|'));

test('a text compared with a column completes from its values', () => {
  expect(at("select * from cpu where region = '|'")).toEqual({ table: 'cpu', column: 'region', from: 34 });
  expect(at('select * from "a b" where "my tag" != \'lo|')).toMatchObject({ table: 'a b', column: 'my tag' });
  expect(at("select 1 from cpu where role in ('a', 'b', 'c|")).toMatchObject({ column: 'role' });
  expect(at("select 1 from cpu where role not in ('|')")).toMatchObject({ column: 'role' });
});

test('elsewhere it does not', () => {
  expect(at("select '|' from cpu")).toBeUndefined();
  expect(at("select * from cpu where region = 'a' |")).toBeUndefined();
  expect(at("where region = '|")).toBeUndefined();
});
