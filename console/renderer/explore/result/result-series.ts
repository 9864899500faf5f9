// The lines of an answer that has a time and numbers: one per number column, or per combination of its text columns.
import { drawable, type QueryResult } from '../../../common/query-result.ts';
import { visible } from '../../widgets/visible-text.ts';

type Values = (number | null | undefined)[];

export interface ResultLine {
  label: string;
  values: Values;
  /** The least and most of each step, where the answer has them beside the value: `busy`, `busy_min`, `busy_max`. */
  band?: { low: Values; high: Values };
}

export interface ResultSeries {
  /** Seconds, rising. */
  times: number[];
  /** null is a gap in the line; undefined says nothing of that time. */
  lines: ResultLine[];
  /** Lines there are beyond those. */
  left: number;
  /** Why there are no lines although there is a time and a number: the same series has several values at one time. Empty otherwise. */
  problem: string;
}

const MAX_LINES = 200;
/** Lines beyond are counted so far. */
const MAX_COUNTED = 100_000;
/** Of all lines together: each has a value per time. */
const MAX_VALUES = 4_000_000;

/** Undefined where there is nothing to draw: no time, no number that is not NULL, or less than two times. */
export function toResultSeries(
  result: QueryResult,
  nameOf: (text: string) => string | undefined = () => undefined,
): ResultSeries | undefined {
  const columns = result.columns.map(drawable);
  const time = columns.find((column) => column.kind === 'time');
  const numbers = columns.filter((column) => column.kind === 'number');
  const members = membersOf(result.columns, columns, nameOf);
  if (time === undefined || numbers.length === 0) return undefined;
  const times = [...new Set(time.values)].filter((value) => !Number.isNaN(value)).sort((a, b) => a - b);
  if (times.length < 2) return undefined;
  const slots = new Map(times.map((value, index) => [value, index]));
  const names = new Set(numbers.map((column) => column.name));
  const isBound = (name: string): boolean => /_(min|max)$/.test(name) && names.has(name.replace(/_(min|max)$/, ''));
  const mains = numbers.filter((column) => !isBound(column.name)).length;
  const mainName = numbers.find((column) => !isBound(column.name))?.name ?? '';
  const lines = new Map<string, (number | null | undefined)[]>();
  const most = Math.max(numbers.length, Math.min((MAX_LINES + 1) * numbers.length, Math.floor(MAX_VALUES / times.length)));
  const beyond = new Set<string>();
  for (let row = 0; row < result.rows; row++) {
    const slot = slots.get(time.values[row] as number);
    if (slot === undefined) continue;
    const member = members?.[row];
    for (const column of numbers) {
      const label =
        member === undefined ? column.name : mains === 1 ? member + column.name.slice(mainName.length) : `${member} ${column.name}`;
      let values = lines.get(label);
      if (values === undefined) {
        if (lines.size >= most) {
          if (beyond.size < MAX_COUNTED) beyond.add(member ?? label);
          continue;
        }
        values = new Array(times.length);
        lines.set(label, values);
      }
      const value = Number.isNaN(column.values[row]) ? null : column.values[row]!;
      // One of them would hide the other.
      if (values[slot] !== undefined && values[slot] !== value) return { times: [], lines: [], left: 0, problem: SEVERAL };
      values[slot] = value;
    }
  }
  if ([...lines.values()].every((values) => values.every((value) => value == null))) return undefined;
  const all = withBands(lines);
  const shown = all.slice(0, MAX_LINES);
  openGaps(times, shown);
  return { times: times.map((us) => us / 1e6), lines: shown, left: all.length - shown.length + beyond.size, problem: '' };
}

const SEVERAL = 'Not drawn: several rows of one series have the same time. Group by the tag that tells them apart, or aggregate.';

/** What each row is called: by all text columns, without those that say the same in every row where another tells rows apart. */
function membersOf(
  given: QueryResult['columns'],
  columns: QueryResult['columns'],
  nameOf: (text: string) => string | undefined,
): string[] | undefined {
  const texts = columns.flatMap((column, at) => (column.kind === 'text' && given[at]?.kind === 'text' ? [column] : []));
  const telling = texts.filter(({ values }) => values.some((value) => value !== values[0]));
  const used = telling.length > 0 ? telling : texts.slice(0, 1);
  const [first] = used;
  if (first === undefined) return undefined;
  const wordsOf = ({ name, values }: (typeof used)[number], row: number): string => readable(values[row] ?? `(no ${name})`, nameOf);
  return first.values.map((_, row) => used.map((column) => wordsOf(column, row)).join(', '));
}

/** A hole wider than two and a half usual steps gets a time of its own without values, so that no line is drawn across it. */
function openGaps(times: number[], lines: ResultSeries['lines']): void {
  const steps = times.slice(1).map((time, index) => time - times[index]!);
  const usual = [...steps].sort((a, b) => a - b)[Math.floor(steps.length / 2)] as number;
  for (let i = steps.length - 1; i >= 0; i--) {
    const step = steps[i]!;
    if (step <= 2.5 * usual) continue;
    times.splice(i + 1, 0, times[i]! + step / 2);
    for (const { values, band } of lines)
      for (const list of band === undefined ? [values] : [values, band.low, band.high]) list.splice(i + 1, 0, null);
  }
}

/** Lines named `x_min` and `x_max` beside an `x` are its band and no lines of their own. */
function withBands(lines: ReadonlyMap<string, Values>): ResultLine[] {
  const bounds = new Set<string>();
  const all = [...lines].map(([label, values]): ResultLine => {
    const low = lines.get(`${label}_min`);
    const high = lines.get(`${label}_max`);
    if (low === undefined || high === undefined) return { label, values };
    bounds.add(`${label}_min`).add(`${label}_max`);
    return { label, values, band: { low, high } };
  });
  return all.filter(({ label }) => !bounds.has(label));
}

/** A legend is no place for ten thousand characters of a cell. */
function readable(text: string, nameOf: (text: string) => string | undefined): string {
  return nameOf(text) ?? visible(text, 120);
}
