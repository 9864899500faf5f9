// Everything the page of one node shows over time: asks the store for the window's stretch, follows the live samples, tells when to paint.

import { toMusterError } from '../../../core/common/muster-error.ts';
import type { ConsoleApi, MetricsEvent } from '../../common/console-api.ts';
import type { Painter } from '../state/painter.ts';
import { Store } from '../state/store.ts';
import { type Bounds, boundsOf, sampleBy, sampleStepSeconds, type TimeRange } from '../state/time-range.ts';
import { ChartData } from './chart-data.ts';
import { CHARTS } from './chart-specs.ts';
import { newestTime } from './live-values.ts';
import { type Filesystem, loadCharts, loadEvents, loadFilesystems, type NodeEvent } from './node-history.ts';

const LIVE_INTERVAL_MS = 1000;
export const LENS_INTERVAL_MS = 100;
export const LENS_MS = 5 * 60_000;
/** How much of the time axis the lens shows. */
export const LENS_SPAN_MS = 60_000;
const REFRESH_MS = 30_000;

export interface FeedState {
  /** Counts paintings; another number is another picture. */
  version: number;
  loading: boolean;
  /** Why the history could not be read; empty when it could. */
  problem: string;
  stepSeconds: number;
  filesystems: readonly Filesystem[];
  events: readonly NodeEvent[];
  /** Until when the lens holds, Unix ms; 0 without one. */
  lensUntilMs: number;
}

export class NodeFeed {
  readonly state = new Store<FeedState>({
    version: 0,
    loading: true,
    problem: '',
    stepSeconds: 1,
    filesystems: [],
    events: [],
    lensUntilMs: 0,
  });
  readonly data: ReadonlyMap<string, ChartData> = new Map(CHARTS.map((spec) => [spec.key, new ChartData(spec.lines.length)]));
  readonly #api: ConsoleApi;
  readonly #painter: Painter;
  readonly #nodeId: string;
  readonly #now: () => number;
  #range: TimeRange | undefined;
  #intervalMs = 1000;
  #joinedMs = 0;
  #history: AbortController | undefined;
  #refresh: ReturnType<typeof setTimeout> | undefined;
  #lensEnd: ReturnType<typeof setTimeout> | undefined;
  #unsubscribe: (() => void) | undefined;

  constructor(api: ConsoleApi, painter: Painter, nodeId: string, now: () => number) {
    this.#api = api;
    this.#painter = painter;
    this.#nodeId = nodeId;
    this.#now = now;
  }

  /** Shows that range from now on. `intervalMs` is how often the node samples at rest, `joinedMs` when it enrolled: before, there is nothing. */
  show(range: TimeRange, intervalMs: number, joinedMs: number): void {
    this.#range = range;
    this.#joinedMs = joinedMs;
    this.#intervalMs = Math.max(1000, intervalMs);
    if (range.kind === 'past') this.setLens(false);
    this.#follow();
    void this.#load();
  }

  /** Raises the rate for a while, or ends that. */
  setLens(on: boolean): void {
    clearTimeout(this.#lensEnd);
    const before = this.state.get().lensUntilMs > 0;
    if (!on && !before) return;
    if (on) this.#lensEnd = setTimeout(() => this.setLens(false), LENS_MS);
    for (const data of this.data.values()) data.clearLive();
    this.#set({ lensUntilMs: on ? Date.now() + LENS_MS : 0 });
    this.#follow();
  }

  close(): void {
    clearTimeout(this.#refresh);
    clearTimeout(this.#lensEnd);
    this.#history?.abort();
    this.#unsubscribe?.();
  }

  /** What the charts show now. */
  bounds(): Bounds {
    const now = this.#now();
    if (this.state.get().lensUntilMs > 0) return { fromMs: now - LENS_SPAN_MS, toMs: now };
    return this.#historyBounds();
  }

  /** What to ask the store for: under the lens too, the stretch that shows when it ends. */
  #historyBounds(): Bounds {
    const range = this.#range ?? { kind: 'live', spanMs: LENS_SPAN_MS };
    const bounds = boundsOf(range, this.#now());
    if (range.kind !== 'live') return bounds;
    return { ...bounds, fromMs: Math.min(bounds.toMs - LENS_SPAN_MS, Math.max(bounds.fromMs, this.#joinedMs)) };
  }

  get liveStepSeconds(): number {
    return this.state.get().lensUntilMs > 0 ? LENS_INTERVAL_MS / 1000 : LIVE_INTERVAL_MS / 1000;
  }

  #follow(): void {
    this.#unsubscribe?.();
    this.#unsubscribe = undefined;
    if (this.#range?.kind !== 'live') {
      for (const data of this.data.values()) data.clearLive();
      return;
    }
    const intervalMs = this.state.get().lensUntilMs > 0 ? LENS_INTERVAL_MS : LIVE_INTERVAL_MS;
    const measurements = [...new Set(CHARTS.map((spec) => spec.measurement))];
    this.#unsubscribe = this.#api.subscribe('metrics', { nodeIds: [this.#nodeId], measurements, intervalMs }, this.#receive);
  }

  readonly #receive = ({ frames }: MetricsEvent): void => {
    for (const frame of frames) {
      for (const spec of CHARTS) {
        if (spec.measurement !== frame.measurement) continue;
        const values = spec.live(frame).map((value) => value * spec.scale);
        if (values.some((value) => !Number.isNaN(value))) this.data.get(spec.key)?.addLive(newestTime(frame) / 1e6, values);
      }
    }
    this.#painter.request(this.#paint);
  };

  async #load(): Promise<void> {
    clearTimeout(this.#refresh);
    this.#history?.abort();
    const controller = new AbortController();
    this.#history = controller;
    const range = this.#range as TimeRange;
    const bounds = this.#historyBounds();
    const stepSeconds = sampleStepSeconds(bounds.toMs - bounds.fromMs, this.#intervalMs);
    this.#set({ loading: true });
    const ask = (sql: string, maxRows: number) => this.#api.request('query', { sql, maxRows, timeoutMs: 20_000 }, controller.signal);
    try {
      const asked = { nodeId: this.#nodeId, bounds, sample: `SAMPLE BY ${sampleBy(stepSeconds)}` };
      const [problem, filesystems, events] = await Promise.all([
        loadCharts(ask, asked, (key, times, columns) => this.data.get(key)?.setHistory(times, columns, stepSeconds)),
        loadFilesystems(ask, asked),
        loadEvents(ask, asked),
      ]);
      if (controller.signal.aborted) return;
      this.#set({ loading: false, problem, stepSeconds, filesystems, events });
      if (range.kind === 'live') this.#refresh = setTimeout(() => void this.#load(), REFRESH_MS);
    } catch (error) {
      if (controller.signal.aborted) return;
      this.#set({ loading: false, problem: toMusterError(error).message });
      this.#refresh = setTimeout(() => void this.#load(), REFRESH_MS / 6);
    }
  }

  readonly #paint = (): void => this.#set({});

  #set(change: Partial<FeedState>): void {
    const before = this.state.get();
    this.state.set({ ...before, ...change, version: before.version + 1 });
  }
}
