// What was set aside and why. Owns the shape of a dead letter; publishing is dead-letter-stream.ts.
import { textAt } from '../../core/common/frame.ts';
import { MusterError } from '../../core/common/muster-error.ts';
import type { DeadLetterLife } from '../../core/common/replay.ts';
import type { TimeRefusalReason } from '../../core/common/row-time.ts';
import { type DecodedFrame, type DeliveryContent, decodeSeries } from '../../proto/batch-codec.ts';

/** The bounded words. Each is a subject of the dead-letter stream and a label of a metric. */
export type DeadLetterReason =
  | 'malformed'
  | 'not_finite'
  | TimeRefusalReason
  | 'bad_name'
  | 'type_changed'
  | 'too_many_series'
  | 'clock_skew'
  | 'node_cap'
  | 'rejected_by_database'
  | 'reserved_measurement';

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
  return { ...head(delivery, frame.measurement.slice(0, 128), reason, detail), row: rowObject(frame, row), tags, textFields };
}

/** The letter of an event or whatever else is a row by itself. */
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
  entries.push(...tagEntries(frame.tags, frame.seriesBytes[frame.seriesIndex[row] as number] as Buffer));
  for (const [i, field] of frame.fields.entries()) {
    const value = frame.values[i * rows + row] as number;
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
