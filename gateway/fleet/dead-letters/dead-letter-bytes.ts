// What can be read of bytes that were set aside: each part by itself, so that one that is broken hides no other.
import { textAt } from '../../../core/common/frame.ts';
import { MusterError } from '../../../core/common/muster-error.ts';
import { type DecodedFrame, decodeBatch, decodeEnvelope, decodeSeries } from '../../../proto/batch-codec.ts';
import { WireReader } from '../../../proto/wire.ts';

export interface FrameDescription {
  measurement: string;
  tags: readonly string[];
  fields: readonly string[];
  textFields: readonly string[];
  rows: number;
  firstRows: Record<string, unknown>[];
}

export interface BatchDescription {
  nodeId?: string;
  seq?: number;
  createdUs?: number;
  frames: FrameDescription[];
  events: number;
  /** Why the rest cannot be read, a sentence each. */
  problems: string[];
}

const FIRST_ROWS = 5;
const MAX_FRAMES = 50;
const MAX_PROBLEMS = 10;
/** Field 6 of a batch with its wire type: ranges that the spool dropped. */
const DROPPED_KEY = 50;

/** Of a batch, or of a message of several. */
export function describeBytes(bytes: Buffer, isBatch: boolean): BatchDescription[] {
  if (isBatch) return [describeBatch(bytes)];
  try {
    const deliveries = decodeEnvelope(bytes);
    if (deliveries.length > 0) return deliveries.map(({ nodeId, batch }) => ({ nodeId, ...describeBatch(Buffer.from(batch)) }));
  } catch (error) {
    // It was set aside because it is no envelope: it may still be a batch.
    if (!(error instanceof MusterError)) throw error;
  }
  return [describeBatch(bytes)];
}

function describeBatch(bytes: Buffer): BatchDescription {
  const description: BatchDescription = { frames: [], events: 0, problems: [] };
  const { fields, problem } = topFields(bytes);
  for (const { from, to } of fields) {
    try {
      const part = decodeBatch(bytes.subarray(from, to));
      if (part.seq > 0) description.seq = part.seq;
      if (part.createdUs !== 0) description.createdUs = part.createdUs;
      description.events += part.events.length;
      for (const frame of part.frames) if (description.frames.length < MAX_FRAMES) description.frames.push(describeFrame(frame));
    } catch (error) {
      note(description, error);
    }
  }
  if (problem !== undefined) note(description, problem);
  return description;
}

/** The batch without its dropped ranges, which were counted when it came first. Bytes that cannot be walked stay as they are. */
export function withoutDropped(bytes: Buffer): Buffer {
  const { fields, problem } = topFields(bytes);
  if (problem !== undefined || fields.every(({ key }) => key !== DROPPED_KEY)) return bytes;
  return Buffer.concat(fields.filter(({ key }) => key !== DROPPED_KEY).map(({ from, to }) => bytes.subarray(from, to)));
}

interface TopField {
  key: number;
  from: number;
  to: number;
}

/** The fields of a message, each with where it stands, up to the first byte that makes no sense. */
function topFields(bytes: Buffer): { fields: TopField[]; problem?: unknown } {
  const reader = new WireReader(bytes);
  const fields: TopField[] = [];
  try {
    while (!reader.done) {
      const from = reader.pos;
      const key = reader.uint();
      reader.skip(key % 8);
      fields.push({ key, from, to: reader.pos });
    }
    return { fields };
  } catch (problem) {
    return { fields, problem };
  }
}

function describeFrame(frame: DecodedFrame): FrameDescription {
  const { measurement, tags, fields, textFields, timeUs } = frame;
  const rows = timeUs.length;
  const firstRows = Array.from({ length: Math.min(rows, FIRST_ROWS) }, (_, row) => rowOf(frame, row));
  return { measurement, tags, fields, textFields, rows, firstRows };
}

function rowOf(frame: DecodedFrame, row: number): Record<string, unknown> {
  const rows = frame.timeUs.length;
  const entries: [string, unknown][] = [['timestamp', frame.timeUs[row]]];
  const values = seriesOf(frame, row);
  for (const [i, tag] of frame.tags.entries()) entries.push([tag, values?.[i] ?? null]);
  for (const [i, field] of frame.fields.entries()) {
    const value = frame.values[i * rows + row]!;
    entries.push([field, Number.isNaN(value) ? null : Number.isFinite(value) ? value : String(value)]);
  }
  for (const [i, field] of frame.textFields.entries()) entries.push([field, textAt(frame, row, i) ?? null]);
  return Object.fromEntries(entries);
}

function seriesOf(frame: DecodedFrame, row: number): string[] | undefined {
  try {
    return decodeSeries(frame.seriesBytes[frame.seriesIndex[row]!] as Buffer, frame.tags.length);
  } catch (error) {
    if (error instanceof MusterError) return undefined;
    throw error;
  }
}

function note(description: BatchDescription, error: unknown): void {
  if (!(error instanceof MusterError)) throw error;
  if (description.problems.length < MAX_PROBLEMS) description.problems.push(error.message);
}
