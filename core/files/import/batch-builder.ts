// Collects rows of many nodes and cuts them into numbered batches. Where a batch ends depends on the rows alone, so that the same file makes the
// same batches each time.
import { createHash } from 'node:crypto';
import { CUT_BATCH_BYTES, MAX_SERIES_BYTES, namesBytes, rowBytes, seriesBytes, tagBytes } from '../../common/batch-size.ts';
import { doorEpoch } from '../../common/door-epoch.ts';
import type { FrameColumns } from '../../common/frame.ts';
import { MusterError } from '../../common/muster-error.ts';
import { nodeIdOf, portOf } from '../../common/node-name.ts';
import { letterProblem, NO_TEXTS, type RowTexts, TextRows } from './text-rows.ts';

/** Values of a batch at most. Series and texts come on top, up to `CUT_BATCH_BYTES`. */
const BATCH_VALUE_BYTES = 320 * 1024;
const ROW_BYTES = 12;
const MAX_BATCH_SERIES = 2000;
/** Letters of a node's name that go along with its first batch: the registry keeps fewer. */
const MAX_NAME = 1024;
/** Rows of all nodes that wait for their batch, and their bytes: of a wide file fewer wait. */
const MAX_WAITING_ROWS = 262_144;
const MAX_WAITING_BYTES = 24 * 1024 * 1024;
const FIRST_ROWS = 16;
const NO_NUMBERS = new Float64Array(0);
const NO_INDEXES = new Uint32Array(0);

/** What identifies a series of the import: its node and the values of its tags. */
export interface ImportSeries {
  readonly node: NodeRows;
  /** Of the node, as the row has it. */
  readonly name?: string;
  readonly tagValues: readonly string[];
  /** Position in the frame of the batch under way, -1 before its first row. */
  index: number;
  /** What it takes in a batch; undefined until somebody asked. */
  bytes?: number;
  problem?: string | undefined;
}

/** Why rows of this series cannot be stored, or undefined. */
export function seriesProblem(series: ImportSeries): string | undefined {
  sizeOf(series);
  return series.problem;
}

function sizeOf(series: ImportSeries): number {
  if (series.bytes === undefined) {
    series.bytes = seriesBytes(series.tagValues);
    series.problem = tagsProblem(series) ?? nameProblem(series);
  }
  return series.bytes;
}

/** Half of a surrogate pair: in UTF-8 all of them would be one letter. */
const HALF_PAIR = /\p{Surrogate}/u;

function tagsProblem({ node, tagValues }: ImportSeries): string | undefined {
  const bytes = tagBytes(tagValues);
  if (bytes > MAX_SERIES_BYTES) return `its tags have ${bytes} bytes, a row may have ${MAX_SERIES_BYTES}: name fewer with --tags`;
  const problem = tagValues.map(letterProblem).find((words) => words !== undefined);
  if (problem !== undefined) return `a tag ${problem}`;
  if (tagValues.some((value) => HALF_PAIR.test(value))) return 'a tag has half of a surrogate pair in it, which no text may have';
  const name = letterProblem(node.labels['name'] ?? '');
  return name === undefined ? undefined : `the name of its node ${name}`;
}

/** `host:9100` and `host:9182` are one node: a row of one would replace that of the other, unless a tag has the name. */
function nameProblem({ node, name, tagValues }: ImportSeries): string | undefined {
  const first = node.name ?? name;
  if (name === undefined || first === undefined || name === first || portOf(name) === portOf(first) || tagValues.includes(name))
    return undefined;
  return `${name} is the node ${node.nodeId}, as ${first} is, and of two rows with one time only one would stay: name the column of the node among the tags, --tags COLUMN (tags)`;
}

/** One batch, before it is encoded. Its frame is valid only until `onBatch` returns: the next batch is made in the same memory. */
export interface ImportBatch {
  nodeId: string;
  epoch: Uint8Array;
  seq: number;
  /** The newest time of its rows: the same at each import. */
  createdUs: number;
  /** The oldest of them. */
  oldestUs: number;
  frame: FrameColumns;
  /** Of the node, in its first batch. */
  labels: Readonly<Record<string, string>>;
}

/** The rows of one node that wait. */
export class NodeRows {
  readonly nodeId: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly width: number;
  /** The first one that came for it. */
  name: string | undefined;
  seq = 0;
  /** Rows of this batch that wait. */
  rows = 0;
  /** What their series and texts take in it. */
  bytes = 0;
  /** Rows of the file that were offered so far, where their number is limited. */
  offered = 0;
  times = NO_NUMBERS;
  indexes = NO_INDEXES;
  values = NO_NUMBERS;
  series: ImportSeries[] = [];
  /** Undefined where no column is a text. */
  readonly texts: TextRows | undefined;

  constructor(nodeId: string, labels: Readonly<Record<string, string>>, width: number, textWidth = 0) {
    this.nodeId = nodeId;
    this.labels = labels;
    this.width = width;
    this.texts = textWidth === 0 ? undefined : new TextRows(textWidth);
  }

  /** Makes room for more rows. */
  grow(): void {
    const rows = Math.max(FIRST_ROWS, this.times.length * 2);
    this.times = enlarged(this.times, new Float64Array(rows));
    this.indexes = enlarged(this.indexes, new Uint32Array(rows));
    this.values = enlarged(this.values, new Float64Array(rows * this.width));
  }

  /** Gives its room back: of a node that came no more, while others did. */
  release(): void {
    this.times = NO_NUMBERS;
    this.indexes = NO_INDEXES;
    this.values = NO_NUMBERS;
  }
}

function enlarged<T extends { set(array: ArrayLike<number>): void }>(from: ArrayLike<number>, into: T): T {
  into.set(from);
  return into;
}

export interface BatchBuilderOptions {
  measurement: string;
  tags: readonly string[];
  fields: readonly string[];
  /** Default none. */
  texts?: readonly string[];
  /** What the file and the options are told from others by. */
  identity: string;
  /** Default `import`. */
  door?: FileDoor;
  onBatch(batch: ImportBatch): void;
}

export class BatchBuilder {
  readonly #options: BatchBuilderOptions;
  readonly #rowBytes: number;
  readonly #maxBytes: number;
  readonly #maxRows: number;
  readonly #maxWaiting: number;
  readonly #epoch: Uint8Array;
  /** By id. */
  readonly #nodes = new Map<string, NodeRows>();
  /** Several names may be of one node: addresses with and without a port. */
  readonly #byName = new Map<string, NodeRows>();
  #waiting = 0;
  /** Of the series and texts of the rows that wait. */
  #waitingBytes = 0;
  /** Of all texts taken so far, and of the tags, which each batch has once. */
  textBytes = 0;
  /** Of the frame under way. */
  #scratch = new ArrayBuffer(0);

  constructor(options: BatchBuilderOptions) {
    this.#options = options;
    const { measurement, tags, fields, texts: textFields = [] } = options;
    const valueBytes = fields.length * 8 + ROW_BYTES;
    this.#rowBytes = rowBytes(fields.length);
    this.#maxBytes = CUT_BATCH_BYTES - namesBytes({ measurement, tags, fields, textFields });
    this.#maxRows = Math.max(1, Math.floor(BATCH_VALUE_BYTES / valueBytes));
    this.#maxWaiting = Math.min(MAX_WAITING_ROWS, Math.floor(MAX_WAITING_BYTES / valueBytes));
    this.#epoch = importEpoch(options.identity, options.door);
  }

  /** The node of this name, made where there was none. */
  node(name: string): NodeRows {
    const known = this.#byName.get(name);
    if (known !== undefined) return known;
    const node = this.#nodeOf(toNodeId(name), name);
    node.name ??= name;
    this.#byName.set(name, node);
    return node;
  }

  #nodeOf(nodeId: string, name: string): NodeRows {
    let node = this.#nodes.get(nodeId);
    if (node === undefined) {
      const { fields, texts = [] } = this.#options;
      node = new NodeRows(nodeId, nodeId === name ? {} : { name: name.slice(0, MAX_NAME) }, fields.length, texts.length);
      this.#nodes.set(nodeId, node);
    }
    return node;
  }

  /**
   * Takes the row whose values stand in `values` from `from` on, in the order of the fields; `texts` in the order of theirs. Neither the series nor
   * the texts may have a problem.
   */
  add(series: ImportSeries, timeUs: number, values: Float64Array, from: number, texts?: RowTexts): void {
    const { node } = series;
    // A series that is in the batch already takes nothing more; most rows bring neither a new one nor texts.
    if (series.index < 0 || texts !== undefined) this.#makeRoom(series, texts);
    else if ((node.rows + 1) * this.#rowBytes + node.bytes > this.#maxBytes) {
      this.#cut(node);
      this.#makeRoom(series, texts);
    }
    if (node.rows === node.times.length) node.grow();
    if (series.index < 0) series.index = node.series.push(series) - 1;
    const { width } = node;
    const row = node.rows++;
    node.times[row] = timeUs;
    node.indexes[row] = series.index;
    const into = node.values;
    for (let i = 0, at = row * width; i < width; i++) into[at + i] = values[from + i]!;
    this.#waiting++;
    if (node.rows >= this.#maxRows || node.series.length >= MAX_BATCH_SERIES) this.#cut(node);
    else if (this.#waiting >= this.#maxWaiting || this.#waitingBytes >= MAX_WAITING_BYTES) this.flush();
  }

  /** Counts what a row takes beside its values, and cuts the batch before a row that it has no room for. */
  #makeRoom(series: ImportSeries, texts: RowTexts | undefined): void {
    const { node } = series;
    const textBytes = texts === undefined || node.texts === undefined ? 0 : TextRows.bytesOf(texts);
    let bytes = textBytes + (series.index < 0 ? sizeOf(series) : 0);
    if (node.rows > 0 && (node.rows + 1) * this.#rowBytes + node.bytes + bytes > this.#maxBytes) {
      this.#cut(node);
      bytes = textBytes + sizeOf(series);
    }
    // Whoever reads rows refuses one that is too large; a batch that nobody takes must not be made all the same.
    if (bytes + this.#rowBytes > this.#maxBytes)
      throw new MusterError(
        'limit_exceeded',
        `a row has ${bytes + this.#rowBytes} bytes, a batch may have ${this.#maxBytes}: leave columns out`,
      );
    node.bytes += bytes;
    this.#waitingBytes += bytes;
    this.textBytes += bytes;
    if (texts !== undefined) node.texts?.add(texts);
  }

  /** Numbers given so far, by node name: with them an import goes on where it stood. */
  numbers(): Record<string, number> {
    return Object.fromEntries([...this.#nodes].map(([name, node]) => [name, node.seq]));
  }

  /** Rows offered so far, by node name: with them a limit of rows holds over all runs. */
  offered(): Record<string, number> {
    return Object.fromEntries([...this.#nodes].map(([name, node]) => [name, node.offered]));
  }

  /** The first name of each node that had a port: with them the same names are taken over all runs. */
  names(): Record<string, string> {
    const named = [...this.#nodes].flatMap(([id, { name = id }]): [string, string][] => (portOf(name) === '' ? [] : [[id, name]]));
    return Object.fromEntries(named);
  }

  /** `names` are undefined where nobody kept them. */
  restore(
    numbers: Readonly<Record<string, number>>,
    offered: Readonly<Record<string, number>> = {},
    names?: Readonly<Record<string, string>>,
  ): void {
    for (const [id, seq] of Object.entries(numbers)) {
      const node = this.#nodeOf(id, id);
      node.seq = seq;
      if (names !== undefined) node.name = Object.hasOwn(names, id) ? names[id] : id;
    }
    for (const [id, rows] of Object.entries(offered)) this.#nodeOf(id, id).offered = rows;
  }

  /** Cuts what waits into batches. */
  flush(): void {
    for (const node of this.#nodes.values()) {
      if (node.rows > 0) this.#cut(node);
      else node.release();
    }
  }

  /** Hands out what waits of a node as one batch. */
  #cut(node: NodeRows): void {
    const { measurement, tags, fields, texts: textFields = [], onBatch } = this.#options;
    const { width, rows, values: byRow } = node;
    const values = this.#column(rows * width);
    for (let field = 0, at = 0; field < width; field++)
      for (let row = 0, from = field; row < rows; row++, from += width) values[at++] = byRow[from]!;
    const timeUs = node.times.subarray(0, rows);
    let createdUs = Number.NEGATIVE_INFINITY;
    let oldestUs = Number.POSITIVE_INFINITY;
    for (let row = 0; row < rows; row++) {
      const time = timeUs[row]!;
      if (time > createdUs) createdUs = time;
      if (time < oldestUs) oldestUs = time;
    }
    const frame: FrameColumns = {
      ...{ measurement, tags, fields, values, timeUs, textFields },
      series: node.series.map((series) => series.tagValues),
      seriesIndex: node.indexes.subarray(0, rows),
      ...(node.texts?.take() ?? NO_TEXTS),
    };
    for (const series of node.series) series.index = -1;
    node.series = [];
    this.#waiting -= rows;
    this.#waitingBytes -= node.bytes;
    node.rows = 0;
    node.bytes = 0;
    node.seq++;
    const labels = node.seq === 1 ? node.labels : {};
    onBatch({ nodeId: node.nodeId, epoch: this.#epoch, seq: node.seq, createdUs, oldestUs, frame, labels });
  }

  #column(length: number): Float64Array {
    const bytes = length * Float64Array.BYTES_PER_ELEMENT;
    if (this.#scratch.byteLength < bytes) this.#scratch = new ArrayBuffer(bytes * 2);
    return new Float64Array(this.#scratch, 0, length);
  }
}

/** A file of the store's own whose rows the ledger has counted before is restored, any other imported. */
export type FileDoor = 'import' | 'restore';

/** Of every batch of an import. */
export function importEpoch(identity: string, door: FileDoor = 'import'): Uint8Array {
  return doorEpoch(door, createHash('sha256').update(identity).digest());
}

/** A node id from any name: as the rule of the doors has it, else cleaned and told from others by a hash. */
export function toNodeId(name: string): string {
  const nodeId = nodeIdOf(name);
  if (nodeId !== undefined) return nodeId;
  const clean = name
    .replace(/[^A-Za-z0-9_-]+/g, '-')
    .replace(/^[-_]+/, '')
    .slice(0, 48);
  return `${clean === '' ? 'node' : clean}-${createHash('sha256').update(name).digest('hex').slice(0, 8)}`;
}
