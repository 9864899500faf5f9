// What a script may push: JSON in, checked samples out. Owns the words of each refusal; numbering and sending are ingest.ts.
import { MAX_SERIES_BYTES, tagBytes } from './batch-size.ts';
import { cleanText } from './clean-text.ts';
import { parseIsoTime } from './iso-time.ts';
import { columnNameProblem, measurementNameProblem, reservedNameProblem } from './measurement-names.ts';
import { NODE_ID_RULE, nodeIdOf } from './node-name.ts';
import { type TimeWindow, timeRefusal } from './row-time.ts';

/** One row, ready for a frame. */
export interface PushSample {
  nodeId: string;
  measurement: string;
  /** Unix µs. */
  timeUs: number;
  tags: Readonly<Record<string, string>>;
  fields: Readonly<Record<string, number>>;
  /** JSON text; empty where the sample brings none. */
  metadata: string;
  /** What it says of the node itself. */
  labels: Readonly<Record<string, string>>;
}

/** Why a sample was not taken. */
export interface SampleRefusal {
  /** Position in what was sent, from 0. */
  index: number;
  /** A bounded word, as in dead letters. */
  reason: string;
  /** One sentence: the thing, its value, what is allowed. */
  detail: string;
}

export interface PushContent {
  samples: PushSample[];
  refused: SampleRefusal[];
}

export const DEFAULT_MEASUREMENT = 'push';
export const MAX_SAMPLES = 10_000;
const MAX_FIELDS = 200;
const MAX_TAGS = 16;
const MAX_METADATA = 8192;
const LABELS = ['name', 'country', 'region', 'city', 'latitude', 'longitude'];
const OWN_KEYS = new Set(['node_id', 'measurement', 'time', 'timestamp', 'tags', 'metadata', ...LABELS]);

/** A refusal on its way to the list. */
class Refused extends Error {
  readonly reason: string;
  constructor(reason: string, detail: string) {
    super(detail);
    this.reason = reason;
  }
}

/** Samples of a body: one object, a list of them, or `{"samples": [...]}`. Undefined where it is none of these. */
export function samplesOf(body: unknown): unknown[] | undefined {
  if (Array.isArray(body)) return body;
  if (!isObject(body)) return undefined;
  return Array.isArray(body['samples']) ? body['samples'] : [body];
}

/** A bad sample costs that sample; the others are taken. Without a time a sample is of `nowUs`, and as many µs later as samples stand before it. */
export function parseSamples(list: readonly unknown[], nowUs: number, window: TimeWindow): PushContent {
  const content: PushContent = { samples: [], refused: [] };
  for (const [index, value] of list.entries()) {
    try {
      content.samples.push(parseSample(value, nowUs + index, window));
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      content.refused.push({ index, reason: error.reason, detail: error.message });
    }
  }
  return content;
}

/** Where each of the samples stands in what was sent: the refused ones stand between them. */
export function indexesOf({ samples, refused }: PushContent): Map<PushSample, number> {
  const others = new Set(refused.map(({ index }) => index));
  let index = -1;
  return new Map(
    samples.map((sample) => {
      do index++;
      while (others.has(index));
      return [sample, index];
    }),
  );
}

function parseSample(value: unknown, nowUs: number, window: TimeWindow): PushSample {
  if (!isObject(value)) throw new Refused('malformed', `a sample is an object, ${shown(value)} is not`);
  const fields = fieldsOf(value);
  const tags = tagsOf(value['tags']);
  const clash = Object.keys(tags).find((tag) => Object.hasOwn(fields, tag) || tag === 'metadata');
  if (clash !== undefined) throw new Refused('bad_name', `${clash} is both a tag and a field: choose another name for one`);
  return {
    nodeId: nodeOf(value['node_id']),
    measurement: measurementOf(value['measurement']),
    timeUs: timeOf(value, nowUs, window),
    tags,
    fields,
    metadata: metadataOf(value['metadata']),
    labels: labelsOf(value),
  };
}

function nodeOf(value: unknown): string {
  const nodeId = typeof value === 'string' ? nodeIdOf(value) : undefined;
  if (nodeId !== undefined) return nodeId;
  throw new Refused('bad_node', `node_id is ${shown(value)}: ${NODE_ID_RULE}`);
}

function measurementOf(value: unknown): string {
  if (value === undefined) return DEFAULT_MEASUREMENT;
  if (typeof value !== 'string') throw new Refused('bad_name', `measurement is ${shown(value)}: a name is needed`);
  const problem = measurementNameProblem(value);
  if (problem !== undefined) throw new Refused('bad_name', `measurement ${problem}`);
  const reserved = reservedNameProblem(value);
  if (reserved !== undefined) throw new Refused('reserved_measurement', `measurement ${reserved}`);
  return value;
}

/** Under `time`, or under `timestamp` as small agents name it. */
function timeOf(sample: Readonly<Record<string, unknown>>, nowUs: number, window: TimeWindow): number {
  const [time, timestamp] = [sample['time'] ?? undefined, sample['timestamp'] ?? undefined];
  const key = time === undefined && timestamp !== undefined ? 'timestamp' : 'time';
  if (time !== undefined && timestamp !== undefined && timestamp !== time)
    throw new Refused('malformed', 'the sample has both time and timestamp, and they differ: send one of them');
  const value = time ?? timestamp;
  if (value === undefined) return nowUs;
  const timeUs = isLongInteger(value) ? Number(value) : typeof value === 'string' ? parseIsoTime(value) : value;
  if (typeof timeUs !== 'number' || !Number.isInteger(timeUs)) {
    throw new Refused(
      'malformed',
      `${key} is ${shown(value)}: a time like 2026-11-23T08:15:00.5Z with its zone is needed, or Unix microseconds`,
    );
  }
  if (timeUs >= window.oldestUs && timeUs <= window.newestUs) return timeUs;
  const { reason, detail } = timeRefusal(timeUs, window);
  throw new Refused(reason, detail);
}

function fieldsOf(sample: Readonly<Record<string, unknown>>): Record<string, number> {
  const fields: Record<string, number> = {};
  let count = 0;
  for (const [name, value] of Object.entries(sample)) {
    if (OWN_KEYS.has(name) || value === null) continue;
    const problem = columnNameProblem(name);
    if (problem !== undefined) throw new Refused('bad_name', `field ${problem}`);
    if (isLongInteger(value)) {
      const words = 'an integer beyond 2^53, which a double does not hold exactly: send it as a text under tags or metadata';
      throw new Refused('malformed', `${name} is ${value.slice(0, 80)}: ${words}`);
    }
    if (typeof value !== 'number' && typeof value !== 'boolean') {
      throw new Refused(
        'malformed',
        `${name} is ${shown(value)}: a field is a number; put text under metadata, or under tags where it names a series`,
      );
    }
    if (!Number.isFinite(Number(value))) throw new Refused('not_finite', `${name} is beyond the range of a double`);
    fields[name] = Number(value);
    count++;
  }
  if (count === 0) throw new Refused('malformed', 'the sample has no field: at least one number is needed');
  if (count > MAX_FIELDS) throw new Refused('malformed', `the sample has ${count} fields: at most ${MAX_FIELDS} are taken`);
  return fields;
}

function tagsOf(value: unknown): Record<string, string> {
  if (value === undefined || value === null) return {};
  if (!isObject(value)) throw new Refused('malformed', `tags is ${shown(value)}: an object of texts is needed`);
  const entries = Object.entries(value);
  if (entries.length > MAX_TAGS) throw new Refused('malformed', `the sample has ${entries.length} tags: at most ${MAX_TAGS} are taken`);
  for (const [name, text] of entries) {
    const problem = columnNameProblem(name);
    if (problem !== undefined) throw new Refused('bad_name', `tag ${problem}`);
    if (typeof text !== 'string' || text === '' || text.length > 255 || cleanText(text) !== text) {
      throw new Refused('malformed', `tag ${name} is ${shown(text)}: 1 to 255 visible characters are needed`);
    }
  }
  const bytes = tagBytes(entries.map(([, text]) => text as string));
  if (bytes > MAX_SERIES_BYTES) throw new Refused('malformed', `the tags have ${bytes} bytes: at most ${MAX_SERIES_BYTES} are taken`);
  return value as Record<string, string>;
}

/** Any JSON, kept as text. */
function metadataOf(value: unknown): string {
  if (value === undefined || value === null) return '';
  // A text is at least as long as JSON.
  const text = typeof value === 'string' && value.length > MAX_METADATA ? value : JSON.stringify(value);
  if (text.length > MAX_METADATA)
    throw new Refused('malformed', `metadata has ${text.length} characters: at most ${MAX_METADATA} are taken`);
  return text;
}

function labelsOf(sample: Readonly<Record<string, unknown>>): Record<string, string> {
  const labels: Record<string, string> = {};
  for (const name of LABELS) {
    const value = sample[name];
    if (value === undefined || value === null) continue;
    if (typeof value !== 'string' && typeof value !== 'number')
      throw new Refused('malformed', `${name} is ${shown(value)}: a text is needed`);
    labels[name] = cleanText(String(value));
  }
  for (const [name, limit] of [
    ['latitude', 90],
    ['longitude', 180],
  ] as const) {
    const text = labels[name];
    if (text !== undefined && !(Math.abs(Number(text)) <= limit))
      throw new Refused('malformed', `${name} is ${shown(text)}: a number from -${limit} to ${limit} is needed`);
  }
  return labels;
}

/** What the reader of the body left as the text of its digits. */
function isLongInteger(value: unknown): value is string {
  return typeof value === 'string' && /^-?\d{16,}$/.test(value);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function shown(value: unknown): string {
  const text = value === undefined ? 'missing' : JSON.stringify(typeof value === 'string' ? value.slice(0, 81) : value);
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}
