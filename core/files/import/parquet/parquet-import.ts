// Reads a Parquet file by a mapping into batches: window by window, each column from its own pages, no object a row.
import type { FileHandle } from 'node:fs/promises';
import { type ImportSeries, seriesProblem } from '../batch-builder.ts';
import type { ImportMapping, MappedColumn } from '../import-mapping.ts';
import type { ReadOptions, RowSink, SourcePosition, SourceReader } from '../import-source.ts';
import { NOT_A_NUMBER_WORDS, NOT_EXACT_WORDS } from '../number-cell.ts';
import { RowGate } from '../row-gate.ts';
import { textProblem } from '../text-rows.ts';
import { type FoldChoice, hasChanges } from '../time/time-zone.ts';
import { TupleSeries } from '../tuple-series.ts';
import { ColumnCursor, type ColumnReading, type Texts, type Window } from './column-cursor.ts';
import { numberReading, TextIds, textReading, timeReading } from './column-readings.ts';
import { parquetError } from './parquet-error.ts';
import type { OpenedParquet, ParquetColumn, ParquetFile, ParquetGroup } from './parquet-file.ts';
import { FIRST, SECOND } from './parquet-folds.ts';

/** Rows read at a time. */
const WINDOW_ROWS = 8192;
/** Of a replay: a few at a time, so that they go out when their time has come. */
const REPLAY_ROWS = 32;
const REPLAY_PIECES = 200;
/** Of the pages and dictionaries of all columns. Beyond it a column gives its own back after each window: of a wide file each window reads them anew. */
const MAX_HELD_BYTES = 64 * 1024 * 1024;

/** One column that is read, with the window of its values. */
interface Track<W extends Window> {
  column: ParquetColumn;
  reading: ColumnReading<W>;
  window: W;
  cursor: ColumnCursor<W> | undefined;
  /** Bytes that the cursor holds. */
  held: number;
}

export interface ParquetImportOptions {
  /** Where an earlier run stood. */
  from?: SourcePosition | undefined;
  /** Every page is read, and no row taken. */
  checksOnly?: boolean;
  /** As `findFolds` gives them. */
  folds?: ReadonlyMap<number, boolean> | undefined;
}

export class ParquetImport implements SourceReader {
  readonly #path: string;
  readonly #handle: FileHandle;
  readonly #bytes: number;
  readonly #file: ParquetFile;
  readonly #options: ReadOptions;
  readonly #windowRows: number;
  readonly #time: Track<Float64Array>;
  /** The later moments of times that come twice, where some do. */
  readonly #secondTime: Track<Float64Array> | undefined;
  readonly #folds: ReadonlyMap<number, boolean> | undefined;
  readonly #fields: Track<Float64Array>[];
  /** The node first, where a column names it, then the tags. */
  readonly #names: Track<Uint32Array>[];
  readonly #texts: Track<Texts>[];
  /** Of one row. */
  readonly #rowTexts: Texts | undefined;
  readonly #series: TupleSeries;
  /** Of a window, row after row: the ids that name the series, and the values. */
  readonly #tuples: Uint32Array;
  readonly #values: Float64Array;
  readonly #gate: RowGate;
  #group = 0;
  /** Rows of the group that were read. */
  #inGroup = 0;
  #row = 0;
  /** In the window. */
  #at = 0;
  #open = false;
  #held = 0;
  readonly #mostHeld: number;
  /** Every page is read, and no row taken. */
  readonly #checksOnly: boolean;

  constructor(path: string, opened: OpenedParquet, options: ReadOptions, more: ParquetImportOptions = {}) {
    const { handle, bytes, file } = opened;
    const { from, checksOnly = false, folds } = more;
    this.#path = path;
    this.#handle = handle;
    this.#bytes = bytes;
    this.#file = file;
    this.#options = options;
    this.#checksOnly = checksOnly;
    this.#mostHeld = options.heldBytes ?? MAX_HELD_BYTES;
    const { mapping, builder } = options;
    this.#windowRows = options.pieceBytes === undefined ? WINDOW_ROWS : Math.min(REPLAY_ROWS, Math.ceil(file.rows / REPLAY_PIECES) || 1);
    const columnOf = (index: number): ParquetColumn => file.columns[index] as ParquetColumn;
    const { column, format, zone } = mapping.time;
    const timeTrack = (choose?: FoldChoice): Track<Float64Array> =>
      this.#track(columnOf(column), timeReading(columnOf(column).kind, format, zone, choose));
    this.#time = timeTrack(folds && FIRST);
    this.#secondTime = folds && timeTrack(SECOND);
    this.#folds = folds;
    this.#fields = mapping.fields.map((field) => this.#track(columnOf(field.column), numberReading(columnOf(field.column).kind)));
    this.#texts = mapping.texts.map((text) => this.#track(columnOf(text.column), textReading(columnOf(text.column).kind)));
    this.#rowTexts = mapping.texts.length === 0 ? undefined : mapping.texts.map(() => null);
    const named = [...(mapping.node.column < 0 ? [] : [mapping.node.column]), ...mapping.tags.map((tag) => tag.column)];
    this.#names = named.map((index) => this.#track(columnOf(index), new TextIds(columnOf(index).kind)));
    this.#series = new TupleSeries(named.length, (tuple) => this.#makeSeries(builder, mapping, tuple));
    this.#tuples = new Uint32Array(named.length * WINDOW_ROWS);
    this.#values = new Float64Array(mapping.fields.length * WINDOW_ROWS);
    this.#gate = new RowGate(options);
    this.#gate.data = () => ({ text: JSON.stringify(this.#rowAt(this.#at)) });
    this.#seek(from?.row ?? 0);
  }

  get counts(): RowGate {
    return this.#gate;
  }

  /** The offset is an estimate for people: it is the row that says where to go on. */
  get position(): SourcePosition {
    return { offset: Math.floor((this.#bytes * this.#row) / Math.max(1, this.#file.rows)), row: this.#row };
  }

  async next(): Promise<boolean> {
    let group = this.#file.groups[this.#group];
    while (group !== undefined && this.#inGroup >= group.rows) {
      this.#group++;
      this.#inGroup = 0;
      this.#open = false;
      group = this.#file.groups[this.#group];
    }
    if (group === undefined) return false;
    if (this.#checksOnly) return this.#check(group);
    const rows = Math.min(this.#windowRows, group.rows - this.#inGroup);
    if (!this.#open) await this.#openGroup(group);
    for (const track of this.#tracks()) await this.#read(track, rows);
    this.#takeRows(rows);
    this.#inGroup += rows;
    return true;
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }

  #track<W extends Window>(column: ParquetColumn, reading: ColumnReading<W>): Track<W> {
    return { column, reading, window: reading.make(WINDOW_ROWS), cursor: undefined, held: 0 };
  }

  #tracks(): Track<Window>[] {
    return [
      this.#time,
      ...(this.#secondTime ? [this.#secondTime] : []),
      ...this.#names,
      ...this.#fields,
      ...this.#texts,
    ] as unknown as Track<Window>[];
  }

  #seek(row: number): void {
    this.#row = row;
    let before = 0;
    while (this.#group < this.#file.groups.length && before + (this.#file.groups[this.#group] as ParquetGroup).rows <= row)
      before += (this.#file.groups[this.#group++] as ParquetGroup).rows;
    this.#inGroup = row - before;
  }

  /** Column after column, each to its end. */
  async #check(group: ParquetGroup): Promise<boolean> {
    for (const track of this.#tracks()) {
      await this.#begin(track, group);
      for (let row = 0; row < group.rows; row += WINDOW_ROWS) await this.#read(track, Math.min(WINDOW_ROWS, group.rows - row));
      this.#release(track);
    }
    this.#row += group.rows;
    this.#inGroup = group.rows;
    return true;
  }

  /** Begins every column of the group, and passes over the rows that an earlier run has read. */
  async #openGroup(group: ParquetGroup): Promise<void> {
    for (const track of this.#tracks()) {
      await this.#begin(track, group);
      for (let passed = 0; passed < this.#inGroup; passed += WINDOW_ROWS)
        await this.#read(track, Math.min(WINDOW_ROWS, this.#inGroup - passed));
    }
    this.#open = true;
  }

  async #begin(track: Track<Window>, group: ParquetGroup): Promise<void> {
    this.#release(track);
    track.cursor = await this.#named(track, async () => {
      const meta = group.chunks.get(track.column.name);
      if (meta === undefined) throw new Error('it is missing');
      return new ColumnCursor(this.#handle, this.#bytes, track.column.element, meta, track.reading);
    });
  }

  async #read(track: Track<Window>, rows: number): Promise<void> {
    await this.#named(track, async () => track.cursor?.read(track.window, rows));
    this.#held -= track.held;
    track.held = track.cursor?.held ?? 0;
    this.#held += track.held;
    if (this.#held > this.#mostHeld) this.#release(track);
  }

  #release(track: Track<Window>): void {
    track.cursor?.park();
    this.#held -= track.held;
    track.held = 0;
  }

  async #named<T>(track: Track<Window>, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      const where = `column ${JSON.stringify(track.column.name)} in row group ${this.#group + 1} of ${this.#path}, after row ${this.#row},`;
      throw parquetError(where, error);
    }
  }

  #takeRows(rows: number): void {
    const { builder, mapping, shiftUs } = this.#options;
    const gate = this.#gate;
    const times = this.#time.window;
    // Column by column, each a loop over two arrays: many times quicker than to go through all columns for each row.
    for (const [n, { window }] of this.#names.entries()) toRows(window, this.#tuples, n, this.#names.length, rows);
    for (const [f, { window }] of this.#fields.entries()) toRows(window, this.#values, f, this.#fields.length, rows);
    const names = this.#names.length;
    const fields = this.#fields.length;
    for (let i = 0; i < rows; i++) {
      const row = ++this.#row;
      this.#at = i;
      gate.rows++;
      const timeUs = this.#passOf(row, times[i]!, i) + shiftUs;
      if (!Number.isFinite(timeUs)) {
        gate.refuse(row, `${mapping.time.header} is ${this.#timeProblem(times[i] as number)}`);
        continue;
      }
      if (!gate.admits(row, timeUs) || !this.#areFinite(i * fields, row) || !this.#readTexts(i, row)) continue;
      const series = this.#series.find(this.#tuples, i * names);
      const problem = seriesProblem(series);
      if (problem !== undefined) {
        gate.refuse(row, problem);
        continue;
      }
      if (!gate.admitsNode(series.node)) continue;
      builder.add(series, timeUs, this.#values, i * fields, this.#rowTexts);
      gate.taken++;
    }
  }

  /** The time of a row, whose earlier moment is `firstUs`; NaN where it comes twice and nothing tells which it is. */
  #passOf(row: number, firstUs: number, at: number): number {
    if (this.#secondTime === undefined) return firstUs;
    const secondUs = this.#secondTime.window[at]!;
    if (firstUs === secondUs) return firstUs;
    const second = this.#folds?.get(row);
    return second === undefined ? Number.NaN : second ? secondUs : firstUs;
  }

  #timeProblem(firstUs: number): string {
    const { zone } = this.#options.mapping.time;
    if (Number.isFinite(firstUs))
      return `a time that comes twice in ${zone}, where clocks were set back, and the order of the rows does not tell which it is: write times in UTC`;
    return `absent or no time${hasChanges(zone) ? `, or one that never comes in ${zone}` : ''}`;
  }

  /** What is read of a row: time in Unix µs, null where a number is none. */
  #rowAt(at: number): Record<string, unknown> {
    const timeUs = this.#time.window[at]!;
    const fields = this.#fields.map(({ column, window }) => [column.name, numberAsJson(window[at] as number)]);
    const names = this.#names.map(({ column, window, reading }) => [column.name, (reading as TextIds).texts[window[at]!]]);
    const texts = this.#texts.map(({ column, window }) => [column.name, window[at] ?? null]);
    return Object.fromEntries([[this.#time.column.name, Number.isFinite(timeUs) ? timeUs : null], ...names, ...fields, ...texts]);
  }

  #areFinite(from: number, row: number): boolean {
    const values = this.#values;
    const fields = this.#fields.length;
    for (let f = 0; f < fields; f++) {
      const value = values[from + f]!;
      if (value === Number.POSITIVE_INFINITY || value === Number.NEGATIVE_INFINITY) {
        const { column } = this.#fields[f] as Track<Float64Array>;
        this.#gate.refuse(row, `${column.name} is ${problemOf(column)}`);
        return false;
      }
    }
    return true;
  }

  #readTexts(at: number, row: number): boolean {
    const into = this.#rowTexts;
    if (into === undefined) return true;
    for (const [i, { window }] of this.#texts.entries()) into[i] = window[at] ?? null;
    const problem = textProblem(into, this.#options.mapping.texts);
    if (problem !== undefined) this.#gate.refuse(row, problem);
    return problem === undefined;
  }

  #makeSeries(builder: RowSink, { node, tags }: ImportMapping, tuple: Uint32Array): ImportSeries {
    const text = (n: number): string => ((this.#names[n] as Track<Uint32Array>).reading as TextIds).texts[tuple[n]!] as string;
    const first = node.column < 0 ? 0 : 1;
    const name = first === 0 ? node.name : text(0);
    return {
      node: builder.node(name),
      name,
      tagValues: tags.map((_: MappedColumn, i) => text(first + i)),
      index: -1,
    };
  }
}

function toRows<W extends Float64Array | Uint32Array>(column: W, into: W, at: number, width: number, rows: number): void {
  for (let i = 0, to = at; i < rows; i++, to += width) into[to] = column[i]!;
}

function problemOf({ kind, element }: ParquetColumn): string {
  if (kind.is === 'text' || (kind.is === 'decimal' && kind.scale !== 0)) return NOT_A_NUMBER_WORDS;
  return element.type === 'DOUBLE' || element.type === 'FLOAT' || kind.is === 'half' ? 'infinite' : NOT_EXACT_WORDS;
}

/** JSON has no infinity. */
function numberAsJson(value: number): number | string | null {
  if (Number.isNaN(value)) return null;
  return Number.isFinite(value) ? value : String(value);
}
