// What a request or subscription may be given. A host checks every argument here before it does anything with it.
import { MusterError } from '../../core/common/muster-error.ts';
import { MAX_VERIFY_WAIT_MS } from '../../core/common/verify-wait.ts';
import type {
  ConsoleRequests,
  ConsoleSubscriptions,
  NoArguments,
  RequestArguments,
  RequestName,
  SubscriptionArguments,
  SubscriptionName,
} from './console-api.ts';
import type { ChosenLetters } from './dead-letter.ts';
import { LEAST_ZOOM_PERCENT, MOST_ZOOM_PERCENT } from './desk-api.ts';
import { EXPORT_FORMATS } from './export-view.ts';

const MAX_SQL_LENGTH = 100_000;
const MAX_WATCHED_NODES = 100;
const MAX_NAME_LENGTH = 512;
const MAX_LETTERS = 10_000;
const MAX_ROW_LENGTH = 256 * 1024;
/** Labels, tags or arguments given at once. */
const MAX_PAIRS = 64;

type Fields = Record<string, unknown>;

const REQUEST_ARGUMENTS: { [K in RequestName]: (fields: Fields) => ConsoleRequests[K]['arguments'] } = {
  listMeasurements: none,
  query: (fields) => ({
    sql: text(fields, 'sql', 1, MAX_SQL_LENGTH),
    maxRows: integer(fields, 'maxRows', 1, 1_000_000),
    timeoutMs: integer(fields, 'timeoutMs', 100, 60_000),
  }),
  getNode: (fields) => ({ node: text(fields, 'node', 1, MAX_NAME_LENGTH) }),
  verify: (fields) => ({ nodeId: text(fields, 'nodeId', 0, MAX_NAME_LENGTH), waitMs: integer(fields, 'waitMs', 0, MAX_VERIFY_WAIT_MS) }),
  getSeries: (fields) => ({
    nodeId: text(fields, 'nodeId', 1, MAX_NAME_LENGTH),
    measurement: text(fields, 'measurement', 1, MAX_NAME_LENGTH),
    tags: namedTexts(fields, 'tags'),
    fields: texts(fields, 'fields', 0, 200),
    fromMs: integer(fields, 'fromMs', 0, Number.MAX_SAFE_INTEGER / 1000),
    toMs: integer(fields, 'toMs', 0, Number.MAX_SAFE_INTEGER / 1000),
    maxPoints: integer(fields, 'maxPoints', 1, 50_000),
  }),
  runCommand: (fields) => ({
    runId: text(fields, 'runId', 1, 64),
    node: text(fields, 'node', 1, MAX_NAME_LENGTH),
    command: text(fields, 'command', 1, 64),
    arguments: namedTexts(fields, 'arguments'),
    timeoutMs: integer(fields, 'timeoutMs', 1000, 300_000),
  }),
  setNodeLabels: (fields) => ({
    node: text(fields, 'node', 1, MAX_NAME_LENGTH),
    set: namedTexts(fields, 'set'),
    remove: texts(fields, 'remove', 0, MAX_PAIRS),
    seen: namedTexts(fields, 'seen'),
  }),
  joinInfo: none,
  createJoinToken: (fields) => ({
    uses: integer(fields, 'uses', 1, 1_000_000),
    validSeconds: integer(fields, 'validSeconds', 60, 31_536_000),
  }),
  releaseNode: (fields) => ({ node: text(fields, 'node', 1, MAX_NAME_LENGTH) }),
  removeNode: (fields) => ({ node: text(fields, 'node', 1, MAX_NAME_LENGTH) }),
  listDeadLetters: (fields) => ({
    reason: text(fields, 'reason', 0, 64),
    limit: integer(fields, 'limit', 1, 1000),
    beforeId: integer(fields, 'beforeId', 0, Number.MAX_SAFE_INTEGER),
  }),
  getDeadLetter: (fields) => ({ id: integer(fields, 'id', 1, Number.MAX_SAFE_INTEGER) }),
  replayDeadLetters: (fields) => ({
    chosen: chosenLetters(fields['chosen']),
    editedRow: text(fields, 'editedRow', 0, MAX_ROW_LENGTH),
    measurement: text(fields, 'measurement', 0, MAX_NAME_LENGTH),
  }),
  discardDeadLetters: (fields) => ({ chosen: chosenLetters(fields['chosen']) }),
  startExport: (fields) => ({
    sql: text(fields, 'sql', 1, MAX_SQL_LENGTH),
    format: oneOf(fields, 'format', EXPORT_FORMATS),
    name: text(fields, 'name', 1, 120),
  }),
  cancelExport: (fields) => ({ exportId: text(fields, 'exportId', 1, 64) }),
  reconnect: none,
  unlock: (fields) => ({ confirm: text(fields, 'confirm', 0, MAX_NAME_LENGTH) }),
  lock: none,
  openContext: (fields) => ({ name: text(fields, 'name', 1, MAX_NAME_LENGTH) }),
  setNotifications: (fields) => ({ on: truth(fields, 'on') }),
  setZoom: (fields) => ({ percent: integer(fields, 'percent', LEAST_ZOOM_PERCENT, MOST_ZOOM_PERCENT) }),
};

const SUBSCRIPTION_ARGUMENTS: { [K in SubscriptionName]: (fields: Fields) => ConsoleSubscriptions[K]['arguments'] } = {
  connection: none,
  nodes: (fields) => ({ intervalMs: integer(fields, 'intervalMs', 100, 60_000) }),
  pipeline: none,
  exports: none,
  desk: none,
  commandOutput: (fields) => ({ runId: text(fields, 'runId', 1, 64) }),
  metrics: (fields) => ({
    nodeIds: texts(fields, 'nodeIds', 1, MAX_WATCHED_NODES),
    measurements: texts(fields, 'measurements', 0, 100),
    intervalMs: integer(fields, 'intervalMs', 100, 10_000),
  }),
};

export function isRequestName(name: unknown): name is RequestName {
  return typeof name === 'string' && Object.hasOwn(REQUEST_ARGUMENTS, name);
}

export function isSubscriptionName(name: unknown): name is SubscriptionName {
  return typeof name === 'string' && Object.hasOwn(SUBSCRIPTION_ARGUMENTS, name);
}

/** The arguments with exactly the fields of the contract. Throws `invalid_argument` that names the field and the value. */
export function parseRequestArguments<K extends RequestName>(name: K, given: unknown): RequestArguments<K> {
  return REQUEST_ARGUMENTS[name](fieldsOf(name, given)) as RequestArguments<K>;
}

/** As `parseRequestArguments`. */
export function parseSubscriptionArguments<K extends SubscriptionName>(name: K, given: unknown): SubscriptionArguments<K> {
  return SUBSCRIPTION_ARGUMENTS[name](fieldsOf(name, given)) as SubscriptionArguments<K>;
}

function fieldsOf(name: string, given: unknown): Fields {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw new MusterError('invalid_argument', `${name} takes an object of arguments, not ${show(given)}`);
  }
  return given as Fields;
}

function none(): NoArguments {
  return {};
}

function text(fields: Fields, key: string, minLength: number, maxLength: number): string {
  const value = fields[key];
  if (typeof value !== 'string' || value.length < minLength || value.length > maxLength) {
    throw new MusterError('invalid_argument', `${key} is ${show(value)}: it must be text of ${minLength} to ${maxLength} characters`);
  }
  return value;
}

function texts(fields: Fields, key: string, minCount: number, maxCount: number): string[] {
  const value = fields[key];
  if (!Array.isArray(value) || value.length < minCount || value.length > maxCount) {
    throw new MusterError('invalid_argument', `${key} is ${show(value)}: it must be a list of ${minCount} to ${maxCount} names`);
  }
  return value.map((_, index) => text({ [key]: value[index] }, key, 1, MAX_NAME_LENGTH));
}

/** Texts by name: labels, tags, arguments of a command. */
function namedTexts(fields: Fields, key: string): Record<string, string> {
  const value = fields[key];
  const pairs = typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.entries(value) : undefined;
  if (pairs === undefined || pairs.length > MAX_PAIRS) {
    throw new MusterError('invalid_argument', `${key} is ${show(value)}: it must be at most ${MAX_PAIRS} texts by name`);
  }
  return Object.fromEntries(pairs.map(([name, given]) => [name.slice(0, MAX_NAME_LENGTH), text({ [name]: given }, name, 0, 4096)]));
}

function integer(fields: Fields, key: string, least: number, most: number): number {
  const value = fields[key];
  if (typeof value !== 'number' || !Number.isInteger(value) || value < least || value > most) {
    throw new MusterError('invalid_argument', `${key} is ${show(value)}: it must be a whole number from ${least} to ${most}`);
  }
  return value;
}

function truth(fields: Fields, key: string): boolean {
  const value = fields[key];
  if (typeof value !== 'boolean') throw new MusterError('invalid_argument', `${key} is ${show(value)}: it must be true or false`);
  return value;
}

function integers(fields: Fields, key: string, maxCount: number): number[] {
  const value = fields[key];
  if (!Array.isArray(value) || value.length > maxCount) {
    throw new MusterError('invalid_argument', `${key} is ${show(value)}: it must be a list of at most ${maxCount} numbers`);
  }
  return value.map((_, index) => integer({ [key]: value[index] }, key, 1, Number.MAX_SAFE_INTEGER));
}

/** One choice, whole: ids, or a reason with where it ends. */
function chosenLetters(given: unknown): ChosenLetters {
  const fields = typeof given === 'object' && given !== null && !Array.isArray(given) ? (given as Fields) : {};
  const byId = 'ids' in fields;
  if (byId === ('reason' in fields || 'upToId' in fields)) {
    throw new MusterError('invalid_argument', `chosen is ${show(given)}: it must be ids, or a reason with upToId`);
  }
  if (!byId) return { reason: text(fields, 'reason', 1, 64), upToId: integer(fields, 'upToId', 1, Number.MAX_SAFE_INTEGER) };
  const ids = integers(fields, 'ids', MAX_LETTERS);
  if (ids.length === 0) throw new MusterError('invalid_argument', 'ids is an empty list: it must name at least one letter');
  return { ids };
}

function oneOf<T extends string>(fields: Fields, key: string, allowed: readonly T[]): T {
  const value = allowed.find((candidate) => candidate === fields[key]);
  if (value === undefined)
    throw new MusterError('invalid_argument', `${key} is ${show(fields[key])}: it must be one of ${allowed.join(', ')}`);
  return value;
}

/** Short enough for a sentence. */
function show(value: unknown): string {
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === 'object' && value !== null) return 'an object';
  const shown = typeof value === 'string' ? JSON.stringify(value) : String(value);
  return shown.length > 60 ? `${shown.slice(0, 57)}…` : shown;
}
