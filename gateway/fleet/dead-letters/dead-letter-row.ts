// The row of a dead letter as a frame again: as it was, or as an operator edited it. Owns the words for an edit that cannot be taken.
import { parseBoundedJson } from '../../../core/common/bounded-json.ts';
import type { FleetEvent, FrameColumns } from '../../../core/common/frame.ts';
import { parseIsoTime } from '../../../core/common/iso-time.ts';
import { columnNameProblem, measurementNameProblem, reservedNameProblem } from '../../../core/common/measurement-names.ts';
import { MusterError } from '../../../core/common/muster-error.ts';
import { type TimeWindow, timeRefusal } from '../../../core/common/row-time.ts';
import type { StoredLetter } from './dead-letter-store.ts';

type Row = Readonly<Record<string, unknown>>;

const TIME = 'timestamp';
const MAX_COLUMNS = 300;
const MAX_TAG = 255;
const KIND_OF_TYPE: Readonly<Record<string, 'tag' | 'text'>> = { symbol: 'tag', varchar: 'text' };
const INFINITIES: Readonly<Record<string, number>> = { Infinity: Number.POSITIVE_INFINITY, '-Infinity': Number.NEGATIVE_INFINITY };

/** The row as it was set aside, good or not. Throws `failed_precondition` where the letter does not hold enough of it. */
export function frameOfLetter({ row = {}, measurement, tags, textFields = [] }: StoredLetter): FrameColumns {
  if (typeof row[TIME] !== 'number') throw new MusterError('failed_precondition', 'its row has no time in microseconds: edit it');
  // A letter of before tags were named in it: a text is a tag, an infinity a field.
  const tagNames = tags ?? Object.keys(row).filter((name) => typeof row[name] === 'string' && infinityOf(row[name]) === undefined);
  // Null is a text that the row had not.
  const present = textFields.filter((name) => own(row, name) !== null);
  const lost = [...tagNames, ...present].find((name) => typeof own(row, name) !== 'string');
  if (lost !== undefined) throw new MusterError('failed_precondition', `its ${lost} could not be read: edit the row`);
  const values: [string, number][] = [];
  for (const [name, value] of Object.entries(row)) {
    if (name === TIME || tagNames.includes(name) || textFields.includes(name)) continue;
    values.push([name, typeof value === 'number' ? value : (infinityOf(String(value)) ?? Number.NaN)]);
  }
  const texts = (names: readonly string[]): [string, string][] => names.map((name) => [name, row[name] as string]);
  return oneRow(measurement, row[TIME], texts(tagNames), values, texts(present));
}

/** An event that was set aside. Throws `failed_precondition` where the letter holds none. */
export function eventOfLetter({ row = {} }: StoredLetter): FleetEvent {
  const { timeUs, kind, severity, text, attributes } = row as Partial<FleetEvent>;
  if (typeof timeUs !== 'number' || typeof kind !== 'string' || typeof text !== 'string') {
    throw new MusterError('failed_precondition', 'its event lacks timeUs, kind or text');
  }
  return { timeUs, kind, text, severity: severity ?? 'info', attributes: attributes ?? {} };
}

export interface RowEdit {
  /** JSON; empty keeps the row. */
  row: string;
  /** Empty keeps it. */
  measurement: string;
}

/**
 * The row that an operator wants instead. A column keeps being the tag or text field it was; a new one is a field where it is a number and a tag
 * where it is a text. Throws `invalid_argument` with the column, its value and what is needed.
 */
export function frameOfEdit(letter: StoredLetter, edit: RowEdit, window: TimeWindow): FrameColumns {
  const measurement = edit.measurement || letter.measurement;
  const problem = measurementNameProblem(measurement);
  if (problem !== undefined) throw refused(`measurement ${problem}`);
  const reserved = reservedNameProblem(measurement);
  if (reserved !== undefined) throw refused(`measurement ${reserved}`);
  const row = edit.row === '' ? (letter.row ?? {}) : parseRow(edit.row);
  const names = Object.keys(row).filter((name) => name !== TIME);
  if (names.length > MAX_COLUMNS) throw refused(`the row has ${names.length} columns: at most ${MAX_COLUMNS} are taken`);
  const { tags = [], textFields = [] } = letter;
  const tagged: [string, string][] = [];
  const values: [string, number][] = [];
  const texts: [string, string][] = [];
  for (const name of names) {
    const value = row[name];
    const wrong = columnNameProblem(name);
    if (wrong !== undefined) throw refused(`column ${wrong}`);
    // What was set aside for its kind is mended by one of another kind: a number where a tag or a text stood, a text where a number stood.
    const kind = mendedKind(letter, name, value);
    if (kind === 'field') values.push([name, numberOf(name, value)]);
    else if (kind === 'tag') tagged.push([name, tagOf(name, value)]);
    else if (kind === 'text' && typeof value === 'string') texts.push([name, withoutNul(name, value)]);
    else if (tags.includes(name)) tagged.push([name, tagOf(name, value)]);
    else if (textFields.includes(name) && value === null) continue;
    else if (textFields.includes(name) && typeof value === 'string') texts.push([name, withoutNul(name, value)]);
    else if (typeof value === 'string' && !Object.hasOwn(letter.row ?? {}, name)) tagged.push([name, tagOf(name, value)]);
    else values.push([name, numberOf(name, value)]);
  }
  if (values.length + texts.length === 0) throw refused('the row has no field: at least one number is needed');
  return oneRow(measurement, timeOf(row[TIME], window), tagged, values, texts);
}

/** Undefined where a column keeps its kind. The letter names one column and what the table has there; of others the value tells. */
function mendedKind(
  { reason, detail, tags = [], textFields = [] }: StoredLetter,
  name: string,
  value: unknown,
): 'field' | 'tag' | 'text' | undefined {
  if (reason !== 'type_changed' || value === null) return undefined;
  const [, column, type = ''] = /\.(\S+) is (\w+) and came as /.exec(detail) ?? [];
  if (column === name) return KIND_OF_TYPE[type.toLowerCase()] ?? 'field';
  if (typeof value === 'number') return 'field';
  return typeof value === 'string' && !tags.includes(name) && !textFields.includes(name) ? 'tag' : undefined;
}

function parseRow(json: string): Row {
  const row = parseBoundedJson(json, 'the row');
  if (typeof row === 'object' && row !== null && !Array.isArray(row)) return row as Row;
  throw refused(`the row is ${shown(row)}: an object of columns is needed`);
}

function infinityOf(text: string): number | undefined {
  return Object.hasOwn(INFINITIES, text) ? INFINITIES[text] : undefined;
}

function own(row: Row, name: string): unknown {
  return Object.hasOwn(row, name) ? row[name] : undefined;
}

function timeOf(value: unknown, window: TimeWindow): number {
  const timeUs = typeof value === 'string' ? parseIsoTime(value) : value;
  if (typeof timeUs !== 'number' || !Number.isInteger(timeUs)) {
    throw refused(`timestamp is ${shown(value)}: Unix microseconds, or a time like 2026-11-23T08:15:00.5Z with its zone, are needed`);
  }
  if (timeUs >= window.oldestUs && timeUs <= window.newestUs) return timeUs;
  throw refused(timeRefusal(timeUs, window).detail);
}

function tagOf(name: string, value: unknown): string {
  if (typeof value !== 'string' || value.length > MAX_TAG) {
    throw refused(`tag ${name} is ${shown(value)}: a text of at most ${MAX_TAG} characters is needed`);
  }
  return withoutNul(name, value);
}

function withoutNul(name: string, value: string): string {
  if (value.includes('\0')) throw refused(`${name} is ${shown(value)}: a text without NUL is needed`);
  return value;
}

function numberOf(name: string, value: unknown): number {
  if (value === null) return Number.NaN;
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  throw refused(`field ${name} is ${shown(value)}: a finite number, or null for none, is needed`);
}

function refused(words: string): MusterError {
  return new MusterError('invalid_argument', words);
}

function shown(value: unknown): string {
  const text = value === undefined ? 'missing' : JSON.stringify(typeof value === 'string' ? value.slice(0, 81) : value);
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}

function oneRow(
  measurement: string,
  timeUs: number,
  tags: readonly [string, string][],
  fields: readonly [string, number][],
  texts: readonly [string, string][],
): FrameColumns {
  return {
    measurement,
    tags: tags.map(([name]) => name),
    series: [tags.map(([, value]) => value)],
    seriesIndex: Uint32Array.of(0),
    timeUs: Float64Array.of(timeUs),
    fields: fields.map(([name]) => name),
    values: Float64Array.from(fields, ([, value]) => value),
    textFields: texts.map(([name]) => name),
    texts: texts.map(([, text]) => text),
  };
}
