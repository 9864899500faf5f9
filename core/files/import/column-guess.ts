// What a column most likely is, by its name and its first cells.
import { MusterError } from '../../common/muster-error.ts';
import { shownHeaders, toName } from './column-names.ts';
import { withUnit } from './number-cell.ts';
import { guessFormat } from './time/time-format.ts';

/** As `toName` writes them; the first that is there is taken. */
const TIME_NAMES = [
  ...['time', 'timestamp', 'ts', 'datetime', 'date_time', 'date', 'created_at', 'time_utc', 'timestamp_utc', 'utc_time', 'datetime_utc'],
  ...['timestamp_ms', 'time_ms', 'timestamp_us', 'timestamp_ns', 'time_ns', 'epoch', 'epoch_ms', 'unix_time', 'unixtime', 'time_stamp'],
  ...['recorded_at', 'measured_at', 'observed_at', 'event_time', 'zeit', 'zeitstempel', 'datum', 'date_heure', 'horodatage', 'fecha'],
];
const NODE_NAMES = ['node_id', 'node', 'host', 'hostname', 'instance', 'device', 'server'];
/** Share of the first cells that must read alike: a few bad rows must not decide what a column is. */
const MOST = 0.7;
/** Of a time in any notation. */
const MAX_TIME = 64;
/** Columns whose cells are compared with every notation. */
const MAX_TRIED = 20;

export function most(cells: readonly string[], is: (cell: string) => boolean): boolean {
  return cells.length > 0 && cells.filter(is).length >= cells.length * MOST;
}

/** The units of a column whose cells mostly are a number with one behind; `unit` is what most of them have, if there is such a one. */
export function unitOfMost(cells: readonly string[], comma: boolean): { unit?: string; all: string[] } {
  const found = cells.map((cell) => withUnit(cell, comma)?.unit);
  if (!most(cells, (cell) => withUnit(cell, comma) !== undefined)) return { all: [] };
  const all = [...new Set(found.filter((unit) => unit !== undefined))];
  const unit = all.find((each) => found.filter((other) => other === each).length >= cells.length * MOST);
  return unit === undefined ? { all } : { unit, all };
}

/** A tag names a series: few different values, each short. */
export function isTagLike(cells: readonly string[]): boolean {
  const distinct = new Set(cells).size;
  return cells.length > 0 && cells.every((cell) => cell.length <= 255) && (distinct <= 20 || distinct <= cells.length / 2);
}

/** Also as pandas calls a column that had no name. */
export function isUnnamed(header: string): boolean {
  return header.trim() === '' || /^Unnamed: \d+(_level_\d+)?$/.test(header);
}

/** Whole numbers that only rise: what a program puts before each row. */
export function readsAsRowNumbers(rows: readonly (readonly string[])[], column: number): boolean {
  let before = -1;
  for (const row of rows) {
    const text = (row[column] ?? '').trim();
    const number = /^\d{1,15}$/.test(text) ? Number(text) : -1;
    if (number <= before) return false;
    before = number;
  }
  return rows.length > 1 || before === 0 || before === 1;
}

/** Throws `invalid_argument` where no column looks like a time. */
export function guessTime(
  headers: readonly string[],
  samples: (column: number) => string[],
  unnamed: ReadonlySet<number> = new Set(),
): number {
  const names = headers.map((header, column) => (unnamed.has(column) ? '' : toName(header)));
  const named = TIME_NAMES.map((name) => names.indexOf(name)).filter((column) => column >= 0);
  const readable = named.find((column) => isReadable(headers[column]!, samples(column)));
  if (readable !== undefined) return readable;
  if (named[0] !== undefined) return named[0];
  const found = headers.findIndex((_, column) => most(samples(column), (cell) => /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d/.test(cell)));
  if (found >= 0) return found;
  const others = [...headers.keys()].filter((column) =>
    most(samples(column), (cell) => cell.length <= MAX_TIME && /\d[:./-]\d/.test(cell)),
  );
  const other = others.slice(0, MAX_TRIED).find((column) => isReadable(headers[column]!, samples(column)));
  if (other !== undefined) return other;
  throw new MusterError('invalid_argument', `no column looks like a time: name it with --time; the file has ${shownHeaders(headers)}`);
}

const CLOCK_NAMES = [
  ...['time', 'hour', 'clock', 'time_of_day', 'time_utc', 'utc_time', 'local_time', 'timestamp', 'hms', 'hhmm', 'hhmmss'],
  ...['uhrzeit', 'zeit', 'heure', 'hora', 'ora', 'tijd', 'tid', 'godzina', 'klokkeslett'],
];
const CLOCK = /^\d{1,2}:\d\d(:\d\d([.,]\d+)?)?( ?[AaPp]\.? ?[Mm]\.?)?$/;
const DAY =
  /^(\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.](\d{4}|\d\d)|\d{1,2}[-/. ]+\p{L}{3,10}\.?[-/, ]+\d{2,4}|\p{L}{3,10}\.? \d{1,2},? \d{4}|(19|20)\d{6})$/u;
const CALENDAR = ['year', 'month', 'day', 'hour', 'minute', 'second'];

/** All columns that are the time together with `first`: a day and a time of day, in this order. */
export function timeColumns(first: number, headers: readonly string[], samples: (column: number) => string[]): number[] {
  const holds = (column: number, shape: RegExp): boolean => most(samples(column), (cell) => shape.test(cell));
  const columns = [...headers.keys()].filter((column) => column !== first);
  if (holds(first, CLOCK)) {
    const days = columns.filter((column) => holds(column, DAY));
    const day = days.sort((a, b) => Math.abs(a - first) - Math.abs(b - first))[0];
    return day === undefined ? [first] : [day, first];
  }
  if (!holds(first, DAY)) return [first];
  const names = headers.map(toName);
  const clock = columns.find(
    (column) => CLOCK_NAMES.includes(names[column] as string) && (holds(column, CLOCK) || holds(column, /^\d{6}$/)),
  );
  return clock === undefined ? [first] : [first, clock];
}

/** The columns year, month, day and so on, where a file has them and no other time. */
export function calendarColumns(headers: readonly string[], samples: (column: number) => string[]): number[] {
  const names = headers.map(toName);
  const columns = CALENDAR.map((name) => names.indexOf(name));
  const missing = columns.findIndex((column) => column < 0 || !most(samples(column), (cell) => /^\d{1,4}$/.test(cell)));
  const found = missing < 0 ? columns : columns.slice(0, missing);
  return found.length >= 3 ? found : [];
}

function isReadable(header: string, cells: readonly string[]): boolean {
  try {
    guessFormat(header, cells);
    return true;
  } catch (error) {
    if (error instanceof MusterError) return false;
    throw error;
  }
}

export function guessNode(headers: readonly string[], timeColumn: number): number {
  const lower = headers.map((header) => header.toLowerCase());
  return NODE_NAMES.map((name) => lower.indexOf(name)).find((column) => column >= 0 && column !== timeColumn) ?? -1;
}
