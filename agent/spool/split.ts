// Cuts what would make too large a batch into several, before it is numbered.
import type { FleetEvent, FrameColumns } from '../../core/common/frame.ts';
import type { BatchInput } from './spool.ts';

/** Below the contract's 512 KiB: room for what surrounds the frames. */
export const MAX_BATCH_BYTES = 480 * 1024;
const ROOM = 32 * 1024;
const LEAST_BATCH_BYTES = 16 * 1024;
export const MAX_BATCH_ROWS = 10_000;

export interface BatchLimits {
  maxBytes: number;
  maxRows: number;
}

/** What keeps to a gateway's limit, which may be lower than the contract's; 0 where it named none. */
export function batchLimits(gatewayMaxBytes: number): BatchLimits {
  const maxBytes = gatewayMaxBytes === 0 ? MAX_BATCH_BYTES : Math.min(MAX_BATCH_BYTES, gatewayMaxBytes - ROOM);
  return { maxBytes: Math.max(LEAST_BATCH_BYTES, maxBytes), maxRows: MAX_BATCH_ROWS };
}

/** The input in parts of at most so many rows and encoded bytes; the events, all of them, go with the first. */
export function splitInput(input: BatchInput, limits: BatchLimits = { maxBytes: MAX_BATCH_BYTES, maxRows: MAX_BATCH_ROWS }): BatchInput[] {
  const parts: BatchInput[] = [];
  let frames: FrameColumns[] = [];
  let bytes = eventBytes(input.events);
  let rows = 0;
  const close = (): void => {
    parts.push({ createdUs: input.createdUs, frames, events: parts.length === 0 ? input.events : [] });
    frames = [];
    bytes = 0;
    rows = 0;
  };
  for (const whole of input.frames) {
    for (const frame of splitFrame(whole, limits)) {
      const size = atMostBytes(frame);
      if (bytes > 0 && (bytes + size > limits.maxBytes || rows + frame.timeUs.length > limits.maxRows)) close();
      frames.push(frame);
      bytes += size;
      rows += frame.timeUs.length;
    }
  }
  if (frames.length > 0 || input.events.length > 0) close();
  return parts;
}

/** Not less than the events' encoded size. */
function eventBytes(events: readonly FleetEvent[]): number {
  return events.reduce(
    (sum, { kind, severity, text, attributes }) => sum + 32 + textBytes([kind, severity, text, ...Object.entries(attributes).flat()]),
    0,
  );
}

/** Not less than the texts' encoded size, tags and lengths included. */
function textBytes(texts: readonly string[]): number {
  return texts.reduce((sum, one) => sum + one.length * 3 + 6, 0);
}

/** Not less than the frame's encoded size. */
function atMostBytes(frame: FrameColumns): number {
  const names = textBytes([frame.measurement, ...frame.tags, ...frame.fields, ...frame.textFields]);
  const series = frame.series.reduce((sum, values) => sum + textBytes(values) + 6, 0);
  return 64 + names + series + textBytes(frame.texts) + frame.timeUs.length * 15 + frame.values.length * 8;
}

function splitFrame(frame: FrameColumns, limits: BatchLimits): FrameColumns[] {
  const rows = frame.timeUs.length;
  if (rows <= 1 || (rows <= limits.maxRows && atMostBytes(frame) <= limits.maxBytes)) return [frame];
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
  return {
    ...frame,
    series,
    seriesIndex,
    timeUs: frame.timeUs.slice(start, end),
    values,
    texts: frame.texts.slice(start * width, end * width),
  };
}

export function rowsOf({ frames }: { frames: readonly Pick<FrameColumns, 'timeUs'>[] }): number {
  return frames.reduce((sum, frame) => sum + frame.timeUs.length, 0);
}
