// The lines of an answer that has a time and numbers: one a number column, or one a value of its first text column.
import { drawable, type QueryResult } from '../../common/query-result.ts';
import { visible } from './visible-text.ts';

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
}

/** As many as there are colours that stay apart. */
const MAX_LINES = 8;

/** Undefined where there is nothing to draw: no time, no number that is not NULL, or less than two times. */
export function toResultSeries(
  result: QueryResult,
  nameOf: (text: string) => string | undefined = () => undefined,
): ResultSeries | undefined {
  const columns = result.columns.map(drawable);
  const time = columns.find((column) => column.kind === 'time');
  const numbers = columns.filter((column) => column.kind === 'number');
  const group = columns.find((column) => column.kind === 'text');
  if (time === undefined || numbers.length === 0) return undefined;
  const times = [...new Set(time.values)].filter((value) => !Number.isNaN(value)).sort((a, b) => a - b);
  if (times.length < 2) return undefined;
  const slots = new Map(times.map((value, index) => [value, index]));
  const names = new Set(numbers.map((column) => column.name));
  const isBound = (name: string): boolean => /_(min|max)$/.test(name) && names.has(name.replace(/_(min|max)$/, ''));
  const mains = numbers.filter((column) => !isBound(column.name)).length;
  const mainName = numbers.find((column) => !isBound(column.name))?.name ?? '';
  const lines = new Map<string, (number | null | undefined)[]>();
  for (let row = 0; row < result.rows; row++) {
    const slot = slots.get(time.values[row] as number);
    if (slot === undefined) continue;
    const member = group?.kind === 'text' ? readable(group.values[row] ?? '–', nameOf) : undefined;
    for (const column of numbers) {
      const label =
        member === undefined ? column.name : mains === 1 ? member + column.name.slice(mainName.length) : `${member} ${column.name}`;
      let values = lines.get(label);
      if (values === undefined) {
        values = new Array(times.length);
        lines.set(label, values);
      }
      const value = column.values[row] as number;
      values[slot] = Number.isNaN(value) ? null : value;
    }
  }
  if ([...lines.values()].every((values) => values.every((value) => value == null))) return undefined;
  const all = withBands(lines);
  const shown = all.slice(0, MAX_LINES);
  openGaps(times, shown);
  return { times: times.map((us) => us / 1e6), lines: shown, left: all.length - shown.length };
}

/** A hole wider than two and a half usual steps gets a time of its own without values, so that no line is drawn across it. */
function openGaps(times: number[], lines: ResultSeries['lines']): void {
  const steps = times.slice(1).map((time, index) => time - (times[index] as number));
  const usual = [...steps].sort((a, b) => a - b)[Math.floor(steps.length / 2)] as number;
  for (let i = steps.length - 1; i >= 0; i--) {
    const step = steps[i] as number;
    if (step <= 2.5 * usual) continue;
    times.splice(i + 1, 0, (times[i] as number) + step / 2);
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
