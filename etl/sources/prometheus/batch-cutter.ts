// Collects the rows of a window by node and cuts them into numbered batches. The same answer makes the same batches.

import { CUT_BATCH_BYTES, namesBytes, rowBytes, seriesBytes } from '../../../core/common/batch-size.ts';
import { nodeIdOf } from '../../../core/common/node-name.ts';
import { toNodeId } from '../../../core/files/import/batch-builder.ts';
import { encodeBatch } from '../../../proto/batch-codec.ts';
import type { UploadMessage } from '../../../proto/gen/messages.ts';
import type { CleanSeries } from './series-cleaner.ts';

const FIELDS = ['value'];
const ROW_BYTES = rowBytes(FIELDS.length);
const MAX_FRAMES = 1000;
/** Letters of a node's name that go along: the registry keeps fewer. */
const MAX_NAME = 1024;
/** Rows of all nodes that wait for their batch. */
const MAX_WAITING_ROWS = 262_144;

export interface CutBatch {
  message: UploadMessage;
  rows: number;
}

export interface BatchCutterOptions {
  epoch: Uint8Array;
  /** Of all its batches: the end of the window, so that a repeat has the same. */
  createdUs: number;
  tags: readonly string[];
  /** Node id → its last number; counted on here. */
  numbers: Map<string, number>;
}

interface FrameRows {
  series: (readonly string[])[];
  seriesIndex: number[];
  timesUs: number[];
  values: number[];
}

interface NodeRows {
  nodeId: string;
  name: string;
  frames: Map<string, FrameRows>;
  rows: number;
  bytes: number;
}

export class BatchCutter {
  readonly #options: BatchCutterOptions;
  readonly #nodes = new Map<string, NodeRows>();
  readonly #named = new Set<string>();
  #waiting = 0;

  constructor(options: BatchCutterOptions) {
    this.#options = options;
  }

  /** The batches that are full with these rows. */
  *add(series: CleanSeries): Generator<CutBatch> {
    const node = this.#node(series.node);
    const headBytes = seriesBytes(series.tags);
    const frameBytes = namesBytes({ measurement: series.measurement, tags: this.#options.tags, fields: FIELDS, textFields: [] });
    for (let from = 0; from < series.timesUs.length; ) {
      const needed = headBytes + ROW_BYTES + (node.frames.has(series.measurement) ? 0 : frameBytes);
      if (node.rows > 0 && node.bytes + needed > CUT_BATCH_BYTES) yield this.#cut(node);
      const frame = frameOf(node, series.measurement, frameBytes);
      const index = frame.series.push(series.tags) - 1;
      node.bytes += headBytes;
      const room = Math.max(1, Math.floor((CUT_BATCH_BYTES - node.bytes) / ROW_BYTES));
      const until = Math.min(series.timesUs.length, from + room);
      for (let row = from; row < until; row++) {
        frame.seriesIndex.push(index);
        frame.timesUs.push(series.timesUs[row] as number);
        frame.values.push(series.values[row] as number);
      }
      node.rows += until - from;
      node.bytes += (until - from) * ROW_BYTES;
      this.#waiting += until - from;
      from = until;
      if (node.bytes > CUT_BATCH_BYTES - ROW_BYTES || node.frames.size >= MAX_FRAMES) yield this.#cut(node);
    }
    if (this.#waiting >= MAX_WAITING_ROWS) yield* this.flush();
  }

  /** What waits. */
  *flush(): Generator<CutBatch> {
    for (const node of this.#nodes.values()) if (node.rows > 0) yield this.#cut(node);
  }

  #node(name: string): NodeRows {
    const nodeId = toNodeId(name);
    let node = this.#nodes.get(nodeId);
    if (node === undefined) {
      node = { nodeId, name, frames: new Map(), rows: 0, bytes: 0 };
      this.#nodes.set(nodeId, node);
    }
    return node;
  }

  #cut(node: NodeRows): CutBatch {
    const { epoch, createdUs, tags, numbers } = this.#options;
    const { nodeId, name, rows } = node;
    const seq = (numbers.get(nodeId) ?? 0) + 1;
    numbers.set(nodeId, seq);
    const frames = Array.from(node.frames, ([measurement, { series, seriesIndex, timesUs, values }]) => ({
      ...{ measurement, tags, series, fields: FIELDS, textFields: [], texts: [] },
      seriesIndex: Uint32Array.from(seriesIndex),
      timeUs: Float64Array.from(timesUs),
      values: Float64Array.from(values),
    }));
    const labels: Record<string, string> = this.#named.has(nodeId) || nodeIdOf(name) !== undefined ? {} : { name: name.slice(0, MAX_NAME) };
    this.#named.add(nodeId);
    node.frames = new Map();
    node.rows = 0;
    node.bytes = 0;
    this.#waiting -= rows;
    return {
      message: { nodeId, epoch, seq, batch: encodeBatch({ epoch, seq, createdUs, frames, events: [], dropped: [] }), labels },
      rows,
    };
  }
}

function frameOf(node: NodeRows, measurement: string, bytes: number): FrameRows {
  let frame = node.frames.get(measurement);
  if (frame === undefined) {
    frame = { series: [], seriesIndex: [], timesUs: [], values: [] };
    node.frames.set(measurement, frame);
    node.bytes += bytes;
  }
  return frame;
}
