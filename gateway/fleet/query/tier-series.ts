// Answers GetSeries: chooses the tier, reads its pieces one after the other, and gives the series out.
import { MusterError } from '../../../core/common/muster-error.ts';
import { FIGURES, parseRollUpView } from '../../../core/common/tier-names.ts';
import type { GetSeriesRequest, Measurement, QueryFrame, QueryRequest, SeriesField, SeriesFrame } from '../../../proto/gen/messages.ts';
import { parseMicros } from './query-columns.ts';
import { type QueryCaller, QueryEnd } from './query-end.ts';
import { QuerySlots } from './query-slots.ts';
import { literal, type ReadDatabase } from './read-database.ts';
import { planTiers, type TierPlan, type TierSource } from './tier-plan.ts';
import { pieceSql } from './tier-sql.ts';

/** Where the beginning is not said. */
const DEFAULT_SPAN_US = 3_600_000_000;
const DEFAULT_POINTS = 500;
const MAX_POINTS = 50_000;
const TIMEOUT_MS = 30_000;
/** Of a whole answer, until it is taken. */
const TOTAL_MS = 60_000;
const MAX_ROWS = 1_000_000;
/** Numbers that an answer may hold: 64 MB. */
const MAX_CELLS = 8_000_000;
/** Numbers of a frame, so that none is larger than clients take. */
const FRAME_CELLS = 200_000;

export interface TierReaderOptions {
  database: Pick<ReadDatabase, 'rows'>;
  measurements(): Promise<readonly Measurement[]>;
  query(request: QueryRequest, signal: AbortSignal, caller: QueryCaller): AsyncIterable<QueryFrame>;
  /** Unix ms. */
  now: () => number;
}

export class TierReader {
  readonly #options: TierReaderOptions;
  readonly #slots = new QuerySlots({ total: 6, ofToken: 4, waitingOfToken: 64 });

  constructor(options: TierReaderOptions) {
    this.#options = options;
  }

  /**
   * Throws `not_found`, `invalid_argument`, `limit_exceeded` and what a query throws. An answer is held until it is taken, so that a few are at a
   * time, and a caller that takes nothing loses its own.
   */
  async *series(request: GetSeriesRequest, signal: AbortSignal, caller: QueryCaller): AsyncGenerator<SeriesFrame, void> {
    const end = new QueryEnd({ timeoutMs: TOTAL_MS, maxTimeoutMs: TOTAL_MS, signal, caller });
    try {
      end.holds(await this.#slots.take(caller.tokenId, end.signal));
      end.begins();
      for await (const frame of this.#read(request, end.signal, caller)) {
        end.offers();
        yield frame;
        end.taken();
        end.signal.throwIfAborted();
      }
    } finally {
      end.finish();
    }
  }

  async *#read(request: GetSeriesRequest, signal: AbortSignal, caller: QueryCaller): AsyncGenerator<SeriesFrame, void> {
    const measurements = await this.#options.measurements();
    const { tags, fields } = checkedColumns(measurements, request);
    const toUs = request.toUs || this.#options.now() * 1000;
    const maxPoints = request.maxPoints || DEFAULT_POINTS;
    if (maxPoints > MAX_POINTS) throw new MusterError('invalid_argument', `max_points is ${maxPoints}: at most ${MAX_POINTS}`);
    const fromUs = request.fromUs || toUs - DEFAULT_SPAN_US;
    if (!(fromUs < toUs)) throw new MusterError('invalid_argument', `from_us is ${fromUs}: it must be before to_us (${toUs})`);
    const plan = planTiers({ fromUs, toUs, maxPoints }, await this.sources(request.measurement));
    yield { plan, tags: {}, timesUs: [], fields: [], rows: [] };
    const conditions = [`node_id = ${literal(request.nodeId)}`];
    for (const [tag, value] of Object.entries(request.tags)) conditions.push(`"${tag}" = ${literal(value)}`);
    const store = new SeriesStore(tags, fields);
    for (const piece of plan.pieces) {
      const has = new Set(measurements.find(({ name }) => name === piece.source)?.columns.map(({ name }) => name));
      // An earlier generation that does not know the tag has no series of it.
      if (Object.keys(request.tags).some((tag) => !has.has(tag))) continue;
      const sql = pieceSql(piece, plan.stepUs, conditions, { tags, fields, figures: FIGURES, has });
      for await (const frame of this.#options.query({ sql, maxRows: MAX_ROWS, timeoutMs: TIMEOUT_MS }, signal, caller)) {
        if (frame.totals?.truncated)
          throw new MusterError(
            'limit_exceeded',
            `the answer has more than ${MAX_ROWS} points: name fields or tags, or ask for fewer points`,
          );
        store.add(frame);
      }
    }
    yield* store.frames();
  }

  /** The plan of a range in steps of `stepUs`. */
  async plan(measurement: string, range: { fromUs: number; toUs: number; stepUs: number }): Promise<TierPlan> {
    return planTiers({ ...range, maxPoints: 0 }, await this.sources(measurement));
  }

  /** The table and its roll-ups, those that hold anything. */
  async sources(measurement: string): Promise<TierSource[]> {
    const rows = await this.#options.database.rows(
      "select table_name, table_min_timestamp, table_max_timestamp from tables() where table_type in ('T', 'M') and table_min_timestamp is not null",
    );
    return rows.flatMap(([name, oldest, newest]): TierSource[] => {
      if (!name || !oldest || !newest) return [];
      const times = { name, minUs: parseMicros(oldest), maxUs: parseMicros(newest) };
      if (name === measurement) return [{ ...times, tier: 'raw', generation: 1 }];
      const view = parseRollUpView(name);
      return view?.table === measurement ? [{ ...times, tier: view.tier, generation: view.generation }] : [];
    });
  }
}

function checkedColumns(measurements: readonly Measurement[], request: GetSeriesRequest): { tags: string[]; fields: string[] } {
  const measurement = measurements.find(({ name, view }) => name === request.measurement && !view && parseRollUpView(name) === undefined);
  if (measurement === undefined)
    throw new MusterError('not_found', `there is no measurement ${request.measurement.slice(0, 80)}: ListMeasurements names them`);
  const tags = measurement.columns.filter(({ name, tag }) => tag && name !== 'node_id').map(({ name }) => name);
  const known = measurement.columns.filter(({ type }) => type === 'double').map(({ name }) => name);
  const strangeTag = Object.keys(request.tags).find((tag) => !tags.includes(tag));
  if (strangeTag !== undefined)
    throw new MusterError(
      'invalid_argument',
      `${measurement.name} has no tag ${strangeTag.slice(0, 80)}: it has ${tags.join(', ') || 'none'}`,
    );
  const stranger = request.fields.find((field) => !known.includes(field));
  if (stranger !== undefined)
    throw new MusterError('invalid_argument', `${measurement.name} has no number ${stranger.slice(0, 80)}: it has ${known.join(', ')}`);
  return { tags, fields: request.fields.length === 0 ? known : [...new Set(request.fields)] };
}

interface Series {
  tags: Record<string, string>;
  timesUs: number[];
  /** `rows`, then the figures of each field. */
  columns: number[][];
}

/** The series of an answer, gathered from the frames of its queries. */
class SeriesStore {
  readonly #tags: readonly string[];
  readonly #fields: readonly string[];
  readonly #series = new Map<string, Series>();
  #cells = 0;

  constructor(tags: readonly string[], fields: readonly string[]) {
    this.#tags = tags;
    this.#fields = fields;
  }

  add(frame: QueryFrame): void {
    const [times, ...rest] = frame.values;
    if (times === undefined || frame.rows === 0) return;
    const tagColumns = rest.slice(0, this.#tags.length);
    const numbers = rest.slice(this.#tags.length);
    this.#cells += frame.rows * numbers.length;
    if (this.#cells > MAX_CELLS)
      throw new MusterError(
        'limit_exceeded',
        `the answer has more than ${MAX_CELLS} numbers: name fields or tags, or ask for fewer points`,
      );
    const absent = tagColumns.map(({ nulls }) => new Set(nulls));
    for (let row = 0; row < frame.rows; row++) {
      const series = this.#find(tagColumns.map(({ texts }, i) => (absent[i]?.has(row) ? null : (texts[row] ?? null))));
      series.timesUs.push(times.timesUs[row] as number);
      for (const [i, { numbers: values }] of numbers.entries()) series.columns[i]?.push(values[row] ?? Number.NaN);
    }
  }

  #find(values: readonly (string | null)[]): Series {
    const key = JSON.stringify(values);
    let series = this.#series.get(key);
    if (series === undefined) {
      const tags = Object.fromEntries(this.#tags.flatMap((tag, i) => (values[i] === null ? [] : [[tag, values[i]!]])));
      series = { tags, timesUs: [], columns: Array.from({ length: 1 + this.#fields.length * FIGURES.length }, () => []) };
      this.#series.set(key, series);
    }
    return series;
  }

  *frames(): Generator<SeriesFrame> {
    for (const { tags, timesUs, columns } of this.#series.values()) {
      const [rows = [], ...figures] = columns;
      const fields = this.#fields.map((name, i): SeriesField => {
        const [count = [], min = [], max = [], mean = [], last = []] = figures.slice(i * FIGURES.length);
        return { name, count, min, max, mean, last };
      });
      const atOnce = Math.max(1, Math.floor(FRAME_CELLS / (FIGURES.length * timesUs.length)));
      for (let from = 0; from < fields.length; from += atOnce) yield { tags, timesUs, rows, fields: fields.slice(from, from + atOnce) };
    }
  }
}
