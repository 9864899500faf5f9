// Takes an SQL text apart as QuestDB does. Comments become blanks, so that positions stay and the database never sees one.
import { MusterError } from '../../core/common/muster-error.ts';

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

/** Throws `invalid_argument` with the position of what cannot be part of a statement. */
export function tokenize(sql: string): SqlText {
  const tokens: SqlToken[] = [];
  let blanked = '';
  let position = 0;
  const match = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = position;
    return pattern.exec(sql)?.[0];
  };
  while (position < sql.length) {
    const comment = match(LINE_COMMENT) ?? match(BLOCK_COMMENT);
    const found = comment ?? match(BLANK) ?? '';
    if (found === '') {
      const token = nextToken(match, sql, position);
      tokens.push(token.token);
      blanked += token.source;
      position += token.source.length;
    } else {
      // A line break stays one, everything else of a comment becomes a blank of the same length.
      blanked += comment === undefined ? found : found.replace(/[^\n]/g, ' ');
      position += found.length;
    }
  }
  return { sql: blanked, tokens };
}

function nextToken(match: (pattern: RegExp) => string | undefined, sql: string, position: number): { token: SqlToken; source: string } {
  const text = match(TEXT);
  if (text !== undefined) return { token: { kind: 'text', value: text.slice(1, -1).replaceAll("''", "'"), position }, source: text };
  const name = match(NAME);
  if (name !== undefined) return { token: { kind: 'name', value: name.slice(1, -1).replaceAll('""', '"'), position }, source: name };
  const word = match(WORD);
  if (word !== undefined) return { token: { kind: 'word', value: word.toLowerCase(), position }, source: word };
  const number = match(NUMBER);
  if (number !== undefined) return { token: { kind: 'number', value: number, position }, source: number };
  const unclosed: Record<string, string> = { "'": 'text', '"': 'quoted name' };
  const character = String.fromCodePoint(sql.codePointAt(position) as number);
  if (unclosed[character] !== undefined) throw refusedAt(position, `the ${unclosed[character]} is never closed`);
  if (sql.startsWith('/*', position)) throw refusedAt(position, 'the comment is never closed');
  const sign = match(SIGN);
  if (sign === undefined) throw refusedAt(position, `${JSON.stringify(character)} is not part of SQL here`);
  return { token: { kind: 'sign', value: sign, position }, source: sign };
}

/** Positions are told from 1. */
export function refusedAt(position: number, words: string): MusterError {
  return new MusterError('invalid_argument', `query, position ${position + 1}: ${words}`);
}
