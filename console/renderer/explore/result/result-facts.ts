// What can be said of an answer beside its rows: its size here, the tier its tables are of, the places in it.
import { numericColumn, type QueryResult, textColumn } from '../../../common/query-result.ts';
import { visible } from '../../widgets/visible-text.ts';
import { sqlWords } from '../sql/sql-words.ts';

/** Bytes the answer takes in this window: 8 a number or time, 2 a character. */
export function answerBytes(result: QueryResult): number {
  let bytes = 0;
  for (const column of result.columns) {
    if (column.kind !== 'text') bytes += column.values.byteLength;
    else for (const value of column.values) bytes += 2 * (value?.length ?? 0);
  }
  return bytes;
}

/** Of what kind the rows are that a statement reads, by the names of its tables. */
export function tierOf(sql: string): string {
  const words = sqlWords(sql) ?? [];
  const tables = words.flatMap((word, index) => {
    const before = words[index - 1]?.value.toLowerCase();
    return (before === 'from' || before === 'join') && (word.kind === 'name' || word.kind === 'quoted') ? [word.value] : [];
  });
  const tiers = new Set(
    tables.map((table) => (/_1h(_nodes)?$/.test(table) ? '1 h roll-up' : /_1m(_nodes)?$/.test(table) ? '1 min roll-up' : 'raw rows')),
  );
  return [...tiers].join(' and ');
}

/** Fields that are shares of 100, by their names. */
const SHARE =
  /(^|_)(percent|pct|busy|user|nice|system|idle|iowait|irq|softirq|steal|guest|utilization|usage|loss|uptime_share)(_(avg|min|max|first|last|p50|p95|p99))?$/i;

/** Whether every number of the answer is a percentage: a scale of shares begins at 0. */
export function areShares(result: QueryResult): boolean {
  const numbers = result.columns.filter(({ kind }) => kind === 'number');
  return numbers.length > 0 && numbers.every(({ name }) => SHARE.test(name));
}

/** Whether a statement is of the window's time. */
export function isOfWindow(sql: string): boolean {
  return /\$from\b/.test(sql) && /\$to\b/.test(sql);
}

export interface ResultPoint {
  latitude: number;
  longitude: number;
  label: string;
  value: number | null;
}

const MAX_POINTS = 5000;

/** A point for each row that has a latitude and a longitude; undefined where the answer has no such columns. */
export function toPoints(result: QueryResult, nameOf: (value: string) => string | undefined): ResultPoint[] | undefined {
  const latitudes = degrees(result, 'latitude') ?? degrees(result, 'lat');
  const longitudes = degrees(result, 'longitude') ?? degrees(result, 'lon') ?? degrees(result, 'lng');
  if (latitudes === undefined || longitudes === undefined) return undefined;
  const labels = result.columns.find((column) => column.kind === 'text' && !/^(lat|lon)/.test(column.name));
  const values = result.columns.find((column) => column.kind === 'number' && !/^(lat|lon|lng)/.test(column.name));
  const points: ResultPoint[] = [];
  for (let row = 0; row < result.rows && points.length < MAX_POINTS; row++) {
    const latitude = latitudes[row] ?? Number.NaN;
    const longitude = longitudes[row] ?? Number.NaN;
    if (!(Math.abs(latitude) <= 90) || !(Math.abs(longitude) <= 180)) continue;
    const text = labels?.kind === 'text' ? (labels.values[row] ?? '–') : `row ${row + 1}`;
    const value = values?.kind === 'number' ? values.values[row]! : null;
    points.push({
      latitude,
      longitude,
      label: nameOf(text) ?? visible(text, 80),
      value: value === null || Number.isNaN(value) ? null : value,
    });
  }
  return points;
}

/** Labels are text even where they are numbers. */
function degrees(result: QueryResult, name: string): ArrayLike<number> | undefined {
  const numbers = numericColumn(result, name);
  if (numbers !== undefined) return numbers;
  const texts = textColumn(result, name);
  return texts.length === 0 ? undefined : texts.map((text) => (text === null || text.trim() === '' ? Number.NaN : Number(text)));
}
