// Cuts what would make too large a batch into several, before it is numbered.
import { CUT_BATCH_BYTES, eventBytes, frameBytes, MAX_BATCH_BYTES } from '../../core/common/batch-size.ts';
import { absentBits, type FleetEvent, type FrameColumns } from '../../core/common/frame.ts';
import type { BatchInput } from './spool.ts';

const ROOM = MAX_BATCH_BYTES - CUT_BATCH_BYTES;
const MAX_KIND = 64;
const MAX_TEXT = 1000;
const LEAST_BATCH_BYTES = 16 * 1024;
export const MAX_BATCH_ROWS = 10_000;
/** A reader refuses a batch of more than 4,096. */
const MAX_BATCH_FRAMES = 1000;
/** Drops that one batch tells of: beside its frames it has room for them. The next one goes on. */
export const MAX_TOLD_DROPS = 200;

export interface BatchLimits {
  maxBytes: number;
  maxRows: number;
}

/** What keeps to a gateway's limit, which may be lower than the contract's; 0 where it named none. */
export function batchLimits(gatewayMaxBytes: number): BatchLimits {
  const maxBytes = gatewayMaxBytes === 0 ? CUT_BATCH_BYTES : Math.min(CUT_BATCH_BYTES, gatewayMaxBytes - ROOM);
  return { maxBytes: Math.max(LEAST_BATCH_BYTES, maxBytes), maxRows: MAX_BATCH_ROWS };
}

/** The input in parts of at most so many rows and encoded bytes: the events first, as many as a part has room for. */
export function splitInput(input: BatchInput, limits: BatchLimits = { maxBytes: CUT_BATCH_BYTES, maxRows: MAX_BATCH_ROWS }): BatchInput[] {
  const parts: BatchInput[] = [];
  let frames: FrameColumns[] = [];
  let events: FleetEvent[] = [];
  let bytes = 0;
  let rows = 0;
  const close = (): void => {
    parts.push({ createdUs: input.createdUs, frames, events });
    frames = [];
    events = [];
    bytes = 0;
    rows = 0;
  };
  for (const whole of input.events) {
    const event = shortened(whole, limits.maxBytes);
    const size = eventBytes(event);
    if (bytes > 0 && bytes + size > limits.maxBytes) close();
    events.push(event);
    bytes += size;
  }
  for (const whole of input.frames) {
    for (const frame of splitFrame(whole, limits)) {
      const size = frameBytes(frame);
      const full = bytes + size > limits.maxBytes || rows + frame.timeUs.length > limits.maxRows || frames.length >= MAX_BATCH_FRAMES;
      if (bytes > 0 && full) close();
      frames.push(frame);
      bytes += size;
      rows += frame.timeUs.length;
    }
  }
  if (frames.length > 0 || events.length > 0) close();
  return parts;
}

/** An event that no batch has room for keeps what it is and the beginning of its text. */
function shortened(event: FleetEvent, maxBytes: number): FleetEvent {
  if (eventBytes(event) <= maxBytes) return event;
  const { timeUs, severity, kind, text } = event;
  return {
    timeUs,
    severity,
    kind: kind.slice(0, MAX_KIND),
    text: `${text.slice(0, MAX_TEXT)}… (${eventBytes(event)} bytes)`,
    attributes: {},
  };
}

function splitFrame(frame: FrameColumns, limits: BatchLimits): FrameColumns[] {
  const rows = frame.timeUs.length;
  if (rows <= 1 || (rows <= limits.maxRows && frameBytes(frame) <= limits.maxBytes)) return [frame];
  const half = rows >> 1;
  return [...splitFrame(sliceRows(frame, 0, half), limits), ...splitFrame(sliceRows(frame, half, rows), limits)];
}

/** The rows from `start` to `end` with the series they use. */
export function sliceRows(frame: FrameColumns, start: number, end: number): FrameColumns {
  const rows = frame.timeUs.length;
  const kept = end - start;
  const series: (readonly string[])[] = [];
  const newIndex = new Map<number, number>();
  const seriesIndex = frame.seriesIndex.slice(start, end).map((old) => {
    let index = newIndex.get(old);
    if (index === undefined) {
      index = series.length;
      series.push(frame.series[old] as readonly string[]);
      newIndex.set(old, index);
    }
    return index;
  });
  const values = new Float64Array(kept * frame.fields.length);
  for (let field = 0; field < frame.fields.length; field++) {
    values.set(frame.values.subarray(field * rows + start, field * rows + end), field * kept);
  }
  const width = frame.textFields.length;
  const { absentTexts } = frame;
  return {
    ...frame,
    series,
    seriesIndex,
    timeUs: frame.timeUs.slice(start, end),
    values,
    texts: frame.texts.slice(start * width, end * width),
    absentTexts: absentTexts === undefined ? undefined : sliceBits(absentTexts, start * width, end * width),
  };
}

function sliceBits(bits: Uint8Array, start: number, end: number): Uint8Array | undefined {
  const set: number[] = [];
  for (let at = start; at < end; at++) if (((bits[at >> 3]! >> (at & 7)) & 1) === 1) set.push(at - start);
  return absentBits(end - start, set);
}

export function rowsOf({ frames }: { frames: readonly Pick<FrameColumns, 'timeUs'>[] }): number {
  return frames.reduce((sum, frame) => sum + frame.timeUs.length, 0);
}
