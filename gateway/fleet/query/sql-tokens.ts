// Takes an SQL text apart as QuestDB does. Comments become blanks, so that positions stay and the database never sees one.
import { MusterError } from '../../../core/common/muster-error.ts';

export interface SqlToken {
  /** `word` is an unquoted name or keyword, `name` one in double quotes, `text` a literal in single quotes. */
  readonly kind: 'word' | 'name' | 'text' | 'number' | 'sign';
  /** Without quotes; a word in lower case. */
  readonly value: string;
  /** From 0. */
  readonly position: number;
}

export interface SqlText {
  /** As given, comments blanked out. */
  readonly sql: string;
  readonly tokens: readonly SqlToken[];
}

const BLANK = /\s+/y;
const LINE_COMMENT = /--[^\n]*/y;
const BLOCK_COMMENT = /\/\*[\s\S]*?\*\//y;
const TEXT = /'(?:[^']|'')*'/y;
const NAME = /"(?:[^"]|"")*"/y;
const WORD = /[\p{L}_][\p{L}\p{N}_]*/uy;
const NUMBER = /\d[\w.]*|\.\d\w*/y;
/** Longest first. Brackets are array subscripts, `@` and `:=` are DECLARE's. */
const SIGN = /:=|::|<<=|>>=|<=|>=|<>|!=|!~|\|\||<<|>>|[-+*/%<>=~()[\],.:;@&|^!]/y;

/** Several times what the longest list of nodes that fits has. */
const MAX_TOKENS = 20_000;

/** Throws `invalid_argument` with the position of what cannot be part of a statement. Linear in its length, whatever it holds. */
export function tokenize(sql: string): SqlText {
  const tokens: SqlToken[] = [];
  const parts: string[] = [];
  let keptTo = 0;
  for (let position = 0; position < sql.length; ) {
    const comment = matchComment(sql, position);
    if (comment !== undefined) {
      if (parts.length > 2 * MAX_TOKENS) throw refusedAt(position, `the statement has more than ${MAX_TOKENS} comments: shorten it`);
      // A line break stays one, everything else of a comment becomes a blank of the same length.
      parts.push(sql.slice(keptTo, position), comment.replace(/[^\n]/g, ' '));
      position += comment.length;
      keptTo = position;
      continue;
    }
    const blank = match(BLANK, sql, position);
    if (blank === undefined) {
      if (tokens.length === MAX_TOKENS) throw refusedAt(position, `the statement has more than ${MAX_TOKENS} words and signs: shorten it`);
      const token = nextToken(sql, position);
      tokens.push(token.token);
      position += token.length;
    } else position += blank.length;
  }
  parts.push(sql.slice(keptTo));
  return { sql: parts.join(''), tokens };
}

function match(pattern: RegExp, sql: string, position: number): string | undefined {
  pattern.lastIndex = position;
  return pattern.exec(sql)?.[0];
}

function matchComment(sql: string, position: number): string | undefined {
  const character = sql[position];
  if (character !== '-' && character !== '/') return undefined;
  const comment = match(LINE_COMMENT, sql, position) ?? match(BLOCK_COMMENT, sql, position);
  if (comment === undefined && sql.startsWith('/*', position)) throw refusedAt(position, 'the comment is never closed');
  return comment;
}

/** Signs that are none with what follows: most of a statement, and not worth a pattern. */
const ALONE = '(),;[]+%@';

function nextToken(sql: string, position: number): { token: SqlToken; length: number } {
  const character = sql[position]!;
  const token = (kind: SqlToken['kind'], source: string, value = source): { token: SqlToken; length: number } => ({
    token: { kind, value, position },
    length: source.length,
  });
  if (ALONE.includes(character)) return token('sign', character);
  if (character === "'" || character === '"') {
    const text = character === "'";
    const source = match(text ? TEXT : NAME, sql, position);
    if (source === undefined) throw refusedAt(position, `the ${text ? 'text' : 'quoted name'} is never closed`);
    return token(text ? 'text' : 'name', source, source.slice(1, -1).replaceAll(character + character, character));
  }
  const word = match(WORD, sql, position);
  if (word !== undefined) return token('word', word, word.toLowerCase());
  const number = match(NUMBER, sql, position);
  if (number !== undefined) return token('number', number);
  const sign = match(SIGN, sql, position);
  if (sign !== undefined) return token('sign', sign);
  const strange = String.fromCodePoint(sql.codePointAt(position) as number);
  throw refusedAt(position, `${JSON.stringify(strange)} is not part of SQL here`);
}

/** Positions are told from 1. */
export function refusedAt(position: number, words: string): MusterError {
  return new MusterError('invalid_argument', `query, position ${position + 1}: ${words}`);
}
