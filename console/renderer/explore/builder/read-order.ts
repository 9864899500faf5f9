// Takes the query off that the builder puts around another to have what is NULL come last. Pure.
import type { SqlWord } from '../sql/sql-words.ts';

const HEAD = ['select', '*', 'from', '('];

/**
 * The same words with a plain `ORDER BY`; as they are where no such query is around them. `SELECT * FROM (…) ORDER BY a IS NULL, a DESC LIMIT 3` becomes
 * `… ORDER BY a DESC LIMIT 3`.
 */
export function withoutNullOrder(words: readonly SqlWord[]): readonly SqlWord[] {
  const start = words.findIndex(({ kind }) => kind !== 'comment');
  const head = words.slice(start, start + HEAD.length);
  if (start < 0 || !HEAD.every((word, at) => isBare(head[at], word))) return words;
  const end = closing(words, start + HEAD.length);
  const [order, by, name, is, nil, comma, again, ...rest] = words.slice(end + 1);
  if (end < 0 || order === undefined || by === undefined || again === undefined) return words;
  const isOurs =
    isBare(order, 'order') && isBare(by, 'by') && isBare(is, 'is') && isBare(nil, 'null') && isBare(comma, ',') && isSameName(name, again);
  const inner = words.slice(start + HEAD.length, end);
  // One that is cut or ordered within says something else.
  if (!isOurs || depthless(inner).some((word) => isBare(word, 'limit'))) return words;
  return [...words.slice(0, start), ...withoutTimeOrder(inner), order, by, again, ...rest];
}

/** Rates are in the order of time where nobody wants another. */
function withoutTimeOrder(words: readonly SqlWord[]): readonly SqlWord[] {
  const [order, by, name] = words.slice(-3);
  return isBare(order, 'order') && isBare(by, 'by') && isBare(name, 'timestamp') ? words.slice(0, -3) : words;
}

/** Where the parenthesis that was opened before `from` is closed; below 0 where it is not. */
function closing(words: readonly SqlWord[], from: number): number {
  let depth = 1;
  return words.findIndex((word, at) => {
    if (at < from) return false;
    depth += Number(isBare(word, '(')) - Number(isBare(word, ')'));
    return depth === 0;
  });
}

/** The words in no parentheses. */
function depthless(words: readonly SqlWord[]): SqlWord[] {
  let depth = 0;
  return words.filter((word) => {
    depth += Number(isBare(word, '(')) - Number(isBare(word, ')'));
    return depth === 0;
  });
}

function isBare(word: SqlWord | undefined, value: string): boolean {
  return (word?.kind === 'name' || word?.kind === 'sign') && word.value.toLowerCase() === value;
}

function isSameName(a: SqlWord | undefined, b: SqlWord): boolean {
  return (b.kind === 'name' || b.kind === 'quoted') && a?.value === b.value && a.kind === b.kind;
}
