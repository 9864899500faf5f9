// The rows of one measurement, column-wise, as every part of the path holds them in memory.

/** As `muster.v1.Frame`, with times absolute and columns in typed arrays. */
export interface FrameColumns {
  measurement: string;
  /** Tag names; `node_id` is never one of them. */
  tags: readonly string[];
  /** Tag values of each series, in the order of `tags`. */
  series: readonly (readonly string[])[];
  /** Per row, the index of its series; length = rows. */
  seriesIndex: Uint32Array;
  /** Per row, Unix microseconds; length = rows. */
  timeUs: Float64Array;
  fields: readonly string[];
  /** Column after column, length = fields × rows; NaN = absent. */
  values: Float64Array;
  textFields: readonly string[];
  /** Row after row, length = rows × text fields. */
  texts: readonly string[];
  /** A bit for each of `texts`, the least of a byte first: 1 where the row has none, which is then empty in `texts`. Undefined where each has. */
  absentTexts?: Uint8Array | undefined;
}

/** The text of a row, undefined where it has none. */
export function textAt(
  { textFields, texts, absentTexts }: Pick<FrameColumns, 'textFields' | 'texts' | 'absentTexts'>,
  row: number,
  field: number,
): string | undefined {
  const at = row * textFields.length + field;
  if (absentTexts !== undefined && ((absentTexts[at >> 3]! >> (at & 7)) & 1) === 1) return undefined;
  return texts[at];
}

/** `FrameColumns.absentTexts` of so many texts, of which these are absent; undefined for none. */
export function absentBits(texts: number, absent: readonly number[]): Uint8Array | undefined {
  if (absent.length === 0) return undefined;
  const bits = new Uint8Array((texts + 7) >> 3);
  for (const at of absent) bits[at >> 3] = bits[at >> 3]! | (1 << (at & 7));
  return bits;
}

/** Something that happened; as `muster.v1.Event`. */
export interface FleetEvent {
  timeUs: number;
  kind: string;
  severity: 'info' | 'warning' | 'error';
  text: string;
  attributes: Record<string, string>;
}

/** A range of batches that will never arrive; as `muster.v1.Dropped`. */
export interface DroppedRange {
  /** 16 bytes. */
  epoch: Uint8Array;
  firstSeq: number;
  lastSeq: number;
  rows: number;
  reason: string;
}
