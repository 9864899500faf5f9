// Turns the text of PostgreSQL's wire into the columns of a `QueryFrame`.
import type { QueryColumn, QueryValues } from '../../../proto/gen/messages.ts';
import type { WireColumn } from './wire-messages.ts';

/** QuestDB's types by the object id it sends for them. It sends symbols, IPs and geohashes as varchar, so they are that here. */
const TYPES: Readonly<Record<number, string>> = {
  16: 'boolean',
  17: 'binary',
  20: 'long',
  21: 'short',
  23: 'int',
  700: 'float',
  701: 'double',
  1022: 'double[]',
  1042: 'char',
  1043: 'varchar',
  1114: 'timestamp',
  1700: 'decimal',
  2950: 'uuid',
};
const NUMBERS = new Set(['double', 'float', 'long', 'int', 'short']);

export function toQueryColumn(column: WireColumn): QueryColumn {
  return { name: column.name, type: TYPES[column.dataTypeID] ?? 'varchar' };
}

/** Collects one column of one frame. */
export interface ColumnBuilder {
  add(value: string | null): void;
  /** What was added since the last call. */
  take(): QueryValues;
}

export function createColumnBuilder(column: QueryColumn): ColumnBuilder {
  if (column.type === 'timestamp') return new TimeColumn();
  if (column.type === 'long') return new LongColumn();
  if (NUMBERS.has(column.type)) return new NumberColumn();
  return new TextColumn(column.type === 'boolean' ? BOOLEANS : undefined);
}

class NumberColumn implements ColumnBuilder {
  #numbers: number[] = [];

  add(value: string | null): void {
    this.#numbers.push(value === null ? Number.NaN : Number(value));
  }

  take(): QueryValues {
    const numbers = this.#numbers;
    this.#numbers = [];
    return { numbers, texts: [], timesUs: [], nulls: [] };
  }
}

/** Longs are doubles as long as all of the frame are exact in one; a frame with a larger one has the column as text. */
class LongColumn implements ColumnBuilder {
  #values: (string | null)[] = [];
  #exact = true;

  add(value: string | null): void {
    this.#values.push(value);
    // 15 digits are always exact, and most longs have fewer: the number need not be made to know it.
    if (value !== null && value.length > 15 && !Number.isSafeInteger(Number(value))) this.#exact = false;
  }

  take(): QueryValues {
    const builder = this.#exact ? new NumberColumn() : new TextColumn(undefined);
    for (const value of this.#values) builder.add(value);
    this.#values = [];
    this.#exact = true;
    return builder.take();
  }
}

const BOOLEANS: Readonly<Record<string, string>> = { t: 'true', f: 'false' };

class TextColumn implements ColumnBuilder {
  readonly #words: Readonly<Record<string, string>> | undefined;
  #texts: string[] = [];
  #nulls: number[] = [];

  constructor(words: Readonly<Record<string, string>> | undefined) {
    this.#words = words;
  }

  add(value: string | null): void {
    if (value === null) this.#nulls.push(this.#texts.length);
    this.#texts.push(value === null ? '' : (this.#words?.[value] ?? value));
  }

  take(): QueryValues {
    const values = { numbers: [], texts: this.#texts, timesUs: [], nulls: this.#nulls };
    this.#texts = [];
    this.#nulls = [];
    return values;
  }
}

class TimeColumn implements ColumnBuilder {
  #times: number[] = [];
  #nulls: number[] = [];

  add(value: string | null): void {
    const time = value === null ? Number.NaN : parseMicros(value);
    if (Number.isNaN(time)) this.#nulls.push(this.#times.length);
    this.#times.push(Number.isNaN(time) ? 0 : time);
  }

  take(): QueryValues {
    const values = { numbers: [], texts: [], timesUs: this.#times, nulls: this.#nulls };
    this.#times = [];
    this.#nulls = [];
    return values;
  }
}

const ZERO = 48;
const DAY_LENGTH = '2026-11-22'.length;
let lastDay = '';
let lastDayUs = 0;

/** `2026-11-22 10:00:00.123456` → Unix µs; NaN where it is not a time. A Date would lose the microseconds. */
export function parseMicros(text: string): number {
  const dayEnd = text.indexOf(' ');
  const day = text.slice(0, dayEnd);
  if (day !== lastDay) {
    lastDay = day;
    // A year of more than four digits is written with its sign and six.
    lastDayUs = Date.parse(`${day.length > DAY_LENGTH ? `+${day.padStart(DAY_LENGTH + 2, '0')}` : day}T00:00:00Z`) * 1000;
  }
  const at = dayEnd + 1;
  const seconds = two(text, at) * 3600 + two(text, at + 3) * 60 + two(text, at + 6);
  let micros = 0;
  for (let i = 0; i < 6; i++) {
    const position = at + 9 + i;
    micros = micros * 10 + (position < text.length ? text.charCodeAt(position) - ZERO : 0);
  }
  return lastDayUs + seconds * 1e6 + micros;
}

function two(text: string, at: number): number {
  return (text.charCodeAt(at) - ZERO) * 10 + text.charCodeAt(at + 1) - ZERO;
}
