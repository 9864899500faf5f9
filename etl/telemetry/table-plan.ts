// How the rows of one frame shape become lines of one table: built once a shape, used for every row.
import type { DecodedFrame } from '../../proto/batch-codec.ts';

/** Marks a binary double in protocol version 2: `field==`, this byte, eight bytes little-endian. */
export const BINARY_DOUBLE = 16;

export interface TablePlan {
  readonly table: string;
  /** Indexes into the frame's tags, by column name: the same series has the same bytes whatever order a sender lists its tags in. */
  readonly tagOrder: readonly number[];
  /** `tag=` of each, in that order, with the comma before. */
  readonly tagHeads: readonly string[];
  /** The fields of a row in which no value is absent, with eight zero bytes for each value. */
  readonly template: Buffer;
  /** Offset of each field's value in the template. */
  readonly valueOffsets: Uint32Array;
  /** `field==` and the type byte of each, without comma. */
  readonly fieldHeads: readonly Buffer[];
  /** `text="` of each text field, without comma. */
  readonly textHeads: readonly Buffer[];
}

/** The plan of a frame whose names have been checked. */
export function createTablePlan(frame: Pick<DecodedFrame, 'measurement' | 'tags' | 'fields' | 'textFields'>): TablePlan {
  const tagOrder = frame.tags.map((_, i) => i).sort((a, b) => (frame.tags[a]! < frame.tags[b]! ? -1 : 1));
  const fieldHeads = frame.fields.map((name) => Buffer.concat([Buffer.from(`${name}==`), Buffer.of(BINARY_DOUBLE)]));
  const parts: Buffer[] = [];
  const valueOffsets = new Uint32Array(frame.fields.length);
  let at = 0;
  for (const [i, head] of fieldHeads.entries()) {
    if (i > 0) {
      parts.push(Buffer.from(','));
      at += 1;
    }
    parts.push(head, Buffer.alloc(8));
    valueOffsets[i] = at + head.length;
    at += head.length + 8;
  }
  return {
    table: frame.measurement,
    tagOrder,
    tagHeads: tagOrder.map((i) => `,${frame.tags[i]}=`),
    template: Buffer.concat(parts),
    valueOffsets,
    fieldHeads,
    textHeads: frame.textFields.map((name) => Buffer.from(`${name}="`)),
  };
}

/** Tables, tag, field and text names of a frame as one key. */
export function shapeKey(frame: Pick<DecodedFrame, 'measurement' | 'tags' | 'fields' | 'textFields'>): string {
  return `${frame.measurement}\n${frame.tags.join('\0')}\n${frame.fields.join('\0')}\n${frame.textFields.join('\0')}`;
}
