// Reads the fields of a request's arguments, each with its bounds. Throws `invalid_argument` that names the field and the value.
import { MusterError } from '../../core/common/muster-error.ts';

export type Fields = Record<string, unknown>;

export const MAX_NAME_LENGTH = 512;
/** Labels, tags or arguments given at once. */
export const MAX_PAIRS = 64;

export function fieldsOf(name: string, given: unknown): Fields {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw new MusterError('invalid_argument', `${name} takes an object of arguments, not ${show(given)}`);
  }
  return given as Fields;
}

export function text(fields: Fields, key: string, minLength: number, maxLength: number): string {
  const value = fields[key];
  if (typeof value !== 'string' || value.length < minLength || value.length > maxLength) {
    throw new MusterError('invalid_argument', `${key} is ${show(value)}: it must be text of ${minLength} to ${maxLength} characters`);
  }
  return value;
}

export function texts(fields: Fields, key: string, minCount: number, maxCount: number): string[] {
  const value = fields[key];
  if (!Array.isArray(value) || value.length < minCount || value.length > maxCount) {
    throw new MusterError('invalid_argument', `${key} is ${show(value)}: it must be a list of ${minCount} to ${maxCount} names`);
  }
  return value.map((_, index) => text({ [key]: value[index] }, key, 1, MAX_NAME_LENGTH));
}

/** Texts by name: labels, tags, arguments of a command. */
export function namedTexts(fields: Fields, key: string): Record<string, string> {
  const value = fields[key];
  const pairs = typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.entries(value) : undefined;
  if (pairs === undefined || pairs.length > MAX_PAIRS) {
    throw new MusterError('invalid_argument', `${key} is ${show(value)}: it must be at most ${MAX_PAIRS} texts by name`);
  }
  return Object.fromEntries(pairs.map(([name, given]) => [name.slice(0, MAX_NAME_LENGTH), text({ [name]: given }, name, 0, 4096)]));
}

export function integer(fields: Fields, key: string, least: number, most: number): number {
  const value = fields[key];
  if (typeof value !== 'number' || !Number.isInteger(value) || value < least || value > most) {
    throw new MusterError('invalid_argument', `${key} is ${show(value)}: it must be a whole number from ${least} to ${most}`);
  }
  return value;
}

export function truth(fields: Fields, key: string): boolean {
  const value = fields[key];
  if (typeof value !== 'boolean') throw new MusterError('invalid_argument', `${key} is ${show(value)}: it must be true or false`);
  return value;
}

export function integers(fields: Fields, key: string, maxCount: number): number[] {
  const value = fields[key];
  if (!Array.isArray(value) || value.length > maxCount) {
    throw new MusterError('invalid_argument', `${key} is ${show(value)}: it must be a list of at most ${maxCount} numbers`);
  }
  return value.map((_, index) => integer({ [key]: value[index] }, key, 1, Number.MAX_SAFE_INTEGER));
}

export function oneOf<T extends string>(fields: Fields, key: string, allowed: readonly T[]): T {
  const value = allowed.find((candidate) => candidate === fields[key]);
  if (value === undefined)
    throw new MusterError('invalid_argument', `${key} is ${show(fields[key])}: it must be one of ${allowed.join(', ')}`);
  return value;
}

/** Short enough for a sentence. */
export function show(value: unknown): string {
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === 'object' && value !== null) return 'an object';
  const shown = typeof value === 'string' ? JSON.stringify(value) : String(value);
  return shown.length > 60 ? `${shown.slice(0, 57)}…` : shown;
}
