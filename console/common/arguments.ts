// What a request or subscription may be given. A host checks every argument here before it does anything with it.
import { MAX_VERIFY_WAIT_MS } from '../../core/common/verify-wait.ts';
import { type Fields, fieldsOf, integer, MAX_NAME_LENGTH, MAX_PAIRS, namedTexts, oneOf, text, texts, truth } from './argument-fields.ts';
import type {
  ConsoleRequests,
  ConsoleSubscriptions,
  NoArguments,
  RequestArguments,
  RequestName,
  SubscriptionArguments,
  SubscriptionName,
} from './console-api.ts';
import { DEAD_LETTER_ARGUMENTS } from './dead-letter.ts';
import { LEAST_ZOOM_PERCENT, MOST_ZOOM_PERCENT } from './desk-api.ts';
import { EXPORT_FORMATS } from './export-view.ts';

const MAX_SQL_LENGTH = 100_000;
const MAX_WATCHED_NODES = 100;

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
  ...DEAD_LETTER_ARGUMENTS,
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

function none(): NoArguments {
  return {};
}
