// How many bytes a batch takes when it is encoded, told before it is: whoever makes batches cuts them by this, and the gateway takes none beyond.
import type { FleetEvent, FrameColumns } from './frame.ts';

/** Encoded bytes of a batch at most: the contract's limit, which a gateway tells each agent. */
export const MAX_BATCH_BYTES = 512 * 1024;
/** The `max_payload` that nats-server needs for a message that holds such a batch. */
export const NEEDED_PAYLOAD_BYTES = 1024 * 1024;
/** Where writers cut: room is left for a batch's number, its drops, and what a gateway writes beside it. */
export const CUT_BATCH_BYTES = 480 * 1024;
/** Encoded bytes of the tag values of a series: what has more is not stored, as each is kept in memory for an hour or two. */
export const MAX_SERIES_BYTES = 4096;
/** Of a message within another, or a text: its field, and a length of up to four bytes. */
const HEAD_BYTES = 5;
/** A time or a difference of two, below 2^54, and the index of a series. */
const ROW_BYTES = 13;
const VALUE_BYTES = 8;
/** Of a frame: its own head, and those of its packed columns. */
const COLUMN_HEADS_BYTES = 8 * HEAD_BYTES;
/** Of a text in a frame: its head, and a bit that may say it is absent. */
export const TEXT_BYTES = HEAD_BYTES + 1;
/** Of an event, beside its texts: its head and its time. */
const EVENT_BYTES = 24;

/** Bytes of a text in UTF-8; half of a surrogate pair counts as what stands for it. */
export function utf8Bytes(text: string): number {
  let bytes = text.length;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x80) continue;
    // Of a pair, each half brings two of its four bytes.
    const pair = unit >= 0xd800 && unit < 0xdc00 && (text.charCodeAt(i + 1) & 0xfc00) === 0xdc00;
    if (pair) {
      bytes += 2;
      i++;
    } else bytes += unit < 0x800 ? 1 : 2;
  }
  return bytes;
}

/** Of these texts within a message. */
export function textsBytes(texts: readonly string[]): number {
  let bytes = 0;
  for (const text of texts) bytes += HEAD_BYTES + utf8Bytes(text);
  return bytes;
}

/** Of one more series in a frame. */
export function seriesBytes(tagValues: readonly string[]): number {
  return HEAD_BYTES + textsBytes(tagValues);
}

/** Encoded bytes of the tag values, to the byte. */
export function tagBytes(tagValues: readonly string[]): number {
  let bytes = 0;
  for (const value of tagValues) {
    const length = utf8Bytes(value);
    bytes += 1 + (length < 0x80 ? 1 : length < 0x4000 ? 2 : length < 0x200000 ? 3 : 4) + length;
  }
  return bytes;
}

/** Of one more row in a frame of so many fields, without its texts. */
export function rowBytes(fields: number): number {
  return ROW_BYTES + fields * VALUE_BYTES;
}

type FrameNames = Pick<FrameColumns, 'measurement' | 'tags' | 'fields' | 'textFields'>;

/** Of a frame without rows and series. */
export function namesBytes({ measurement, tags, fields, textFields }: FrameNames): number {
  return COLUMN_HEADS_BYTES + HEAD_BYTES + utf8Bytes(measurement) + textsBytes(tags) + textsBytes(fields) + textsBytes(textFields);
}

/** Not less than the frame's encoded size. */
export function frameBytes(frame: FrameColumns): number {
  let bytes =
    namesBytes(frame) + textsBytes(frame.texts) + (frame.absentTexts?.length ?? 0) + frame.timeUs.length * rowBytes(frame.fields.length);
  for (const tagValues of frame.series) bytes += seriesBytes(tagValues);
  return bytes;
}

/** Not less than the event's encoded size. */
export function eventBytes({ kind, severity, text, attributes }: FleetEvent): number {
  let bytes = EVENT_BYTES + textsBytes([kind, severity, text]);
  for (const [name, value] of Object.entries(attributes)) bytes += HEAD_BYTES + textsBytes([name, value]);
  return bytes;
}
