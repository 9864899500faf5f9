// How many values the tags of a table have, and which: asked for once, kept for a while, bounded in number and in the time they reach back.
import type { ConsoleApi, SchemaTable } from '../../../common/console-api.ts';
import { numericColumn, textColumn } from '../../../common/query-result.ts';
import type { Bounds } from '../../state/time-range.ts';
import { quoteName } from './quote-name.ts';

const KEPT_MS = 5 * 60_000;
const MAX_KEPT = 200;
const MAX_VALUES = 300;
const TIMEOUT_MS = 5000;
/** Counting a month of rows for a number beside a name would be a bad bargain. */
const MAX_SPAN_MS = 24 * 3_600_000;

export class TagCatalog {
  readonly #api: ConsoleApi;
  readonly #kept = new Map<string, { untilMs: number; answer: Promise<unknown> }>();

  constructor(api: ConsoleApi) {
    this.#api = api;
  }

  /** Tag → count of its values within the bounds. */
  counts(table: SchemaTable, bounds: Bounds): Promise<ReadonlyMap<string, number>> {
    const tags = table.columns.filter((column) => column.tag).map((column) => column.name);
    if (tags.length === 0) return Promise.resolve(new Map());
    return this.#keep(`counts ${table.name} ${spanOf(bounds)}`, async () => {
      const counted = tags.map((tag, index) => `count_distinct(${quoteName(tag)}) AS c${index}`);
      const result = await this.#ask(`SELECT ${counted.join(', ')} FROM ${quoteName(table.name)}${whereTime(table, bounds)}`, 1);
      return new Map(tags.map((tag, index) => [tag, numericColumn(result, `c${index}`)?.[0] ?? 0]));
    });
  }

  /** The values a tag has within the bounds, those of most rows first, bounded. */
  values(table: SchemaTable, tag: string, bounds: Bounds): Promise<readonly string[]> {
    return this.#keep(`values ${table.name} ${tag} ${spanOf(bounds)}`, async () => {
      const sql = `SELECT ${quoteName(tag)} AS value, count() AS n FROM ${quoteName(table.name)}${whereTime(table, bounds)} ORDER BY n DESC`;
      const result = await this.#ask(`${sql} LIMIT ${MAX_VALUES}`, MAX_VALUES);
      return textColumn(result, 'value').filter((value): value is string => value !== null);
    });
  }

  #ask(sql: string, maxRows: number) {
    return this.#api.request('query', { sql, maxRows, timeoutMs: TIMEOUT_MS });
  }

  /** A failure is not kept: the next one to ask tries again. */
  #keep<T>(key: string, ask: () => Promise<T>): Promise<T> {
    const found = this.#kept.get(key);
    if (found !== undefined && found.untilMs > Date.now()) return found.answer as Promise<T>;
    const answer = ask();
    this.#kept.delete(key);
    this.#kept.set(key, { untilMs: Date.now() + KEPT_MS, answer });
    answer.catch(() => this.#kept.delete(key));
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > MAX_KEPT && oldest !== undefined) this.#kept.delete(oldest);
    return answer;
  }
}

function spanOf({ fromMs, toMs }: Bounds): string {
  // Live bounds move on every second; what is kept does not.
  return `${Math.round(Math.min(toMs - fromMs, MAX_SPAN_MS) / 1000)} ${Math.floor(toMs / KEPT_MS)}`;
}

function whereTime(table: SchemaTable, { fromMs, toMs }: Bounds): string {
  if (!table.columns.some((column) => column.name === 'timestamp') || table.name === 'nodes') return '';
  const from = new Date(Math.max(fromMs, toMs - MAX_SPAN_MS)).toISOString();
  return ` WHERE timestamp BETWEEN '${from}' AND '${new Date(toMs).toISOString()}'`;
}
