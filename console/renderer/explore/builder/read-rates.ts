// Finds the rates in SQL that the builder wrote: the innermost query says of what, the outermost by what and as what. Pure.

import { type SqlWord, sqlWords } from '../sql/sql-words.ts';
import { toPlainSql } from './builder-query.ts';
import type { BuilderQuery } from './query-model.ts';

const CONDITION_WORDS = 5;

/**
 * The query of rates that these words are, undefined where they are none. `read` reads a query without subqueries. What is found is written again and
 * compared word by word: SQL that is but like it says more than the builder shows.
 */
export function readRates(
  words: readonly SqlWord[],
  read: (words: readonly SqlWord[]) => BuilderQuery | undefined,
): BuilderQuery | undefined {
  const selects = words.flatMap((word, at) => (isWord(word, 'select') ? [at] : []));
  const [outer, , inner] = selects;
  if (outer === undefined || inner === undefined || selects.length !== 3) return undefined;
  const end = words.findIndex((word, at) => at > inner && word.value === ')' && words[at + 1]?.value === ')');
  if (end < 0) return undefined;
  const note = words.slice(0, outer);
  // Behind `WHERE before IS NOT NULL`.
  const tail = words.slice(end + 2 + CONDITION_WORDS);
  const byTime = tail.length >= 3 && isWord(tail[0], 'order') && isWord(tail[2], 'timestamp');
  const found = read([...note, ...words.slice(inner, end), ...(byTime ? tail.slice(3) : tail)]);
  if (found === undefined) return undefined;
  const from = words.findIndex((word) => isWord(word, 'from'));
  const head = words.slice(outer + 1, from);
  const names = head.flatMap((word, at) => (isWord(word, 'as') ? [head[at + 1]?.value ?? ''] : []));
  const sums = head.findIndex((word) => isWord(word, 'sum'));
  const groupBy = head.slice(0, Math.max(0, sums)).flatMap(({ kind, value }) => (kind === 'sign' || value === 'timestamp' ? [] : [value]));
  const fields = found.fields.map(({ column }, at) => ({ column, aggregate: 'rate' as const, name: names[at] ?? '' }));
  const query = { ...found, fields, groupBy, series: found.groupBy };
  return isSame(sqlWords(toPlainSql(query)) ?? [], words) ? query : undefined;
}

function isWord(word: SqlWord | undefined, name: string): boolean {
  return word?.kind === 'name' && word.value.toLowerCase() === name;
}

function isSame(a: readonly SqlWord[], b: readonly SqlWord[]): boolean {
  const of = ({ kind, value }: SqlWord): string =>
    kind === 'text' || kind === 'quoted' || kind === 'comment' ? value : value.toLowerCase();
  return a.length === b.length && a.every((word, at) => of(word) === of(b[at] as SqlWord));
}
