// What a column is read as: doubles, times, or ids of texts that name a series.
import type { DecodedArray } from 'hyparquet/src/types.js';
import { numberOf } from '../number-cell.ts';
import { createTimeParser, createZoneOffset } from '../time/time-cell.ts';
import type { FoldChoice } from '../time/time-zone.ts';
import type { ColumnReading, Texts, Window } from './column-cursor.ts';
import { type ColumnKind, type TimeUnit, timeText, toNumbers, toTexts, toTimes } from './column-kind.ts';

const YEAR_9999_US = 253_402_214_400_000_000;

const NUMBERS = { absent: Number.NaN, make: (length: number) => new Float64Array(length) };

/** Infinite for what is no number, and for an integer that is not exact in a double. */
export function numberReading(kind: ColumnKind): ColumnReading<Float64Array> {
  if (kind.is === 'boolean') return { ...NUMBERS, convert: (stored) => Float64Array.from(stored as boolean[], Number) };
  if (kind.is === 'number' || kind.is === 'decimal' || kind.is === 'half' || kind.is === 'clock')
    return { ...NUMBERS, convert: (stored) => toNumbers(kind, stored) };
  return { ...NUMBERS, convert: (stored) => Float64Array.from(toTexts(kind, stored), numberOfText) };
}

function numberOfText(text: string): number {
  const bytes = Buffer.from(text);
  return numberOf(bytes, 0, bytes.length, false);
}

/** `format` and `zone` as of `ImportMapping`; a column that knows its own unit needs no format. `choose` as `createZoneOffset` takes it. */
export function timeReading(kind: ColumnKind, format: string, zone: string, choose?: FoldChoice): ColumnReading<Float64Array> {
  if (kind.is === 'text') {
    const parse = createTimeParser(format, zone, choose);
    const ofText = (text: string): number => {
      const bytes = Buffer.from(text);
      return parse(bytes, 0, bytes.length);
    };
    return { ...NUMBERS, convert: (stored) => Float64Array.from(toTexts(kind, stored), ofText) };
  }
  const offsetUs = createZoneOffset(zone, choose);
  const unit = ['s', 'ms', 'us', 'ns'].includes(format) ? (format as TimeUnit) : 'us';
  return { ...NUMBERS, convert: (stored) => toTimes(kind, stored, unit, offsetUs) };
}

/** Texts as they stand there. */
export function textReading(kind: ColumnKind): ColumnReading<Texts> {
  return { absent: null, make: (length) => new Array<string | null>(length).fill(null), convert: (stored) => toTexts(kind, stored) };
}

/** Numbers texts as they come: 0 is absent, which is the empty text. */
export class TextIds implements ColumnReading<Uint32Array> {
  readonly absent = 0;
  readonly texts: string[] = [''];
  readonly #ids = new Map<string, number>([['', 0]]);
  readonly #kind: ColumnKind;

  constructor(kind: ColumnKind) {
    this.#kind = kind;
  }

  make(length: number): Uint32Array {
    return new Uint32Array(length);
  }

  convert(stored: DecodedArray): Uint32Array {
    return Uint32Array.from(toTexts(this.#kind, stored), (text) => {
      let id = this.#ids.get(text);
      if (id === undefined) {
        id = this.texts.push(text) - 1;
        this.#ids.set(text, id);
      }
      return id;
    });
  }
}

/** What shows the first values of a column; absent ones as the empty text. */
export function sampleReading(kind: ColumnKind): { reading: ColumnReading<Window>; text(value: Window[number]): string } {
  if (kind.is === 'text' || kind.is === 'uuid' || kind.is === 'clock')
    return { reading: textReading(kind) as unknown as ColumnReading<Window>, text: (value) => String(value ?? '') };
  const ofTime = kind.is === 'time' || kind.is === 'int96' || kind.is === 'day';
  const reading = ofTime ? timeReading(kind, 'us', 'UTC') : numberReading(kind);
  // A large integer may be a time in nanoseconds: here its size matters, not its last digits.
  const convert = (stored: DecodedArray): Float64Array =>
    stored instanceof BigInt64Array && !ofTime ? Float64Array.from(stored, Number) : reading.convert(stored);
  const text = (value: number): string => (Number.isNaN(value) ? '' : ofTime ? sampleOfTime(value) : String(value));
  return { reading: { ...reading, convert } as unknown as ColumnReading<Window>, text: (value) => text(Number(value)) };
}

/** What no calendar shows in four digits of a year is a mistake, and says nothing of its column. */
function sampleOfTime(timeUs: number): string {
  return Math.abs(timeUs) < YEAR_9999_US ? timeText(timeUs) : '';
}
