// What a caller may ask the database: exactly one statement that only reads, of functions that only compute.
// The database's read-only user refuses writes as well; it does not refuse reading the host's disk, which is why this exists.
import { nearest } from '../../../core/common/nearest.ts';
import { type Clause, clausesOf } from './query-clauses.ts';
import { HEAP_FUNCTIONS, OTHER_NAMES, QUERY_FUNCTIONS, TABLE_FUNCTIONS, WORDS_BEFORE_PARENTHESIS } from './query-functions.ts';
import { checkMadeRows, ROW_FUNCTIONS } from './query-row-functions.ts';
import { refusedAt, type SqlToken, tokenize } from './sql-tokens.ts';

const MAX_LENGTH = 100_000;

/** Words that begin, or after WITH and DECLARE contain, a statement that is no question. A column of such a name needs double quotes. */
const WRITING = new Set(
  `insert update delete drop alter truncate create copy rename vacuum reindex backup snapshot checkpoint restore attach detach
  suspend resume refresh cancel grant revoke merge upsert import export call execute exec prepare deallocate`.split(/\s+/),
);

/** Statements of one or two words that change the connection. Only refused in front: some are ordinary names elsewhere. */
const SESSION = new Set('begin start commit rollback savepoint end abort set reset discard close fetch lock use'.split(' '));

/** What may follow QuestDB's short `tablename`. */
const AFTER_SHORT = new Set(
  'where latest sample limit order asof lt splice join left inner cross union except intersect timestamp'.split(' '),
);

const SHOW = [/^tables$/, /^columns from \S+$/, /^partitions from \S+$/];

/**
 * The statement as the database may see it: comments blanked out, positions kept. Throws `invalid_argument` with the position and the
 * word that is not allowed.
 */
export function guardQuery(sql: string): string {
  if (sql.length > MAX_LENGTH) throw refusedAt(MAX_LENGTH, `the statement has ${sql.length} characters: at most ${MAX_LENGTH}`);
  const nul = sql.indexOf('\0');
  if (nul >= 0) throw refusedAt(nul, 'a NUL is not part of SQL here, not even in a text');
  const text = tokenize(sql);
  const tokens = withoutLastSemicolon(text.tokens);
  const first = tokens[0];
  if (first === undefined) throw refusedAt(0, 'there is no statement: write a SELECT');
  checkStart(tokens, first);
  const clauses = clausesOf(tokens);
  for (const [index, token] of tokens.entries()) checkToken(tokens, token, index, clauses[index] ?? 'expression');
  return withoutEnd(text.sql);
}

/** Without blanks and semicolons at the end. By hand: a pattern would be tried at every blank, in the square of their number. */
function withoutEnd(sql: string): string {
  let end = sql.length;
  while (end > 0 && /[\s;]/.test(sql[end - 1] as string)) end--;
  return sql.slice(0, end);
}

function withoutLastSemicolon(tokens: readonly SqlToken[]): readonly SqlToken[] {
  let end = tokens.length;
  while (isSign(tokens[end - 1], ';')) end--;
  const rest = tokens.slice(0, end);
  const another = rest.find((token) => isSign(token, ';'));
  if (another !== undefined) throw refusedAt(another.position, 'one statement at a time: nothing may follow the semicolon');
  return rest;
}

function checkStart(tokens: readonly SqlToken[], first: SqlToken): void {
  if (first.kind === 'sign' && first.value === '(') return;
  if (first.kind === 'word') {
    if (first.value === 'select' || first.value === 'with' || first.value === 'declare') return;
    if (first.value === 'explain' || first.value === 'show') {
      if (first.value === 'explain') checkExplained(tokens);
      else checkShow(tokens, first);
      return;
    }
    if (WRITING.has(first.value) || SESSION.has(first.value)) throw refusedAt(first.position, notAQuestion(first.value));
  }
  const second = tokens[1];
  const short =
    first.kind !== 'number' &&
    first.kind !== 'sign' &&
    (second === undefined || isSign(second, '(') || (second.kind === 'word' && AFTER_SHORT.has(second.value)));
  if (!short) throw refusedAt(first.position, `a query begins with SELECT or WITH, not with ${shown(first)}`);
}

function checkExplained(tokens: readonly SqlToken[]): void {
  const second = tokens[1];
  if (second?.kind !== 'word' || (second.value !== 'select' && second.value !== 'with')) {
    throw refusedAt(second?.position ?? 0, 'only a SELECT can be explained here');
  }
}

function checkShow(tokens: readonly SqlToken[], first: SqlToken): void {
  const rest = tokens
    .slice(1)
    .map((token) => (token.kind === 'word' || token.kind === 'sign' ? token.value : 'name'))
    .join(' ');
  if (!SHOW.some((pattern) => pattern.test(rest))) {
    throw refusedAt(first.position, 'of SHOW only TABLES, COLUMNS FROM a table and PARTITIONS FROM a table are allowed');
  }
}

function checkToken(tokens: readonly SqlToken[], token: SqlToken, index: number, clause: Clause): void {
  const next = tokens[index + 1];
  const before = tokens[index - 1];
  if (token.kind === 'word' && WRITING.has(token.value) && !isSign(before, '.') && !isSign(next, '(')) {
    throw refusedAt(token.position, `${notAQuestion(token.value)}; a column of that name needs double quotes`);
  }
  if (!isSign(next, '(')) return;
  if (token.kind === 'name' || token.kind === 'text') {
    throw refusedAt(token.position, `${shown(token)} cannot be called: functions are written without quotes`);
  }
  // `1files(…)`: nobody needs it, and how the database reads it must not matter.
  if (token.kind === 'number') throw refusedAt(token.position, `${shown(token)} is a number and cannot be called`);
  if (token.kind !== 'word') return;
  checkCall(token, before);
  if (clause !== 'table' && TABLE_FUNCTIONS.has(token.value))
    throw refusedAt(token.position, `${token.value}() gives a table: write it after FROM or JOIN`);
  if (ROW_FUNCTIONS.has(token.value)) checkMadeRows(tokens, index);
}

function checkCall(token: SqlToken, before: SqlToken | undefined): void {
  if (isSign(before, '.')) throw refusedAt(token.position, `functions of a schema are not allowed: ${token.value}()`);
  if (QUERY_FUNCTIONS.has(token.value) || WORDS_BEFORE_PARENTHESIS.has(token.value)) return;
  const kept = HEAP_FUNCTIONS.get(token.value);
  if (kept !== undefined) throw refusedAt(token.position, `${token.value}() is not allowed: ${kept}`);
  const other = OTHER_NAMES.get(token.value);
  const near = other ?? nearest(token.value, [...QUERY_FUNCTIONS]);
  const hint =
    near === undefined ? 'it is not among the functions a query may use' : `did you mean ${near}${other === undefined ? '()' : ''}?`;
  throw refusedAt(token.position, `${token.value.slice(0, 60)}() is not allowed: ${hint}`);
}

function isSign(token: SqlToken | undefined, value: string): boolean {
  return token?.kind === 'sign' && token.value === value;
}

function notAQuestion(word: string): string {
  return `${word.toUpperCase()} is not allowed: queries only read`;
}

function shown(token: SqlToken): string {
  return token.kind === 'text' ? `'${token.value.slice(0, 40)}'` : token.value.slice(0, 40);
}
