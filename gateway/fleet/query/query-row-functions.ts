// How many rows a function that makes rows may make: its bounds are literals, so that they are known before the database begins.
import { parseIsoTime } from '../../../core/common/iso-time.ts';
import { refusedAt, type SqlToken } from './sql-tokens.ts';

export const MAX_MADE_ROWS = 1_000_000;

/** Functions that make rows out of nothing. In lower case. */
export const ROW_FUNCTIONS: ReadonlySet<string> = new Set(['long_sequence', 'generate_series']);

const WHOLE = /^\d[\d_]*l?$/i;
const STEP = /^(-?\d{1,9})([UTsmhdwMy])$/;
const UNIT_US: Readonly<Record<string, number>> = {
  ...{ U: 1, T: 1000, s: 1e6, m: 60e6, h: 3600e6, d: 86_400e6 },
  ...{ w: 7 * 86_400e6, M: 28 * 86_400e6, y: 365 * 86_400e6 },
};
const DAY = /^\d{4}-\d{2}-\d{2}$/;

/** `index` is that of the function's name. Throws `invalid_argument` for bounds that are no literals, or too far apart. */
export function checkMadeRows(tokens: readonly SqlToken[], index: number): void {
  const name = tokens[index] as SqlToken;
  const rows = madeRows(name.value, literalsOf(tokens, index + 2));
  if (rows === undefined)
    throw refusedAt(
      name.position,
      `${name.value}() needs bounds that are written out, as in ${EXAMPLES[name.value]}, so that its rows are known`,
    );
  if (rows > MAX_MADE_ROWS) throw refusedAt(name.position, `${name.value}() would make ${rows} rows: at most ${MAX_MADE_ROWS}`);
}

const EXAMPLES: Readonly<Record<string, string>> = {
  long_sequence: 'long_sequence(1000)',
  generate_series: "generate_series(1, 100, 5) or generate_series('2026-11-22', '2026-11-23', '1h')",
};

type Literal = number | string;

/** The arguments up to the closing parenthesis; undefined where one is more than a literal. */
function literalsOf(tokens: readonly SqlToken[], from: number): Literal[] | undefined {
  const literals: Literal[] = [];
  for (let i = from; literals.length < 4; ) {
    const negative = tokens[i]?.kind === 'sign' && tokens[i]?.value === '-';
    if (negative) i++;
    const token = tokens[i];
    if (token?.kind === 'number' && WHOLE.test(token.value)) {
      const size = Number(token.value.replace(/[_l]/gi, ''));
      literals.push(negative ? -size : size);
    } else if (token?.kind === 'text' && !negative) literals.push(token.value);
    else return undefined;
    const after = tokens[i + 1];
    if (after?.kind !== 'sign') return undefined;
    if (after.value === ')') return literals;
    if (after.value !== ',') return undefined;
    i += 2;
  }
  return undefined;
}

function madeRows(name: string, literals: readonly Literal[] | undefined): number | undefined {
  const [first, last, step = 1] = literals ?? [];
  if (name === 'long_sequence') return typeof first === 'number' ? first : undefined;
  const span = spanOf(first, last);
  const length = typeof step === 'number' ? step : stepUs(step);
  // Steps of months and years are counted at their shortest, a step of nothing is the database's to refuse.
  return span === undefined || length === undefined ? undefined : Math.floor(Math.abs(span) / Math.max(1, Math.abs(length))) + 1;
}

function spanOf(first: Literal | undefined, last: Literal | undefined): number | undefined {
  if (typeof first === 'number' && typeof last === 'number') return last - first;
  if (typeof first !== 'string' || typeof last !== 'string') return undefined;
  const [fromUs, toUs] = [first, last].map((text) => parseIsoTime(DAY.test(text) ? `${text}T00:00:00Z` : text, 0));
  return fromUs === undefined || toUs === undefined ? undefined : toUs - fromUs;
}

function stepUs(text: string): number | undefined {
  const [, count, unit = ''] = STEP.exec(text) ?? [];
  return count === undefined ? undefined : Number(count) * UNIT_US[unit]!;
}
