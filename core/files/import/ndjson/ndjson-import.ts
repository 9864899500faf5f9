// Reads a file of JSON lines by a mapping into batches.
import { type ImportSeries, seriesProblem } from '../batch-builder.ts';
import type { ImportMapping } from '../import-mapping.ts';
import type { ReadOptions, SourcePosition, SourceReader } from '../import-source.ts';
import { NOT_A_NUMBER, NOT_A_NUMBER_WORDS, NOT_EXACT, NOT_EXACT_WORDS, numberOfText } from '../number-cell.ts';
import { RowGate, shownCell } from '../row-gate.ts';
import { textProblem } from '../text-rows.ts';
import { createTimeParser, createTimeProblem } from '../time/time-cell.ts';
import type { FoldChoice } from '../time/time-zone.ts';
import { TupleSeries } from '../tuple-series.ts';
import { cellOf, type Line, ownValue, parseLine } from './json-line.ts';
import type { LineReader } from './line-reader.ts';

/** Texts of one key, numbered; 0 is absent. */
interface Names {
  key: string;
  ids: Map<string, number>;
  texts: string[];
}

export class NdjsonImport implements SourceReader {
  readonly #options: ReadOptions;
  readonly #lines: LineReader;
  /** The line that is looked at. */
  #text = '';
  readonly #gate: RowGate;
  readonly #timeKey: string;
  readonly #timeOf: (value: unknown) => number;
  #row = 0;
  /** Made for the first row that needs it. */
  #timeProblem: ((cell: string) => string) | undefined;
  readonly #fieldKeys: string[];
  readonly #names: Names[];
  readonly #series: TupleSeries;
  readonly #tuple: Uint32Array;
  readonly #values: Float64Array;
  readonly #textKeys: string[];
  readonly #texts: (string | null)[] | undefined;

  /** `folds`: by row, which of the two moments of a time that comes twice; true for the second. */
  constructor(headers: readonly string[], options: ReadOptions, lines: LineReader, folds: ReadonlyMap<number, boolean>) {
    const { mapping } = options;
    this.#options = options;
    this.#lines = lines;
    this.#gate = new RowGate(options);
    this.#gate.data = () => ({ text: this.#text });
    const keyOf = (column: number): string => headers[column]!;
    this.#timeKey = keyOf(mapping.time.column);
    this.#timeOf = NdjsonImport.timeOf(mapping, (firstUs, secondUs) => {
      const second = folds.get(this.#row);
      return second === undefined ? Number.NaN : second ? secondUs : firstUs;
    });
    this.#fieldKeys = mapping.fields.map((field) => keyOf(field.column));
    const named = [...(mapping.node.column < 0 ? [] : [mapping.node.column]), ...mapping.tags.map((tag) => tag.column)];
    this.#names = named.map((column) => ({ key: keyOf(column), ids: new Map([['', 0]]), texts: [''] }));
    this.#series = new TupleSeries(named.length, (tuple) => this.#makeSeries(tuple));
    this.#tuple = new Uint32Array(named.length);
    this.#values = new Float64Array(mapping.fields.length);
    this.#textKeys = mapping.texts.map((text) => keyOf(text.column));
    this.#texts = mapping.texts.length === 0 ? undefined : mapping.texts.map(() => null);
  }

  /** Unix µs of a value, NaN for what is no time. */
  static timeOf({ time }: ImportMapping, choose?: FoldChoice): (value: unknown) => number {
    const parse = createTimeParser(time.format, time.zone, choose);
    return (value) => {
      const bytes = Buffer.from(cellOf(value));
      return parse(bytes, 0, bytes.length);
    };
  }

  get counts(): RowGate {
    return this.#gate;
  }

  get position(): SourcePosition {
    return this.#lines.position;
  }

  next(): Promise<boolean> {
    return this.#lines.next((line, row) => this.#take(line, row));
  }

  close(): Promise<void> {
    return this.#lines.close();
  }

  #take(text: string, row: number): void {
    const { mapping, shiftUs, builder } = this.#options;
    const gate = this.#gate;
    gate.rows++;
    this.#row = row;
    this.#text = text;
    const line = parseLine(text);
    if (typeof line === 'string') {
      gate.refuse(row, line);
      return;
    }
    const timeUs = this.#timeOf(ownValue(line, this.#timeKey)) + shiftUs;
    if (Number.isNaN(timeUs)) {
      const value = ownValue(line, this.#timeKey);
      this.#timeProblem ??= createTimeProblem(mapping.time.format, mapping.time.zone);
      gate.refuse(row, `${mapping.time.header} is ${shownValue(value)}: ${this.#timeProblem(cellOf(value))}`);
      return;
    }
    if (!gate.admits(row, timeUs) || !this.#readNames(line, row) || !this.#readValues(line, row) || !this.#readTexts(line, row)) return;
    const series = this.#series.find(this.#tuple);
    const problem = seriesProblem(series);
    if (problem !== undefined) {
      gate.refuse(row, problem);
      return;
    }
    if (!gate.admitsNode(series.node)) return;
    builder.add(series, timeUs, this.#values, 0, this.#texts);
    gate.taken++;
  }

  #readNames(line: Line, row: number): boolean {
    for (let n = 0; n < this.#names.length; n++) {
      const { key, ids, texts } = this.#names[n] as Names;
      const value = ownValue(line, key);
      if (typeof value === 'object' && value !== null) return this.#refuseNested(row, key, value);
      const text = cellOf(value);
      let id = ids.get(text);
      if (id === undefined) {
        id = texts.push(text) - 1;
        ids.set(text, id);
      }
      this.#tuple[n] = id;
    }
    return true;
  }

  #readValues(line: Line, row: number): boolean {
    for (let f = 0; f < this.#values.length; f++) {
      const key = this.#fieldKeys[f]!;
      const value = ownValue(line, key);
      if (typeof value === 'object' && value !== null) return this.#refuseNested(row, key, value);
      const number = typeof value === 'number' ? value : toNumber(value);
      if (number === NOT_A_NUMBER || number === NOT_EXACT) {
        this.#gate.refuse(
          row,
          `${key} is ${shownValue(value)}: ${number === NOT_EXACT && !isInfinite(value) ? NOT_EXACT_WORDS : NOT_A_NUMBER_WORDS}`,
        );
        return false;
      }
      this.#values[f] = number;
    }
    return true;
  }

  #readTexts(line: Line, row: number): boolean {
    const into = this.#texts;
    if (into === undefined) return true;
    for (const [i, key] of this.#textKeys.entries()) {
      const value = ownValue(line, key);
      if (typeof value === 'object' && value !== null) return this.#refuseNested(row, key, value);
      into[i] = value === undefined || value === null ? null : String(value);
    }
    const problem = textProblem(into, this.#options.mapping.texts);
    if (problem !== undefined) this.#gate.refuse(row, problem);
    return problem === undefined;
  }

  #refuseNested(row: number, key: string, value: object): boolean {
    this.#gate.refuse(row, `${key} has ${Array.isArray(value) ? 'a list' : 'an object'} in it: only numbers and texts are taken`);
    return false;
  }

  #makeSeries(tuple: Uint32Array): ImportSeries {
    const { builder, mapping } = this.#options;
    const text = (n: number): string => this.#names[n]?.texts[tuple[n]!] as string;
    const first = mapping.node.column < 0 ? 0 : 1;
    const name = first === 0 ? mapping.node.name : text(0);
    return {
      node: builder.node(name),
      name,
      tagValues: mapping.tags.map((_, i) => text(first + i)),
      index: -1,
    };
  }
}

function toNumber(value: unknown): number {
  if (value === undefined || value === null) return Number.NaN;
  if (typeof value === 'boolean') return value ? 1 : 0;
  return numberOfText(String(value), false);
}

/** JSON has no infinity, but -1e999. */
function isInfinite(value: unknown): boolean {
  return typeof value === 'number' && !Number.isFinite(value);
}

function shownValue(value: unknown): string {
  if (typeof value === 'string') return shownCell(value);
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? 'a list' : 'an object';
  return String(value ?? 'absent').slice(0, 60);
}
