// The codec of the telemetry path: frames, batches, envelopes, live samples. Column-wise, without an object a row.
// Owns the shape of the messages (lengths agree, indexes are in range, text is UTF-8), not the meaning of a value.
import { isUtf8 } from 'node:buffer';
import type { DroppedRange, FleetEvent, FrameColumns } from '../core/common/frame.ts';
import { MusterError } from '../core/common/muster-error.ts';
import { namesOf, writeFieldNames, writeHead } from './frame-names.ts';
import { assertShape } from './frame-shape.ts';
import { BYTES, VARINT, WireReader, WireWriter } from './wire.ts';

/** What an agent numbers, spools and sends. */
export interface BatchContent {
  /** 16 random bytes. */
  epoch: Uint8Array;
  /** From 1, without holes. */
  seq: number;
  createdUs: number;
  frames: readonly FrameColumns[];
  events: readonly FleetEvent[];
  dropped: readonly DroppedRange[];
}

/** A frame as it came: series stay bytes until somebody wants them, as most were seen before. */
export interface DecodedFrame extends Omit<FrameColumns, 'series'> {
  /** Each series' encoded `Series` message: a view of the batch's bytes and a key for a cache. */
  seriesBytes: readonly Buffer[];
}

export interface DecodedBatch extends Omit<BatchContent, 'frames'> {
  frames: DecodedFrame[];
}

/** One batch with what the gateway knows of it; `batch` stays encoded. */
export interface DeliveryContent {
  nodeId: string;
  receivedUs: number;
  gateway: string;
  batch: Uint8Array;
  epoch: Uint8Array;
  seq: number;
  skewUs: number;
}

const EPOCH_BYTES = 16;
/** A batch or live message has a frame a measurement, some more where one was cut: a million empty ones would cost a gigabyte to read. */
export const MAX_FRAMES = 4096;

const writer = new WireWriter(65536);

/** An encoded `muster.v1.Batch`. The frames' lengths must agree, as `FrameColumns` says. */
export function encodeBatch(batch: BatchContent): Buffer {
  writer.reset();
  if (batch.epoch.length > 0) writer.bytesField(1, batch.epoch);
  uintField(2, batch.seq);
  sintField(3, batch.createdUs);
  for (const frame of batch.frames) writeFrame(4, frame);
  for (const event of batch.events) writeEvent(event);
  for (const range of batch.dropped) writeDropped(range);
  return writer.finish();
}

/** An encoded `muster.v1.AgentMessage` that holds live samples. */
export function encodeLiveSamples(sentUs: number, frames: readonly FrameColumns[]): Buffer {
  writer.reset();
  const message = writer.open(4);
  sintField(1, sentUs);
  for (const frame of frames) writeFrame(2, frame);
  writer.close(message);
  return writer.finish();
}

function uintField(field: number, value: number): void {
  if (value === 0) return;
  writer.tag(field, VARINT);
  writer.uint(value);
}

function sintField(field: number, value: number): void {
  if (value === 0) return;
  writer.tag(field, VARINT);
  writer.sint(value);
}

function writeFrame(field: number, frame: FrameColumns): void {
  const names = namesOf(frame);
  const { seriesIndex, timeUs, values } = frame;
  const rows = timeUs.length;
  const mark = writer.open(field);
  if (names === undefined) writeHead(writer, frame);
  else writer.raw(names.head);
  if (seriesIndex.length > 0) writer.packedUints(4, seriesIndex);
  if (rows > 0) {
    const packed = writer.open(5);
    let before = 0;
    for (let i = 0; i < rows; i++) {
      const time = timeUs[i]!;
      writer.sint(time - before);
      before = time;
    }
    writer.close(packed);
  }
  if (names === undefined) writeFieldNames(writer, frame);
  else writer.raw(names.fields);
  if (values.length > 0) {
    writer.tag(7, BYTES);
    writer.uint(values.byteLength);
    writer.doubles(values);
  }
  for (const name of frame.textFields) writer.stringField(8, name);
  for (const text of frame.texts) writer.stringField(9, text);
  if (frame.absentTexts !== undefined) writer.bytesField(10, frame.absentTexts);
  writer.close(mark);
}

function writeEvent(event: FleetEvent): void {
  const mark = writer.open(5);
  sintField(1, event.timeUs);
  writer.stringField(2, event.kind);
  writer.stringField(3, event.severity);
  writer.stringField(4, event.text);
  for (const [key, value] of Object.entries(event.attributes)) {
    const entry = writer.open(5);
    writer.stringField(1, key);
    writer.stringField(2, value);
    writer.close(entry);
  }
  writer.close(mark);
}

function writeDropped(range: DroppedRange): void {
  const mark = writer.open(6);
  writer.bytesField(1, range.epoch);
  uintField(2, range.firstSeq);
  uintField(3, range.lastSeq);
  uintField(4, range.rows);
  writer.stringField(5, range.reason);
  writer.close(mark);
}

/** An encoded `muster.v1.Envelope`. */
export function encodeEnvelope(deliveries: readonly DeliveryContent[]): Buffer {
  writer.reset();
  for (const delivery of deliveries) {
    const mark = writer.open(1);
    writer.stringField(1, delivery.nodeId);
    sintField(2, delivery.receivedUs);
    writer.stringField(3, delivery.gateway);
    writer.bytesField(4, delivery.batch);
    writer.bytesField(5, delivery.epoch);
    uintField(6, delivery.seq);
    sintField(7, delivery.skewUs);
    writer.close(mark);
  }
  return writer.finish();
}

/** The deliveries of an envelope; their batches are views of its bytes. Throws `malformed`. */
export function decodeEnvelope(bytes: Buffer): DeliveryContent[] {
  const reader = new WireReader(bytes);
  const deliveries: DeliveryContent[] = [];
  while (!reader.done) {
    const key = reader.uint();
    if (key !== 10) {
      reader.skip(key % 8);
      continue;
    }
    const end = reader.block();
    deliveries.push(readDelivery(new WireReader(bytes, reader.pos, end)));
    reader.pos = end;
  }
  return deliveries;
}

function readDelivery(reader: WireReader): DeliveryContent {
  const delivery: DeliveryContent = { nodeId: '', receivedUs: 0, gateway: '', batch: NO_BYTES, epoch: NO_BYTES, seq: 0, skewUs: 0 };
  while (!reader.done) {
    const key = reader.uint();
    if (key === 10) delivery.nodeId = reader.string();
    else if (key === 16) delivery.receivedUs = reader.sint();
    else if (key === 26) delivery.gateway = reader.string();
    else if (key === 34) delivery.batch = reader.bytes();
    else if (key === 42) delivery.epoch = reader.bytes();
    else if (key === 48) delivery.seq = reader.uint();
    else if (key === 56) delivery.skewUs = reader.sint();
    else reader.skip(key % 8);
  }
  return delivery;
}

const NO_BYTES = Buffer.alloc(0);

/** A batch, its frames' shapes checked. Throws `malformed` with what does not fit. */
export function decodeBatch(bytes: Buffer): DecodedBatch {
  const batch: DecodedBatch = { epoch: NO_BYTES, seq: 0, createdUs: 0, frames: [], events: [], dropped: [] };
  const events: FleetEvent[] = [];
  const dropped: DroppedRange[] = [];
  const reader = new WireReader(bytes);
  while (!reader.done) {
    const key = reader.uint();
    if (key === 10) batch.epoch = reader.bytes();
    else if (key === 16) batch.seq = reader.uint();
    else if (key === 24) batch.createdUs = reader.sint();
    else if (key === 34) addFrame(batch.frames, reader);
    else if (key === 42) events.push(within(reader, readEvent));
    else if (key === 50) dropped.push(within(reader, readDropped));
    else reader.skip(key % 8);
  }
  batch.events = events;
  batch.dropped = dropped;
  return batch;
}

/** The frames of an encoded `muster.v1.LiveSamples`. Throws `malformed`. */
export function decodeLiveSamples(bytes: Buffer): { sentUs: number; frames: DecodedFrame[] } {
  const reader = new WireReader(bytes);
  const frames: DecodedFrame[] = [];
  let sentUs = 0;
  while (!reader.done) {
    const key = reader.uint();
    if (key === 8) sentUs = reader.sint();
    else if (key === 18) addFrame(frames, reader);
    else reader.skip(key % 8);
  }
  return { sentUs, frames };
}

function addFrame(frames: DecodedFrame[], reader: WireReader): void {
  if (frames.length >= MAX_FRAMES) throw new MusterError('malformed', `the message has more than ${MAX_FRAMES} frames`);
  frames.push(within(reader, readFrame));
}

function within<T>(reader: WireReader, read: (reader: WireReader) => T): T {
  const end = reader.block();
  const value = read(new WireReader(reader.buffer, reader.pos, end));
  reader.pos = end;
  return value;
}

function readFrame(reader: WireReader): DecodedFrame {
  let measurement = '';
  const tags: string[] = [];
  const seriesBytes: Buffer[] = [];
  let seriesIndex: Uint32Array = new Uint32Array(0);
  let timeUs: Float64Array = new Float64Array(0);
  const fields: string[] = [];
  let values: Float64Array = new Float64Array(0);
  const textFields: string[] = [];
  const texts: string[] = [];
  let absentTexts: Uint8Array | undefined;
  while (!reader.done) {
    const key = reader.uint();
    if (key === 10) measurement = text(reader, 'measurement');
    else if (key === 18) tags.push(text(reader, 'tag name'));
    else if (key === 26) seriesBytes.push(reader.bytes());
    else if (key === 34) seriesIndex = onlyPiece(seriesIndex, readPackedIndexes(reader));
    else if (key === 42) timeUs = onlyPiece(timeUs, readPackedTimes(reader));
    else if (key === 50) fields.push(text(reader, 'field name'));
    else if (key === 58) values = onlyPiece(values, reader.doubles());
    else if (key === 66) textFields.push(text(reader, 'text field name'));
    else if (key === 74) texts.push(text(reader, 'text'));
    else if (key === 82) absentTexts = reader.bytes();
    else if ((key >= 32 && key <= 41) || (key >= 56 && key <= 57)) throw new MusterError('malformed', 'a column of a frame is not packed');
    else reader.skip(key % 8);
  }
  const frame: DecodedFrame = { measurement, tags, seriesBytes, seriesIndex, timeUs, fields, values, textFields, texts, absentTexts };
  assertShape(frame);
  return frame;
}

/** The tag values in an encoded `Series`. Throws `malformed` where they are not `tags` texts of UTF-8. */
export function decodeSeries(bytes: Buffer, tags: number): string[] {
  const reader = new WireReader(bytes);
  const values: string[] = [];
  while (!reader.done) {
    const key = reader.uint();
    if (key === 10) values.push(text(reader, 'tag value'));
    else reader.skip(key % 8);
  }
  if (values.length !== tags) throw new MusterError('malformed', `a series has ${values.length} tag values for ${tags} tags`);
  return values;
}

/** A decoded frame with its series as text, for whoever is not on the hot path. */
export function toFrameColumns(frame: DecodedFrame): FrameColumns {
  const { seriesBytes, ...columns } = frame;
  return { ...columns, series: seriesBytes.map((bytes) => decodeSeries(bytes, frame.tags.length)) };
}

function text(reader: WireReader, what: string): string {
  const end = reader.block();
  const view = reader.buffer.subarray(reader.pos, end);
  if (!isUtf8(view)) throw new MusterError('malformed', `a ${what} is not UTF-8`);
  reader.pos = end;
  return view.toString('utf8');
}

/** No writer cuts a packed column. One in a hundred thousand pieces would take minutes to join. */
function onlyPiece<T extends Uint32Array | Float64Array>(before: T, piece: T): T {
  if (before.length > 0) throw new MusterError('malformed', 'a column of a frame is in several pieces');
  return piece;
}

function readPackedIndexes(reader: WireReader): Uint32Array {
  const end = reader.block();
  const packed = new WireReader(reader.buffer, reader.pos, end);
  const indexes = new Uint32Array(end - reader.pos);
  let count = 0;
  while (!packed.done) indexes[count++] = packed.uint();
  reader.pos = end;
  return indexes.subarray(0, count);
}

function readPackedTimes(reader: WireReader): Float64Array {
  const end = reader.block();
  const packed = new WireReader(reader.buffer, reader.pos, end);
  const times = new Float64Array(end - reader.pos);
  let count = 0;
  let time = 0;
  while (!packed.done) {
    time += packed.sint();
    times[count++] = time;
  }
  reader.pos = end;
  return times.subarray(0, count);
}

function readEvent(reader: WireReader): FleetEvent {
  const event: FleetEvent = { timeUs: 0, kind: '', severity: 'info', text: '', attributes: {} };
  while (!reader.done) {
    const key = reader.uint();
    if (key === 8) event.timeUs = reader.sint();
    else if (key === 18) event.kind = text(reader, 'kind of event');
    else if (key === 26) event.severity = toSeverity(text(reader, 'severity'));
    else if (key === 34) event.text = text(reader, 'text of an event');
    else if (key === 42) within(reader, (entry) => readAttribute(entry, event.attributes));
    else reader.skip(key % 8);
  }
  return event;
}

function toSeverity(word: string): FleetEvent['severity'] {
  if (word === 'info' || word === 'warning' || word === 'error') return word;
  throw new MusterError('malformed', `severity is '${word.slice(0, 40)}', expected info, warning or error`);
}

function readAttribute(reader: WireReader, attributes: Record<string, string>): void {
  let name = '';
  let value = '';
  while (!reader.done) {
    const key = reader.uint();
    if (key === 10) name = text(reader, 'attribute name');
    else if (key === 18) value = text(reader, 'attribute');
    else reader.skip(key % 8);
  }
  // Not by assignment: `__proto__` is a name a stranger may choose.
  Object.defineProperty(attributes, name, { value, enumerable: true, writable: true, configurable: true });
}

function readDropped(reader: WireReader): DroppedRange {
  const range: DroppedRange = { epoch: NO_BYTES, firstSeq: 0, lastSeq: 0, rows: 0, reason: '' };
  while (!reader.done) {
    const key = reader.uint();
    if (key === 10) range.epoch = reader.bytes();
    else if (key === 16) range.firstSeq = reader.uint();
    else if (key === 24) range.lastSeq = reader.uint();
    else if (key === 32) range.rows = reader.uint();
    else if (key === 42) range.reason = text(reader, 'reason');
    else reader.skip(key % 8);
  }
  const bytes = range.epoch.length;
  if (bytes !== EPOCH_BYTES)
    throw new MusterError('malformed', `a dropped range has an epoch of ${bytes} bytes: ${EPOCH_BYTES} are needed`);
  return range;
}
