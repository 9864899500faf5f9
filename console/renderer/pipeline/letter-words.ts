// What dead letters say, for people: their reasons, and which field of a row is at fault.
import { messageOf } from '../../../core/common/muster-error.ts';
import type { DeadLetterView } from '../../common/dead-letter.ts';

/** The ETL's bounded words. */
const REASONS: Readonly<Record<string, string>> = {
  malformed: 'Not readable',
  not_finite: 'Infinite value',
  time_missing: 'Time is missing',
  time_negative: 'Time before 1970',
  time_in_seconds: 'Time in seconds, not microseconds',
  time_in_milliseconds: 'Time in milliseconds, not microseconds',
  time_too_far: 'Time in the future',
  time_too_old: 'Older than its table keeps',
  bad_name: 'Name not allowed',
  unknown_kind: 'Kind of event not known',
  type_changed: 'Field changed its type',
  too_many_series: 'Too many series',
  clock_skew: 'Clock more than a day off',
  rejected_by_database: 'Rejected by the database',
  reserved_measurement: 'Reserved measurement',
};

export function reasonInWords(reason: string): string {
  return REASONS[reason] ?? reason;
}

export interface LetterField {
  name: string;
  /** As JSON has it: texts in quotes. */
  value: string;
  kind: 'time' | 'tag' | 'text' | 'number';
  atFault: boolean;
}

const MAX_FIELDS = 500;
/** Of a value as it is shown; editing and copying have all of it. */
const MAX_VALUE = 2000;
/** A row may be long and its list is drawn often. */
const known = new WeakMap<DeadLetterView, LetterField[]>();

/** The fields of a letter's row with the one its sentence is about; undefined where it has no row that can be read. */
export function letterFields(letter: DeadLetterView): LetterField[] | undefined {
  const found = known.get(letter);
  if (found !== undefined) return found;
  const row = parsedRow(letter.row);
  if (row === undefined) return undefined;
  const names = Object.keys(row).slice(0, MAX_FIELDS);
  const fault = faultOf(letter, names);
  const fields = names.map(
    (name): LetterField => ({
      name,
      value: JSON.stringify(row[name]).slice(0, MAX_VALUE),
      kind: name === 'timestamp' ? 'time' : letter.tags.includes(name) ? 'tag' : letter.textFields.includes(name) ? 'text' : 'number',
      atFault: name === fault,
    }),
  );
  known.set(letter, fields);
  return fields;
}

/** The longest name of a field that the sentence says, past the measurement's own. Empty where it says none. */
function faultOf({ detail, measurement, reason }: DeadLetterView, names: readonly string[]): string {
  if (/^time_|^clock_/.test(reason)) return 'timestamp';
  const about = detail.startsWith(`${measurement}.`) ? detail.slice(measurement.length + 1) : detail;
  const said = names.filter((name) => new RegExp(`(^|[^\\w])${name.replace(/[^\w]/g, '\\$&')}($|[^\\w])`).test(about));
  return said.sort((a, b) => about.indexOf(a) - about.indexOf(b) || b.length - a.length)[0] ?? '';
}

function parsedRow(text: string): Record<string, unknown> | undefined {
  if (text === '') return undefined;
  try {
    const row: unknown = JSON.parse(text);
    return typeof row === 'object' && row !== null && !Array.isArray(row) ? (row as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

/** The row, a field a line, as it is edited. */
export function editableRow(letter: DeadLetterView): string {
  const row = parsedRow(letter.row);
  return row === undefined ? letter.row : JSON.stringify(row, undefined, 2);
}

/** Why an edited row cannot be sent; empty where it can. What the fields mean is the gateway's to judge. */
export function rowProblem(text: string): string {
  try {
    const row: unknown = JSON.parse(text);
    if (typeof row !== 'object' || row === null || Array.isArray(row)) return 'A row is a JSON object.';
    return 'timestamp' in row ? '' : 'The row needs a timestamp.';
  } catch (error) {
    return `Not valid JSON: ${messageOf(error)}.`;
  }
}
