// Times that are written by a pattern: `DD.MM.YYYY HH:mm:ss`, `MMM D, YYYY h:mm A`.
import { MusterError } from '../../../common/muster-error.ts';
import { unixUs } from './calendar.ts';

/** Local µs of a text, or of one with an offset Unix µs; undefined for what does not fit. */
export type PatternReader = (text: string) => { us: number; zoned: boolean } | undefined;

type Part = 'year' | 'yy' | 'month' | 'name' | 'day' | 'hour' | 'half' | 'minute' | 'second' | 'fraction' | 'noon' | 'offset' | 'weekday';

const PARTS: Readonly<Record<string, readonly [part: Part, source: string]>> = {
  YYYY: ['year', '\\d{4}'],
  YY: ['yy', '\\d{2}'],
  MMMM: ['name', '\\p{L}{3,10}\\.?'],
  MMM: ['name', '\\p{L}{3,10}\\.?'],
  MM: ['month', '\\d{1,2}'],
  M: ['month', '\\d{1,2}'],
  DD: ['day', '\\d{1,2}'],
  D: ['day', '\\d{1,2}'],
  dddd: ['weekday', '\\p{L}+\\.?'],
  ddd: ['weekday', '\\p{L}+\\.?'],
  HH: ['hour', '\\d{1,2}'],
  H: ['hour', '\\d{1,2}'],
  hh: ['half', '\\d{1,2}'],
  h: ['half', '\\d{1,2}'],
  mm: ['minute', '\\d{2}'],
  m: ['minute', '\\d{1,2}'],
  ss: ['second', '\\d{2}'],
  s: ['second', '\\d{1,2}'],
  A: ['noon', '[AaPp]\\.?\\s?[Mm]\\.?'],
  a: ['noon', '[AaPp]\\.?\\s?[Mm]\\.?'],
  Z: ['offset', '(?:Z|z|UTC|GMT|[+-]\\d\\d(?::?\\d\\d)?)'],
};
const LETTERS = 'YYYY YY MMMM MMM MM M DD D HH H hh h mm m ss s S A Z dddd';
const TOKEN = /'([^']*)'|\[([^\]]*)\]|Y+|M+|D+|d+|H+|h+|m+|s+|S+|[A-Za-z]|[^A-Za-z]/g;
/** Two digits each where they stand side by side, as in YYYYMMDD. */
const FIXED: Readonly<Record<string, string>> = { MM: '\\d{2}', DD: '\\d{2}', HH: '\\d{2}', hh: '\\d{2}' };
const DIGITS = /^(Y+|M{1,2}|D+|H+|h+|m+|s+|S+)$/;

/** Names of months as they begin, without accents: where several languages share one, they mean the same month. */
const MONTHS: readonly (readonly [number, string])[] = [
  ...([
    [1, 'jan|ene|gen|sty|jän'],
    [2, 'feb|fev|fév'],
    [3, 'mar|mär|mrz|maa|mrt'],
    [4, 'apr|abr|avr|kwi'],
    [5, 'may|mai|mag|mei|maj'],
    [6, 'jun|juin|giu'],
    [7, 'jul|juil|lug'],
    [8, 'aug|ago|aou|aoû'],
    [9, 'sep|set'],
    [10, 'oct|okt|ott|out'],
    [11, 'nov'],
    [12, 'dec|dez|dic|déc'],
  ] as const),
];

/** No time is longer. */
const MAX_LENGTH = 200;

/** Throws `invalid_argument` for a letter that is none of a pattern's, a part that is named twice, and a pattern without a whole day. */
export function createPatternReader(pattern: string): PatternReader {
  const { expression, parts } = compile(pattern);
  const at = new Map(parts.map((part, i) => [part, i + 1]));
  return (text) => {
    if (text.length > MAX_LENGTH) return undefined;
    const groups = expression.exec(text);
    if (groups === null) return undefined;
    const number = (part: Part, absent: number): number => {
      const group = at.get(part);
      return group === undefined ? absent : Number(groups[group]);
    };
    const word = (part: Part): string => groups[at.get(part) ?? -1] ?? '';
    const short = number('yy', 0);
    const year = at.has('yy') ? short + (short < 70 ? 2000 : 1900) : number('year', 0);
    const month = at.has('name') ? monthOf(word('name')) : number('month', 0);
    const hour = at.has('half') ? hourOf(number('half', 0), word('noon')) : number('hour', 0);
    const us = unixUs(year, month, number('day', 0), hour, number('minute', 0), number('second', 0));
    if (Number.isNaN(us)) return undefined;
    const whole = us + Number(word('fraction').slice(0, 6).padEnd(6, '0'));
    return at.has('offset') ? { us: whole - offsetOf(word('offset')), zoned: true } : { us: whole, zoned: false };
  };
}

function compile(pattern: string): { expression: RegExp; parts: Part[] } {
  const refuse = (why: string): MusterError =>
    new MusterError('invalid_argument', `time format is ${JSON.stringify(pattern.slice(0, 80))}: ${why}`);
  const needed = `iso, s, ms, us, ns, or a pattern like DD.MM.YYYY HH:mm:ss is needed`;
  const tokens = [...pattern.matchAll(TOKEN)].map((match) => ({ text: match[0], literal: match[1] ?? match[2] }));
  const parts: Part[] = [];
  const add = (part: Part, text: string): void => {
    if (parts.includes(part)) throw refuse(`${text} is in it twice`);
    parts.push(part);
  };
  let source = '';
  for (const [i, { text, literal }] of tokens.entries()) {
    const known = PARTS[text];
    // Blanks side by side are one run: two would be tried at every place where one can end.
    if (literal !== undefined) source += literal.split(/\s+/).map(escaped).join('\\s+');
    else if (known !== undefined) {
      add(known[0], text);
      const besides = [tokens[i - 1]?.text ?? '', tokens[i + 1]?.text ?? ''].some((other) => DIGITS.test(other));
      source += `(${(besides ? FIXED[text] : undefined) ?? known[1]})`;
    } else if (/^S+$/.test(text)) {
      add('fraction', text);
      source += '(\\d{1,9})';
    } else if (text === 'T') source += 'T';
    else if (/^[A-Za-z]/.test(text)) {
      const whole = parts.length === 0 ? `${needed}; ` : '';
      throw refuse(`${whole}${text} is no part of a pattern, whose parts are ${LETTERS} and T; other letters stand in quotes`);
    } else source += /^\s$/.test(text) ? '\\s+' : escaped(text);
  }
  const has = (...some: Part[]): boolean => some.some((part) => parts.includes(part));
  if (!has('year', 'yy') || !has('month', 'name') || !has('day')) throw refuse(needed);
  if (has('half') !== has('noon'))
    throw refuse(has('half') ? 'hh is of twelve hours and needs A beside it, HH is of 24' : 'A needs hh, for HH is of 24 hours');
  if ((has('month') && has('name')) || (has('year') && has('yy')) || (has('hour') && has('half'))) throw refuse('a part is in it twice');
  return { expression: new RegExp(`^${source.replaceAll(/(?:\\s\+){2,}/g, '\\s+')}$`, 'u'), parts };
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
}

/** NaN for no hour of twelve: 12 AM is midnight. */
function hourOf(half: number, noon: string): number {
  if (!(half >= 1 && half <= 12)) return Number.NaN;
  return (half % 12) + (/^p/i.test(noon) ? 12 : 0);
}

function monthOf(name: string): number {
  const lower = name.toLowerCase();
  return MONTHS.find(([, beginnings]) => beginnings.split('|').some((beginning) => lower.startsWith(beginning)))?.[0] ?? Number.NaN;
}

function offsetOf(text: string): number {
  const match = /^([+-])(\d\d):?(\d\d)?$/.exec(text);
  return match === null ? 0 : (Number(match[2]) * 60 + Number(match[3] ?? 0)) * 60e6 * (match[1] === '-' ? -1 : 1);
}
