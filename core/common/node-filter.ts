// The filter language of the fleet view, for gateway, command and console alike: `region:gh cpu>80 -state:late "two words"`.
// Terms are separated by blanks and must all hold; a leading dash negates one; commas give alternatives.
import { MusterError } from './muster-error.ts';
import { nearest } from './nearest.ts';
import { FILTER_KEYS, type FilterableNode, type FilterUnit, readLabel, type TextKey, type TextMatch } from './node-filter-keys.ts';

export type Comparison = '>' | '>=' | '<' | '<=' | '=' | '!=';

/** One term of a filter. */
export type FilterTerm = { readonly negated: boolean } & (
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'value'; readonly key: string; readonly values: readonly string[] }
  | { readonly kind: 'compare'; readonly key: string; readonly comparison: Comparison; readonly number: number }
);

const LABEL_PREFIX = 'label.';
const TERM = /^([A-Za-z][\w.-]*)(:|>=|<=|!=|>|<|=)/;
const MAX_LENGTH = 2000;

/** The terms of a filter. Throws `invalid_argument` with the position of what is not understood and the nearest valid key. */
export function parseFilter(text: string): FilterTerm[] {
  if (text.length > MAX_LENGTH) throw refused(0, `the filter has ${text.length} characters: at most ${MAX_LENGTH}`);
  const terms: FilterTerm[] = [];
  let at = 0;
  while (at < text.length) {
    if (/\s/.test(text[at] as string)) {
      at++;
      continue;
    }
    const negated = text[at] === '-' && /[^\s]/.test(text[at + 1] ?? ' ');
    const start = negated ? at + 1 : at;
    const head = TERM.exec(text.slice(start));
    const valueStart = start + (head?.[0].length ?? 0);
    const { value, end } = readValue(text, valueStart);
    terms.push(head === null ? toTextTerm(negated, value) : toKeyTerm(negated, head, value, start, valueStart));
    at = end;
  }
  return terms;
}

/** Text up to the next blank; quotes keep blanks and commas, a doubled quote is a quote. Alternatives are split at commas outside quotes. */
function readValue(text: string, start: number): { value: string[]; end: number } {
  const value = [''];
  let at = start;
  while (at < text.length && !/\s/.test(text[at] as string)) {
    const character = text[at]!;
    if (character === '"') at = readQuoted(text, at, (part) => value.push((value.pop() ?? '') + part));
    else {
      if (character === ',') value.push('');
      else value.push((value.pop() ?? '') + character);
      at++;
    }
  }
  return { value, end: at };
}

function readQuoted(text: string, start: number, add: (part: string) => void): number {
  let part = '';
  for (let at = start + 1; at < text.length; at++) {
    if (text[at] !== '"') part += text[at];
    else if (text[at + 1] === '"') {
      part += '"';
      at++;
    } else {
      add(part);
      return at + 1;
    }
  }
  throw refused(start, 'the quote is never closed: add another "');
}

function toTextTerm(negated: boolean, value: string[]): FilterTerm {
  return { negated, kind: 'text', text: value.join(',').toLowerCase() };
}

function toKeyTerm(negated: boolean, head: RegExpExecArray, value: string[], start: number, valueStart: number): FilterTerm {
  const key = head[1]!.toLowerCase();
  const operator = head[2]!;
  const known = Object.hasOwn(FILTER_KEYS, key) ? FILTER_KEYS[key] : undefined;
  if (known === undefined && !key.startsWith(LABEL_PREFIX)) {
    const near = nearest(key, Object.keys(FILTER_KEYS));
    throw refused(
      start,
      `'${key.slice(0, 40)}' is not a key: ${near === undefined ? `use ${LABEL_PREFIX}${key.slice(0, 40)} for a label, or quotes for text` : `did you mean ${near}?`}`,
    );
  }
  const text = value.join(',');
  if (text === '') throw refused(valueStart, `'${key}${operator}' needs a value`);
  if (known?.kind === 'number') {
    const comparison = operator === ':' ? '=' : (operator as Comparison);
    return { negated, kind: 'compare', key, comparison, number: toNumber(text, known.unit, key, valueStart) };
  }
  if (operator !== ':' && operator !== '=' && operator !== '!=') {
    throw refused(start, `'${key}' is text and has no ${operator}: write ${key}:${text}`);
  }
  const values = value.map((alternative) => alternative.toLowerCase());
  return { negated: negated !== (operator === '!='), kind: 'value', key: known === undefined ? head[1]! : key, values };
}

const SCALES: Record<FilterUnit, Readonly<Record<string, number>>> = {
  percent: { '%': 1 },
  plain: {},
  bytes: { K: 1e3, M: 1e6, G: 1e9, T: 1e12, Ki: 1024, Mi: 1024 ** 2, Gi: 1024 ** 3, Ti: 1024 ** 4 },
  seconds: { ms: 0.001, s: 1, m: 60, h: 3600, d: 86_400 },
};

function toNumber(text: string, unit: FilterUnit, key: string, position: number): number {
  const [, digits = '', suffix = ''] = /^(-?\d+(?:\.\d+)?)([A-Za-z%]*)$/.exec(text) ?? [];
  const scales = SCALES[unit];
  const scale = suffix === '' ? 1 : Object.hasOwn(scales, suffix) ? scales[suffix] : undefined;
  if (digits === '' || scale === undefined) {
    const suffixes = Object.keys(scales);
    const words = suffixes.length === 0 ? '' : `, with ${suffixes.join(', ')} or nothing behind it`;
    throw refused(position, `'${text.slice(0, 40)}' is not a value of ${key}: a number is needed${words}`);
  }
  return Number(digits) * scale;
}

function refused(position: number, words: string): MusterError {
  return new MusterError('invalid_argument', `filter, position ${position + 1}: ${words}`);
}

/** True where all terms hold for the node. */
export function matchesFilter(terms: readonly FilterTerm[], node: FilterableNode): boolean {
  return terms.every((term) => holds(term, node) !== term.negated);
}

function holds(term: FilterTerm, node: FilterableNode): boolean {
  if (term.kind === 'text') return holdsText(term.text, node);
  const key = FILTER_KEYS[term.key];
  if (term.kind === 'value') {
    const value = key === undefined ? readLabel(node, term.key.slice(LABEL_PREFIX.length)) : (key as TextKey).read(node);
    const kind = key === undefined ? 'word' : (key as TextKey).kind;
    const candidates = typeof value === 'string' ? [value] : (value ?? []);
    return candidates.some((candidate) => term.values.some((wanted) => matchesText(candidate.toLowerCase(), wanted, kind)));
  }
  const value = key?.kind === 'number' ? key.read(node) : undefined;
  return value !== undefined && value !== null && Number.isFinite(value) && compare(value, term.comparison, term.number);
}

function compare(value: number, comparison: Comparison, limit: number): boolean {
  switch (comparison) {
    case '>':
      return value > limit;
    case '>=':
      return value >= limit;
    case '<':
      return value < limit;
    case '<=':
      return value <= limit;
    case '=':
      return value === limit;
    case '!=':
      return value !== limit;
  }
}

/** `*` stands for anything. Not by a regular expression: the pattern is a stranger's. */
function matchesText(value: string, wanted: string, kind: TextMatch): boolean {
  if (!wanted.includes('*')) return kind === 'word' ? value === wanted : value.includes(wanted);
  const parts = (kind === 'word' ? wanted : `*${wanted}*`).split('*');
  const last = parts.pop() as string;
  const [first = '', ...middle] = parts;
  if (!value.startsWith(first) || value.length < first.length + last.length) return false;
  let at = first.length;
  for (const part of middle) {
    const found = value.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return value.length - last.length >= at && value.endsWith(last);
}

function holdsText(text: string, node: FilterableNode): boolean {
  return (node.words ?? wordsOf(node.nodeId, node.info)).includes(text) || node.problem.toLowerCase().includes(text);
}

/** All that a word of the filter is looked for in, but the problem: in lower case, apart by a character that no word has. */
export function wordsOf(nodeId: string, info: FilterableNode['info']): string {
  if (!info) return nodeId.toLowerCase();
  return [nodeId, info.name, info.os, ...Object.values(info.labels), ...info.addresses].join('\0').toLowerCase();
}
