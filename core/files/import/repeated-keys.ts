// Finds rows of a file that have the same time, node and tags: the table has one row for all of them. Says which column would tell them apart.
import { BatchBuilder, type ImportSeries } from './batch-builder.ts';
import type { ImportMapping } from './import-mapping.ts';
import type { RowSink } from './import-source.ts';
import type { RowTexts } from './text-rows.ts';

/** Rows that are looked at: their times and series are kept, 12 bytes each. */
const MAX_KEYS = 5_000_000;
/** Rows whose values are kept, to find the column that tells repeated ones apart. */
const MAX_SAMPLED = 20_000;
/** Names that columns of identities have. */
const NAMED_SO =
  /(^|_|\b)(id|ids|key|name|metric|device|machine|sensor|unit|channel|port|core|cpu|disk|slot|code|no|nr|num|number)(\b|_|$)|id$/i;

interface Sampled {
  key: number;
  values: Float64Array;
  texts: RowTexts | undefined;
}

export class RepeatedKeys implements RowSink {
  readonly #mapping: ImportMapping;
  readonly #builder: BatchBuilder;
  readonly #series = new Map<ImportSeries, number>();
  readonly #keys = new KeySet(MAX_KEYS);
  readonly #sampled: Sampled[] = [];
  /** Rows that were looked at, and those of them that have the time, node and tags of an earlier one. */
  rows = 0;
  repeated = 0;

  constructor(mapping: ImportMapping) {
    this.#mapping = mapping;
    const names = (columns: readonly { name: string }[]): string[] => columns.map(({ name }) => name);
    const { measurement, tags, fields, texts } = mapping;
    const columns = { tags: names(tags), fields: names(fields), texts: names(texts) };
    this.#builder = new BatchBuilder({ measurement, ...columns, identity: '', onBatch: () => undefined });
  }

  node(name: string): ImportSeries['node'] {
    return this.#builder.node(name);
  }

  /** No more rows are looked at. */
  get full(): boolean {
    return this.rows >= MAX_KEYS;
  }

  add(series: ImportSeries, timeUs: number, values: Float64Array, from: number, texts?: RowTexts): void {
    if (this.full) return;
    let number = this.#series.get(series);
    if (number === undefined) {
      number = this.#series.size;
      this.#series.set(series, number);
    }
    this.rows++;
    const { key, isNew } = this.#keys.add(number, timeUs);
    if (!isNew) this.repeated++;
    if (this.#sampled.length < MAX_SAMPLED)
      this.#sampled.push({ key, values: values.slice(from, from + series.node.width), texts: texts?.slice() });
  }

  /** The header of the column that differs wherever rows repeat, and takes few values: what names a machine does. Undefined where none does. */
  telling(): string | undefined {
    const groups = new Map<number, Sampled[]>();
    for (const row of this.#sampled) {
      const group = groups.get(row.key);
      if (group === undefined) groups.set(row.key, [row]);
      else group.push(row);
    }
    const repeats = [...groups.values()].filter((group) => group.length > 1);
    if (repeats.length === 0) return undefined;
    const { fields, texts } = this.#mapping;
    const columns = [
      ...texts.map(({ header }, i) => ({ header, isText: true, of: (row: Sampled): unknown => row.texts?.[i] ?? undefined })),
      ...fields.map(({ header }, i) => ({ header, isText: false, of: (row: Sampled): unknown => wholeOf(row.values[i] as number) })),
    ];
    const largest = Math.max(...repeats.map((group) => group.length));
    const telling = columns.flatMap(({ header, isText, of }) => {
      if (!repeats.every((group) => new Set(group.map(of).filter((value) => value !== undefined)).size === group.length)) return [];
      const values = new Set(this.#sampled.map(of)).size;
      // What differs in each group and hardly repeats between them is a measured value; of one group alone, a number may well be.
      if (repeats.length > 1 ? values > largest * 2 : !isText && !NAMED_SO.test(header)) return [];
      return [{ header, values, rank: (NAMED_SO.test(header) ? 0 : 2) + (isText ? 0 : 1) }];
    });
    return telling.sort((a, b) => a.rank - b.rank || a.values - b.values)[0]?.header;
  }
}

/** Undefined for what is no whole number: no one names machines so. */
function wholeOf(value: number): number | undefined {
  return Number.isInteger(value) ? value : undefined;
}

/** Pairs of a series' number and a time. Grows to the bound it is given. */
class KeySet {
  readonly #limit: number;
  #times = new Float64Array(1024);
  #series = new Int32Array(1024).fill(-1);
  /** Its number by slot: the order in which the keys came. */
  #numbers = new Int32Array(1024);
  #size = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  add(series: number, timeUs: number): { key: number; isNew: boolean } {
    if (this.#size * 2 >= this.#times.length && this.#size < this.#limit) this.#grow();
    const at = this.#find(series, timeUs);
    if (this.#series[at] !== -1) return { key: this.#numbers[at]!, isNew: false };
    this.#put(at, series, timeUs, this.#size);
    return { key: this.#size++, isNew: true };
  }

  #put(at: number, series: number, timeUs: number, number: number): void {
    this.#series[at] = series;
    this.#times[at] = timeUs;
    this.#numbers[at] = number;
  }

  #find(series: number, timeUs: number): number {
    const mask = this.#times.length - 1;
    const high = Math.floor(timeUs / 2 ** 32);
    let hash = Math.imul(series ^ Math.imul(timeUs - high * 2 ** 32, 0x9e3779b1), 0x85ebca6b) ^ high;
    hash ^= hash >>> 15;
    for (let at = hash & mask; ; at = (at + 1) & mask) {
      if (this.#series[at] === -1 || (this.#series[at] === series && this.#times[at] === timeUs)) return at;
    }
  }

  #grow(): void {
    const [times, series, numbers] = [this.#times, this.#series, this.#numbers];
    const length = times.length * 2;
    this.#times = new Float64Array(length);
    this.#series = new Int32Array(length).fill(-1);
    this.#numbers = new Int32Array(length);
    for (let at = 0; at < times.length; at++) {
      if (series[at] === -1) continue;
      this.#put(this.#find(series[at]!, times[at]!), series[at]!, times[at]!, numbers[at]!);
    }
  }
}
