// Names of columns in the store from the headers of a file: one rule for every format. A unit keeps its meaning, and no two columns share a name.
import { columnNameProblem } from '../../common/measurement-names.ts';

const MAX_NAME = 64;
/** Letters that no decomposition makes ASCII. */
const LATIN: Readonly<Record<string, string>> = {
  ...{ ß: 'ss', æ: 'ae', œ: 'oe', ø: 'o', ł: 'l', đ: 'd', ð: 'd', þ: 'th', ı: 'i', ŋ: 'n', ħ: 'h', ŧ: 't', ĸ: 'k' },
};
const GREEK: Readonly<Record<string, string>> = {
  ...{ α: 'alpha', β: 'beta', γ: 'gamma', δ: 'delta', ε: 'epsilon', ζ: 'zeta', η: 'eta', θ: 'theta', ι: 'iota', κ: 'kappa' },
  ...{ λ: 'lambda', ν: 'nu', ξ: 'xi', ο: 'omicron', π: 'pi', ρ: 'rho', σ: 'sigma', ς: 'sigma', τ: 'tau', υ: 'upsilon' },
  ...{ φ: 'phi', χ: 'chi', ψ: 'psi', ω: 'omega' },
};
/** Signs that are words; the lower-case form of a letter beside them says nothing else. */
const SIGNS: readonly (readonly [RegExp, string])[] = [
  [/%/g, ' percent '],
  [/‰/g, ' permille '],
  [/°\s*(?=[CFKcfk](?![A-Za-z]))/g, ' '],
  [/°/g, ' deg '],
  [/€/g, ' eur '],
  [/£/g, ' gbp '],
];
/** In lower case mW and MW, or ms and mS, would be one unit. */
const MEGA: Readonly<Record<string, string>> = {
  ...{ W: 'watt', Wh: 'watt_hour', VA: 'volt_ampere', V: 'volt', A: 'ampere', Ah: 'ampere_hour', Pa: 'pascal', J: 'joule' },
  ...{ N: 'newton', g: 'gram', m: 'metre', s: 'second', Hz: 'hz', ohm: 'ohm', Ohm: 'ohm' },
};
const IN_BRACKETS = /[([{][^()[\]{}]*[)\]}]/g;

/** One header and where it stands, from 0. */
export interface HeaderToName {
  column: number;
  header: string;
  /** What the caller wants it to be called. */
  renamed?: string | undefined;
}

/**
 * A name for each header, in their order. What has no ASCII form becomes `column_N`, a word of SQL gets an underscore behind it, and a name that
 * another column has gets a number. `notes` says where that was done.
 */
export function nameColumns(headers: readonly HeaderToName[]): { names: string[]; notes: string[] } {
  const wanted = headers.map(({ header, column, renamed }) => renamed ?? columnName(header, column));
  const taken = new Set(headers.flatMap(({ renamed }) => (renamed === undefined ? [] : [renamed])));
  const names: string[] = wanted.map((name, i) => (headers[i]?.renamed === undefined ? '' : name));
  // Who is called so in the file keeps the name, wherever it stands.
  const own = (i: number): boolean => headers[i]?.header === wanted[i];
  const order = [...wanted.keys()].sort((a, b) => Number(own(b)) - Number(own(a)) || a - b);
  const notes: string[] = [];
  for (const i of order) {
    if (names[i] !== '') continue;
    const name = freeName(wanted[i]!, taken);
    names[i] = name;
    taken.add(name);
    if (name !== wanted[i]) notes.push(`${shownHeader(headers[i]?.header ?? '')} is named ${name}: another column is ${wanted[i]}`);
  }
  return { names, notes };
}

function columnName(header: string, column: number): string {
  const name = toName(header);
  if (name === '') return `column_${column + 1}`;
  return columnNameProblem(name) === undefined ? name : cut(name, '_');
}

function freeName(name: string, taken: ReadonlySet<string>): string {
  let free = name;
  for (let n = 2; taken.has(free); n++) free = cut(name, `_${n}`);
  return free;
}

function cut(name: string, ending: string): string {
  return `${name.slice(0, MAX_NAME - ending.length)}${ending}`;
}

/**
 * Lower case, accents folded, everything but letters, digits and underscores as one underscore: `CPU usage (%)` → `cpu_usage_percent`,
 * `latency (µs)` → `latency_us`. Empty where a letter has no ASCII form: half a name would mean something else.
 */
export function toName(header: string): string {
  // The micro sign and the letter mu are one after NFKD.
  let text = header.normalize('NFKD').replace(/\p{Mn}/gu, '');
  text = text.replace(IN_BRACKETS, caseOfUnits);
  text = text.replace(/Ω/g, 'ohm').replace(/(?<!\p{Script=Greek})μ(?!\p{Script=Greek})/gu, 'u');
  for (const [sign, word] of SIGNS) text = text.replace(sign, word);
  text = text.toLowerCase().replace(/\p{Mn}/gu, '');
  // A Greek letter alone is a sign, several are a word of another script.
  text = text.replace(/(?<!\p{Script=Greek})\p{Script=Greek}(?!\p{Script=Greek})/gu, (letter) =>
    GREEK[letter] === undefined ? letter : ` ${GREEK[letter]} `,
  );
  text = text.replace(/[ßæœøłđðþıŋħŧĸ]/g, (letter) => LATIN[letter] ?? letter);
  if (/[^\P{L}a-z]|[^\P{N}0-9]/u.test(text)) return '';
  const name = text
    .replace(/[^a-z0-9_]+/g, '_')
    .replace(/_{2,}/g, '_')
    .replace(/^_+|_+$/g, '')
    .slice(0, MAX_NAME)
    .replace(/_+$/, '');
  if (name === '') return '';
  return /^[a-z]/.test(name) ? name : `x_${name}`.slice(0, MAX_NAME).replace(/_+$/, '');
}

function caseOfUnits(unit: string): string {
  return unit
    .replace(/(?<![A-Za-z])M(Wh|W|VA|V|Ah|A|Pa|J|N|g|m|s|Hz|ohm|Ohm|Ω)(?![A-Za-z])/g, (_, base: string) => `mega${MEGA[base] ?? 'ohm'}`)
    .replace(/(?<![A-Za-z])([numkμ]?)S(?![A-Za-z])/g, (_, prefix: string) => `${prefix}siemens`);
}

/** A text in which nothing is left that a terminal would obey, or that turns the direction of writing. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu, (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

const MAX_SHOWN = 60;

/** A header in a message: short, and never a byte that a terminal would obey. */
export function shownHeader(header: string): string {
  const short = header.length > MAX_SHOWN ? `${header.slice(0, MAX_SHOWN)}…` : header;
  return JSON.stringify(short).replace(
    /[\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff\ufffd]/g,
    (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

const MAX_SHOWN_HEADERS = 30;

/** The columns of a file in a message, not more than fit. */
export function shownHeaders(headers: readonly string[]): string {
  const shown = headers.slice(0, MAX_SHOWN_HEADERS).map((header) => {
    const safe = shownHeader(header);
    return safe === `"${header}"` ? header : safe;
  });
  return `${shown.join(', ')}${headers.length > MAX_SHOWN_HEADERS ? ` and ${headers.length - MAX_SHOWN_HEADERS} more` : ''}`;
}
