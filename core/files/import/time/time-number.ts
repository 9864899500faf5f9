// Times that are numbers since 1970, digit by digit: what is finer than a microsecond is cut, as of every other time.

/** How many digits a unit has to be moved to be microseconds. */
const SHIFTS = { s: 6, ms: 3, us: 0, ns: -3 } as const;

export type NumberUnit = keyof typeof SHIFTS;

export function isNumberUnit(format: string): format is NumberUnit {
  return Object.hasOwn(SHIFTS, format);
}

/** Unix µs of a number's text, NaN for none. */
export function timeOfNumber(text: string, unit: NumberUnit): number {
  const match = /^\s*([+-]?)(\d*)(?:[.,](\d*))?(?:[eE]([+-]?\d{1,3}))?\s*$/.exec(text);
  if (match === null) return Number.NaN;
  const [, sign, whole = '', fraction = '', exponent] = match;
  if (whole === '' && fraction === '') return Number.NaN;
  const digits = whole + fraction;
  const point = whole.length + Number(exponent ?? 0) + SHIFTS[unit];
  if (point > 40) return Number.NaN;
  const kept = point <= 0 ? '0' : digits.slice(0, point).padEnd(point, '0');
  const value = Number(kept);
  if (sign !== '-') return value;
  // Cut means towards the past, as of a time before 1970 in any other notation.
  return /[1-9]/.test(digits.slice(Math.max(0, point))) ? -value - 1 : -value;
}
