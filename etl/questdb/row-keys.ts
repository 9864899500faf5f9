// Which rows of a table are asked for: a condition that holds for all of the wanted times, nodes and tags, and for few others.
import { decodeSeries } from '../../proto/batch-codec.ts';
import type { DoorFrame, DoorTable } from '../telemetry/door-tables.ts';
import type { CheckedFrame } from '../telemetry/row-groups.ts';

/** Rows of one batch, and between which times they lie. */
export interface FrameKeys {
  readonly from: CheckedFrame;
  readonly rows: readonly number[];
  readonly firstUs: number;
  readonly lastUs: number;
}

/** Rows that are wanted, as positions in the frames of a table's part of a cycle. */
export interface RowKeys {
  readonly frames: readonly FrameKeys[];
  readonly firstUs: number;
  readonly lastUs: number;
}

/** A table's part of a cycle is asked for in so many parts at most. */
const MAX_SPANS = 6;
/** How much larger than its batches the nodes and times of a part may be. */
const MOST_WASTE = 1.5;
/** What a batch takes beside its own time, so that those of one moment go together. */
const SPARE_US = 1_000_000;

/** So many different values stand in a list; of more, all are asked for. */
const MAX_VALUES = 200;
/** Different times that are asked for one by one. */
const MAX_TIMES = 300;
/** Of a condition: a statement travels in the head of a request, which has 64 KiB. */
const MAX_LIST_LENGTH = 6000;
const MAX_LENGTH = 12_000;

/**
 * The rows of a table, those of like times together. Batches of an import follow each other node by node, span by span: what lies between the first and the
 * last time of all of them are mostly rows that nobody wants.
 */
export function keysOf({ frames }: Pick<DoorTable, 'frames'>): RowKeys[] {
  const spans: Span[] = [];
  for (const frame of frames.filter(({ isEmpty }) => !isEmpty).sort((a, b) => a.firstUs - b.firstUs || a.lastUs - b.lastUs)) {
    const best = spans.reduce<Span | undefined>(
      (least, span) => (least && least.wasteWith(frame) <= span.wasteWith(frame) ? least : span),
      undefined,
    );
    if (best !== undefined && (best.wasteWith(frame) <= MOST_WASTE || spans.length >= MAX_SPANS)) best.add(frame);
    else spans.push(new Span(frame));
  }
  return spans;
}

type FrameTimes = Pick<DoorFrame, 'from' | 'rows' | 'firstUs' | 'lastUs'>;

class Span implements RowKeys {
  readonly frames: FrameKeys[] = [];
  firstUs = Number.POSITIVE_INFINITY;
  lastUs = Number.NEGATIVE_INFINITY;
  readonly #nodes = new Set<string>();
  /** Node by node, what the batches take themselves. */
  #taken = 0;

  constructor(frame: FrameTimes) {
    this.add(frame);
  }

  add({ from, rows, firstUs, lastUs }: FrameTimes): void {
    this.frames.push({ from, rows, firstUs, lastUs });
    this.firstUs = Math.min(this.firstUs, firstUs);
    this.lastUs = Math.max(this.lastUs, lastUs);
    this.#nodes.add(from.account.delivery.nodeId);
    this.#taken += lastUs - firstUs + SPARE_US;
  }

  wasteWith({ from, firstUs, lastUs }: FrameTimes): number {
    const nodes = this.#nodes.size + (this.#nodes.has(from.account.delivery.nodeId) ? 0 : 1);
    const spanUs = Math.max(this.lastUs, lastUs) - Math.min(this.firstUs, firstUs) + SPARE_US;
    return (nodes * spanUs) / (this.#taken + lastUs - firstUs + SPARE_US);
  }
}

/** Whether a row of a node at a time may be one of those that are wanted. */
export function wantedOf({ frames }: RowKeys): (nodeId: string, timeUs: number) => boolean {
  const spans = new Map<string, FrameKeys[]>();
  for (const frame of frames) {
    const { nodeId } = frame.from.account.delivery;
    const known = spans.get(nodeId);
    if (known === undefined) spans.set(nodeId, [frame]);
    else known.push(frame);
  }
  return (nodeId, timeUs) => spans.get(nodeId)?.some(({ firstUs, lastUs }) => timeUs >= firstUs && timeUs <= lastUs) === true;
}

/** The keys in two parts, by time, or where that is one, by rows; undefined where there is nothing to part. */
export function splitKeys({ frames, firstUs, lastUs }: RowKeys): RowKeys[] | undefined {
  if (firstUs < lastUs) {
    const times = Float64Array.from(frames.flatMap(({ from, rows }) => rows.map((row) => from.frame.timeUs[row]!))).sort();
    const upper = times[times.length >> 1]!;
    // Where the middle is the first time itself, that one is a part.
    const limit = upper === firstUs ? firstUs + 1 : upper;
    return [part(frames, (timeUs) => timeUs < limit), part(frames, (timeUs) => timeUs >= limit)];
  }
  const all = frames.flatMap(({ from, rows }) => rows.map((row) => ({ from, row })));
  if (all.length < 2) return undefined;
  const middle = all.length >> 1;
  return [all.slice(0, middle), all.slice(middle)].map((rows) => ({
    frames: rows.map(({ from, row }) => ({ from, rows: [row], firstUs, lastUs })),
    ...{ firstUs, lastUs },
  }));
}

function part(frames: RowKeys['frames'], takes: (timeUs: number) => boolean): RowKeys {
  const taken = frames.flatMap(({ from, rows }) => frameKeys(from, rows, takes));
  return {
    frames: taken,
    firstUs: Math.min(...taken.map(({ firstUs }) => firstUs)),
    lastUs: Math.max(...taken.map(({ lastUs }) => lastUs)),
  };
}

function frameKeys(from: CheckedFrame, rows: readonly number[], takes: (timeUs: number) => boolean): FrameKeys[] {
  const taken: number[] = [];
  let [firstUs, lastUs] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const row of rows) {
    const timeUs = from.frame.timeUs[row]!;
    if (!takes(timeUs)) continue;
    taken.push(row);
    if (timeUs < firstUs) firstUs = timeUs;
    if (timeUs > lastUs) lastUs = timeUs;
  }
  return taken.length === 0 ? [] : [{ from, rows: taken, firstUs, lastUs }];
}

/** True for every wanted row. */
export function whereKeys(keys: RowKeys): string {
  const conditions = [timeCondition(keys)];
  let length = 0;
  for (const condition of [nodeCondition(keys), ...tagConditions(keys)]) {
    if (condition === undefined || condition.length > MAX_LIST_LENGTH || length + condition.length > MAX_LENGTH) continue;
    length += condition.length;
    conditions.push(condition);
  }
  return conditions.join(' and ');
}

function timeCondition({ frames, firstUs, lastUs }: RowKeys): string {
  const times = new Set<number>();
  for (const { from, rows } of frames) {
    for (const row of rows) {
      times.add(from.frame.timeUs[row] as number);
      if (times.size > MAX_TIMES) return `timestamp between '${isoMicros(firstUs)}' and '${isoMicros(lastUs)}'`;
    }
  }
  return times.size === 1
    ? `timestamp between '${isoMicros(firstUs)}' and '${isoMicros(lastUs)}'`
    : `timestamp in (${[...times].map((timeUs) => `'${isoMicros(timeUs)}'`).join(', ')})`;
}

function nodeCondition({ frames }: RowKeys): string | undefined {
  const nodes = new Set(frames.map(({ from }) => from.account.delivery.nodeId));
  return nodes.size > MAX_VALUES ? undefined : `node_id in (${[...nodes].map(literal).join(', ')})`;
}

function tagConditions({ frames }: RowKeys): string[] {
  const names = [...new Set(frames.flatMap(({ from }) => from.frame.tags))];
  const values = new Map(names.map((name) => [name, new Set<string>()]));
  const open = new Set(names);
  for (const { from, rows } of frames) {
    const { frame } = from;
    for (const name of open) if (!frame.tags.includes(name)) values.get(name)?.add('');
    const seen = new Set<number>();
    for (const row of rows) {
      if (open.size === 0) return [];
      const index = frame.seriesIndex[row]!;
      if (seen.has(index)) continue;
      seen.add(index);
      for (const [i, value] of decodeSeries(frame.seriesBytes[index] as Buffer, frame.tags.length).entries()) {
        const name = frame.tags[i]!;
        const known = values.get(name) as Set<string>;
        known.add(value);
        if (known.size > MAX_VALUES) open.delete(name);
      }
    }
  }
  return [...open].map((name) => tagCondition(name, values.get(name) as ReadonlySet<string>));
}

/** A tag that is empty is NULL in the table. */
function tagCondition(name: string, values: ReadonlySet<string>): string {
  const present = [...values].filter((value) => value !== '').map(literal);
  const absent = values.has('') ? [`"${name}" is null`] : [];
  const conditions = present.length === 0 ? absent : [`"${name}" in (${present.join(', ')})`, ...absent];
  return conditions.length === 1 ? conditions[0]! : `(${conditions.join(' or ')})`;
}

function isoMicros(timeUs: number): string {
  const ms = Math.floor(timeUs / 1000);
  return `${new Date(ms).toISOString().slice(0, -1)}${String(timeUs - ms * 1000).padStart(3, '0')}Z`;
}

function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
