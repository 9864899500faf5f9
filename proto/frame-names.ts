// What of a frame is the same flush after flush – its names and series – is encoded once.
import type { FrameColumns } from '../core/common/frame.ts';
import { WireWriter } from './wire.ts';

/** What of a frame is the same flush after flush, encoded: its names and series, and the names of its fields. */
interface Names {
  of: Pick<FrameColumns, 'measurement' | 'tags' | 'fields'>;
  head: Buffer;
  fields: Buffer;
}

/** By list of series, where that is frozen: whoever freezes it says so that neither it nor the frame's other names change any more. */
const known = new WeakMap<FrameColumns['series'], Names>();
const writer = new WireWriter(1024);

export function writeHead(to: WireWriter, frame: FrameColumns): void {
  to.stringField(1, frame.measurement);
  for (const tag of frame.tags) to.stringField(2, tag);
  for (const values of frame.series) {
    const series = to.open(3);
    for (const value of values) to.stringField(1, value);
    to.close(series);
  }
}

export function writeFieldNames(to: WireWriter, frame: FrameColumns): void {
  for (const name of frame.fields) to.stringField(6, name);
}

/** Undefined for a frame whose lists may change. */
export function namesOf(frame: FrameColumns): Names | undefined {
  const names = known.get(frame.series);
  if (names !== undefined) {
    const { measurement, tags, fields } = names.of;
    if (measurement === frame.measurement && tags === frame.tags && fields === frame.fields) return names;
  } else if (!Object.isFrozen(frame.series)) return undefined;
  writer.reset();
  writeHead(writer, frame);
  const head = writer.finish();
  writer.reset();
  writeFieldNames(writer, frame);
  const { measurement, tags, fields } = frame;
  const encoded = { of: { measurement, tags, fields }, head, fields: writer.finish() };
  known.set(frame.series, encoded);
  return encoded;
}
