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
