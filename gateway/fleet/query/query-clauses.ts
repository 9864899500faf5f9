// Where in a statement each word stands, as far as it matters for what may be called there: functions that give a table belong after FROM.
import type { SqlToken } from './sql-tokens.ts';

/** `table` is where a statement, a table or a function that gives one may stand. */
export type Clause = 'table' | 'expression';

const TO_TABLE = new Set(['from', 'join', 'union', 'all', 'except', 'intersect']);
const TO_EXPRESSION = new Set(
  `select where on group order having sample latest limit partition fill align timestamp window by pivot`.split(/\s+/),
);

/** The clause of each token, by its index. */
export function clausesOf(tokens: readonly SqlToken[]): Clause[] {
  const clauses: Clause[] = [];
  let clause: Clause = 'table';
  /** In a parenthesis that belongs to a call, FROM is no clause: `extract(hour from timestamp)`. */
  let statement = true;
  const outer: { clause: Clause; statement: boolean }[] = [];
  for (const [index, token] of tokens.entries()) {
    if (token.kind === 'sign' && token.value === ')') {
      const back = outer.pop();
      if (back !== undefined) ({ clause, statement } = back);
    }
    clauses.push(clause);
    if (token.kind === 'sign' && token.value === '(') {
      outer.push({ clause, statement });
      statement = clause === 'table' && !isCalled(tokens[index - 1]);
      if (!statement) clause = 'expression';
    } else if (token.kind === 'word') {
      if (token.value === 'select') statement = true;
      if (statement && TO_TABLE.has(token.value)) clause = 'table';
      else if (TO_EXPRESSION.has(token.value)) clause = 'expression';
    }
  }
  return clauses;
}

/** Whether a parenthesis after it is that of a call. After `from`, `join`, `as` and the like it is not. */
function isCalled(before: SqlToken | undefined): boolean {
  return before?.kind === 'word' && !TO_TABLE.has(before.value) && !NOT_CALLED.has(before.value);
}

const NOT_CALLED = new Set([
  'as',
  'with',
  'outer',
  'cross',
  'asof',
  'lt',
  'splice',
  'inner',
  'left',
  'right',
  'full',
  'lateral',
  'in',
  'exists',
]);
