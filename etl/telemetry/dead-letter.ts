// What was set aside and why. Owns the shape of a dead letter; publishing is dead-letter-stream.ts.
import { eventBytes } from '../../core/common/batch-size.ts';
import { absentBits, type FleetEvent, type FrameColumns, textAt } from '../../core/common/frame.ts';
import { MusterError } from '../../core/common/muster-error.ts';
import type { DeadLetterLife } from '../../core/common/replay.ts';
import type { TimeRefusalReason } from '../../core/common/row-time.ts';
import { type DecodedFrame, type DeliveryContent, decodeSeries, encodeBatch } from '../../proto/batch-codec.ts';

/** The bounded words. Each is a subject of the dead-letter stream and a label of a metric. */
export type DeadLetterReason =
  | 'malformed'
  | 'not_finite'
  | TimeRefusalReason
  | 'bad_name'
  | 'unknown_kind'
  | 'type_changed'
  | 'too_many_series'
  | 'clock_skew'
  | 'node_cap'
  | 'rejected_by_database'
  | 'reserved_measurement';

/** Of a row's texts and tags, or an event's. */
const LONG_BYTES = 100 * 1024;

/** One letter, as JSON in the stream. */
export interface DeadLetter {
  nodeId: string;
  /** Hex. */
  epoch: string;
  seq: number;
  /** Empty for a whole message or batch. */
  measurement: string;
  reason: DeadLetterReason;
  /** One sentence. */
  detail: string;
  /** The row by column names, times in µs; what JSON has no number for stands as text. */
  row?: Record<string, unknown>;
  /** Columns of the row that are tags, and those that are text fields: with them it can be sent again as it was. */
  tags?: readonly string[];
  textFields?: readonly string[];
  /** The encoded batch or message, base64. */
  raw?: string;
  receivedUs: number;
  /** Of what was set aside before and replayed: each earlier time, oldest first. */
  history?: readonly DeadLetterLife[];
}

/** The letter of one row of a frame. */
export function rowLetter(
  delivery: DeliveryContent,
  frame: DecodedFrame,
  row: number,
  reason: DeadLetterReason,
  detail: string,
): DeadLetter {
  const { tags, textFields } = frame;
  const raw = isLong(frame, row) ? rowBatch(delivery, frame, row) : undefined;
  if (raw !== undefined) return { ...head(delivery, '', reason, detail), raw };
  return { ...head(delivery, frame.measurement.slice(0, 128), reason, detail), row: rowObject(frame, row), tags, textFields };
}

/** The letter of an event. */
export function eventLetter(delivery: DeliveryContent, event: FleetEvent, reason: DeadLetterReason, detail: string): DeadLetter {
  if (eventBytes(event) <= LONG_BYTES) return objectLetter(delivery, 'events', { ...event }, reason, detail);
  const { epoch, seq } = delivery;
  const batch = encodeBatch({ epoch, seq, createdUs: event.timeUs, frames: [], events: [event], dropped: [] });
  return { ...head(delivery, '', reason, detail), raw: batch.toString('base64') };
}

/** As JSON, where a letter may take six times its bytes, it might be more than a message may have. */
function isLong(frame: DecodedFrame, row: number): boolean {
  let bytes = frame.seriesBytes[frame.seriesIndex[row]!]?.length ?? 0;
  const width = frame.textFields.length;
  for (let i = 0; i < width; i++) bytes += frame.texts[row * width + i]!.length;
  return bytes > LONG_BYTES;
}

/** The row as a batch of its own, which can be sent again as it is. Undefined where its series cannot be read. */
function rowBatch({ epoch, seq }: DeliveryContent, frame: DecodedFrame, row: number): string | undefined {
  const rows = frame.timeUs.length;
  const width = frame.textFields.length;
  const absent = frame.textFields.flatMap((_, i) => (textAt(frame, row, i) === undefined ? [i] : []));
  try {
    const series = decodeSeries(frame.seriesBytes[frame.seriesIndex[row]!] as Buffer, frame.tags.length);
    const { measurement, tags, fields, textFields } = frame;
    const only: FrameColumns = {
      ...{ measurement, tags, fields, textFields, series: [series], seriesIndex: Uint32Array.of(0) },
      timeUs: frame.timeUs.slice(row, row + 1),
      values: Float64Array.from(fields, (_, i) => frame.values[i * rows + row]!),
      texts: frame.texts.slice(row * width, (row + 1) * width),
      absentTexts: absentBits(width, absent),
    };
    const createdUs = only.timeUs[0]!;
    return encodeBatch({ epoch, seq, createdUs, frames: [only], events: [], dropped: [] }).toString('base64');
  } catch (error) {
    if (!(error instanceof MusterError)) throw error;
    return undefined;
  }
}

/** The letter of whatever else is a row by itself. */
export function objectLetter(
  delivery: DeliveryContent,
  measurement: string,
  row: Record<string, unknown>,
  reason: DeadLetterReason,
  detail: string,
): DeadLetter {
  return { ...head(delivery, measurement, reason, detail), row };
}

/** The letter of a whole batch, with its bytes. */
export function batchLetter(delivery: DeliveryContent, reason: DeadLetterReason, detail: string): DeadLetter {
  return { ...head(delivery, '', reason, detail), raw: Buffer.from(delivery.batch).toString('base64') };
}

function head(delivery: DeliveryContent, measurement: string, reason: DeadLetterReason, detail: string): DeadLetter {
  const epoch = Buffer.from(delivery.epoch).toString('hex');
  return { nodeId: delivery.nodeId, epoch, seq: delivery.seq, measurement, reason, detail, receivedUs: delivery.receivedUs };
}

function rowObject(frame: DecodedFrame, row: number): Record<string, unknown> {
  const rows = frame.timeUs.length;
  const entries: [string, unknown][] = [['timestamp', frame.timeUs[row]]];
  entries.push(...tagEntries(frame.tags, frame.seriesBytes[frame.seriesIndex[row]!] as Buffer));
  for (const [i, field] of frame.fields.entries()) {
    const value = frame.values[i * rows + row]!;
    entries.push([field, Number.isNaN(value) ? null : Number.isFinite(value) ? value : String(value)]);
  }
  for (const [i, field] of frame.textFields.entries()) entries.push([field, textAt(frame, row, i) ?? null]);
  return Object.fromEntries(entries);
}

function tagEntries(tags: readonly string[], bytes: Buffer): [string, unknown][] {
  try {
    const values = decodeSeries(bytes, tags.length);
    return tags.map((tag, i) => [tag, values[i]]);
  } catch (error) {
    // The series itself may be what is wrong with the row.
    if (!(error instanceof MusterError)) throw error;
    return [['series', bytes.toString('base64')]];
  }
}
