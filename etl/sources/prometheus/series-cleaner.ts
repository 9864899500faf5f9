// Makes rows of the series that Prometheus answers: what cannot be stored is left out and counted, nothing is guessed.
import { MAX_SERIES_BYTES, tagBytes } from '../../../core/common/batch-size.ts';
import { isReservedMeasurement, measurementNameProblem } from '../../../core/common/measurement-names.ts';
import { MusterError } from '../../../core/common/muster-error.ts';
import { nodeIdOf } from '../../../core/common/node-name.ts';
import type { QueryPlan } from './config.ts';
import type { Window } from './windows.ts';

/** Rows of one series, in the order of their times. */
export interface CleanSeries {
  node: string;
  measurement: string;
  /** Tag values in the order of the plan's labels; empty where the label is missing. */
  tags: readonly string[];
  timesUs: number[];
  values: number[];
}

/** What was left out, by reason. Of the first six the unit is a sample, of the others a series. */
export const LEFT_OUT = [
  'absent',
  'infinite',
  'not_exact',
  'invalid_time',
  'duplicate',
  'histogram',
  'metric_not_allowed',
  'bad_name',
  'long_labels',
  'malformed',
] as const;
export type LeftOut = (typeof LEFT_OUT)[number];

interface RawSeries {
  metric: Readonly<Record<string, string>>;
  values: readonly unknown[];
  /** Native histograms: a series may have floats at some of its points and these at others. */
  histograms: readonly unknown[];
}

export interface SeriesCleanerOptions {
  plan: QueryPlan;
  window: Window;
  /** Series of a window at most. */
  maxSeries: number;
  /** Told each thing left out; `detail` names the first of its kind best. */
  onLeftOut(reason: LeftOut, count: number, detail: string): void;
}

/** For one answer: it remembers which points of which series it has seen. */
export class SeriesCleaner {
  readonly #options: SeriesCleanerOptions;
  /** Node, measurement and tags → the points seen, a bit each. */
  readonly #seen = new Map<string, Uint8Array>();
  /** Table → the metric it was first used for. */
  readonly #tables = new Map<string, string>();

  constructor(options: SeriesCleanerOptions) {
    this.#options = options;
  }

  /** Undefined where nothing of the series can be stored. Throws `limit_exceeded` where there are too many series. */
  take(raw: unknown): CleanSeries | undefined {
    const { plan, onLeftOut } = this.#options;
    const series = toRawSeries(raw);
    if (series === undefined) {
      onLeftOut('malformed', 1, 'a series without labels and values');
      return undefined;
    }
    const { metric, values, histograms } = series;
    const name = metric['__name__'];
    if (plan.metrics !== undefined && !plan.metrics.has(name ?? '')) {
      onLeftOut('metric_not_allowed', 1, name ?? 'a series without a metric name');
      return undefined;
    }
    if (histograms.length > 0) {
      const words = `native histograms of ${name ?? plan.name}: ask for numbers of them, such as histogram_quantile() or histogram_avg()`;
      onLeftOut('histogram', histograms.length, words);
    }
    if (values.length === 0) return undefined;
    const measurement = this.#measurement(name);
    if (measurement === undefined) return undefined;
    const named = own(metric, plan.nodeLabel) || plan.node;
    const node = nodeIdOf(named) ?? named;
    const tags = plan.labels.map(({ label }) => own(metric, label));
    // Cut, two series might be one.
    const bytes = tagBytes([node, ...tags]);
    if (bytes > MAX_SERIES_BYTES) {
      onLeftOut(
        'long_labels',
        1,
        `a series of ${measurement} has labels of ${bytes} bytes, at most ${MAX_SERIES_BYTES} are taken: ask for fewer, or cut them in the query`,
      );
      return undefined;
    }
    const clean: CleanSeries = { node, measurement, tags, timesUs: [], values: [] };
    this.#takePoints(clean, values);
    return clean.timesUs.length === 0 ? undefined : clean;
  }

  #takePoints(series: CleanSeries, points: readonly unknown[]): void {
    const { plan, window } = this.#options;
    const seen = this.#pointsOf(series);
    const counts = { absent: 0, infinite: 0, not_exact: 0, invalid_time: 0, duplicate: 0 };
    for (const point of points) {
      const [time, text] = Array.isArray(point) ? (point as unknown[]) : [];
      const timeMs = typeof time === 'number' ? time * 1000 : Number.NaN;
      const step = Math.round(timeMs / plan.stepMs);
      const at = step - window.first;
      // Every point of a range lies on its grid: what does not has no time that can be trusted.
      if (!(at >= 0 && at <= window.last - window.first) || Math.abs(timeMs - step * plan.stepMs) > 0.5) {
        counts.invalid_time++;
        continue;
      }
      const value = toValue(text);
      if (Number.isNaN(value)) counts.absent++;
      else if (!Number.isFinite(value)) counts.infinite++;
      else if (Math.abs(value) > Number.MAX_SAFE_INTEGER && !isOfDouble(text as string, value)) counts.not_exact++;
      else if ((seen[at >> 3]! >> (at & 7)) & 1) counts.duplicate++;
      else {
        seen[at >> 3] = seen[at >> 3]! | (1 << (at & 7));
        series.timesUs.push(step * plan.stepMs * 1000);
        series.values.push(value);
      }
    }
    for (const [reason, count] of Object.entries(counts) as [LeftOut, number][])
      if (count > 0) this.#options.onLeftOut(reason, count, reason === 'duplicate' ? sameNamed(series, plan) : `of ${series.measurement}`);
  }

  /** Two metrics of a query never share a table: one would overwrite the other's rows. */
  #measurement(name: string | undefined): string | undefined {
    const { plan, onLeftOut } = this.#options;
    const table = plan.measurement ?? (name === undefined ? plan.name : name.replaceAll(':', '_').toLowerCase());
    if (plan.measurement !== undefined) return table;
    const metric = name ?? '';
    const first = this.#tables.get(table) ?? metric;
    this.#tables.set(table, first);
    const problem =
      measurementNameProblem(table) ??
      (isReservedMeasurement(table) ? `${table} is a table of Muster itself` : undefined) ??
      (first === metric ? undefined : `${metric} and ${first} would both be the table ${table}`);
    if (problem === undefined) return table;
    onLeftOut('bad_name', 1, `${problem}: give the query a measurement`);
    return undefined;
  }

  #pointsOf({ node, measurement, tags }: CleanSeries): Uint8Array {
    const { plan, window, maxSeries } = this.#options;
    const key = [node, measurement, ...tags].join('\0');
    let seen = this.#seen.get(key);
    if (seen === undefined) {
      if (this.#seen.size >= maxSeries)
        throw new MusterError('limit_exceeded', `query ${plan.name} has more than ${maxSeries} series: narrow it, or raise maxSeries`);
      seen = new Uint8Array(((window.last - window.first) >> 3) + 1);
      this.#seen.set(key, seen);
    }
    return seen;
  }
}

/** NaN for what is no value: null, NaN, an empty text. */
function toValue(text: unknown): number {
  if (typeof text !== 'string' || text.trim() === '') return Number.NaN;
  if (text === '+Inf' || text === 'Inf') return Number.POSITIVE_INFINITY;
  if (text === '-Inf') return Number.NEGATIVE_INFINITY;
  // Adding 0 makes 0 of -0.
  return Number(text) + 0;
}

/**
 * Whether a number beyond 2^53 was a double where it came from. Prometheus has doubles alone, and writes one with as many digits as tell it from others,
 * and zeros behind; another server may have whole numbers, whose last digits a double has no place for.
 */
function isOfDouble(text: string, value: number): boolean {
  const digits = /^[+-]?(\d+)(?:\.0*)?$/.exec(text.trim())?.[1]?.replace(/^0+/, '');
  if (digits === undefined) return true;
  const [mantissa = '', exponent = '0'] = Math.abs(value).toExponential().split('e');
  return digits === mantissa.replace('.', '').padEnd(Number(exponent) + 1, '0') || BigInt(digits) === BigInt(Math.abs(value));
}

function own(labels: Readonly<Record<string, string>>, name: string): string {
  const value = Object.hasOwn(labels, name) ? labels[name] : '';
  return typeof value === 'string' ? value : '';
}

function sameNamed({ node, measurement, tags }: CleanSeries, plan: QueryPlan): string {
  const words = tags.map((value, i) => `${plan.labels[i]?.tag}=${value}`).join(', ');
  return `several series are ${measurement} of ${node} (${words}): add the label that tells them apart to labels, or aggregate in the query`;
}

function toRawSeries(raw: unknown): RawSeries | undefined {
  if (typeof raw !== 'object' || raw === null) return undefined;
  const { metric, values, histograms } = raw as Partial<RawSeries>;
  if (typeof metric !== 'object' || metric === null) return undefined;
  const found = { metric, values: Array.isArray(values) ? values : [], histograms: Array.isArray(histograms) ? histograms : [] };
  return Array.isArray(values) || found.histograms.length > 0 ? found : undefined;
}
