// What a request or subscription may be given. A host checks every argument here before it does anything with it.
import { MusterError } from '../../core/common/muster-error.ts';
import type {
  ConsoleRequests,
  ConsoleSubscriptions,
  NoArguments,
  RequestArguments,
  RequestName,
  SubscriptionArguments,
  SubscriptionName,
} from './console-api.ts';

const MAX_SQL_LENGTH = 100_000;
const MAX_WATCHED_NODES = 100;
const MAX_NAME_LENGTH = 512;

type Fields = Record<string, unknown>;

const REQUEST_ARGUMENTS: { [K in RequestName]: (fields: Fields) => ConsoleRequests[K]['arguments'] } = {
  listMeasurements: none,
  query: (fields) => ({
    sql: text(fields, 'sql', 1, MAX_SQL_LENGTH),
    maxRows: integer(fields, 'maxRows', 1, 1_000_000),
    timeoutMs: integer(fields, 'timeoutMs', 100, 60_000),
  }),
  getNode: (fields) => ({ node: text(fields, 'node', 1, MAX_NAME_LENGTH) }),
  verify: (fields) => ({ nodeId: text(fields, 'nodeId', 0, MAX_NAME_LENGTH), waitMs: integer(fields, 'waitMs', 0, 60_000) }),
  reconnect: none,
};

const SUBSCRIPTION_ARGUMENTS: { [K in SubscriptionName]: (fields: Fields) => ConsoleSubscriptions[K]['arguments'] } = {
  connection: none,
  nodes: (fields) => ({ intervalMs: integer(fields, 'intervalMs', 100, 60_000) }),
  pipeline: none,
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

function integer(fields: Fields, key: string, least: number, most: number): number {
  const value = fields[key];
  if (typeof value !== 'number' || !Number.isInteger(value) || value < least || value > most) {
    throw new MusterError('invalid_argument', `${key} is ${show(value)}: it must be a whole number from ${least} to ${most}`);
  }
  return value;
}

/** Short enough for a sentence. */
function show(value: unknown): string {
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === 'object' && value !== null) return 'an object';
  const shown = typeof value === 'string' ? JSON.stringify(value) : String(value);
  return shown.length > 60 ? `${shown.slice(0, 57)}…` : shown;
}
