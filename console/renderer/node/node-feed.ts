// Everything the page of one node shows over time: which blocks of history to fetch, the live samples behind them, the stretch that shows.
import { toMusterError } from '../../../core/common/muster-error.ts';
import type { ConsoleApi, MetricsEvent } from '../../common/console-api.ts';
import type { FleetNode, NodeSpool } from '../../common/fleet-node.ts';
import type { SeriesAnswer } from '../../common/series-answer.ts';
import { LIVE_POINT_MARK, markPainted } from '../state/paint-marks.ts';
import type { Painter } from '../state/painter.ts';
import { Store } from '../state/store.ts';
import { type Bounds, boundsOf, type TimeRange } from '../state/time-range.ts';
import { type ChartColumns, chartColumns, linesOf } from './charts/chart-columns.ts';
import type { NodeEvent } from './node-event.ts';
import { loadEvents, newestFirst, silences, unrecorded } from './node-events.ts';
import { LiveSeries } from './series/live-series.ts';
import { type Asking, coarsestStep, type Part, type SeriesWish, wishesOf, wishKey } from './series/points.ts';
import { SeriesCache } from './series/series-cache.ts';
import { loadBlock } from './series/series-load.ts';
import { blocksOf, type Step, stepFor } from './series/series-steps.ts';
import { silentNow } from './silence-words.ts';
import type { ChartSpec, LineSpec } from './specs/chart-spec.ts';
import { LOAD } from './specs/cpu.ts';
import { factsOf } from './specs/measurements.ts';

const LIVE_INTERVAL_MS = 1000;
const LENS_INTERVAL_MS = 100;
const LENS_MS = 5 * 60_000;
/** How much of the time axis the lens shows. */
const LENS_SPAN_MS = 60_000;
const REFRESH_MS = 30_000;
const MOVE_FETCH_MS = 120;

/** A batch waits for a moment in any case; older, the node sends what it kept. */
const BACKLOG_MS = 30_000;
/** What is sent now is in the store by then. */
const ARRIVAL_MS = 120_000;
/** By its own clock the last sample may lie a little behind its arrival. */
const SKEW_MS = 2000;

/** What a feed needs to know of a node. */
export type HeardNode = Pick<FleetNode, 'state' | 'lastSeenMs'> & { spool: Pick<NodeSpool, 'oldestMs'> | null };

export interface FeedState {
  /** Counts paintings; another number is another picture. */
  version: number;
  loading: boolean;
  /** Why the history could not be read; empty when it could. */
  problem: string;
  events: readonly NodeEvent[];
  /** Of what happened before not all is known, Unix ms; undefined where all is. */
  eventsCutMs: number | undefined;
  /** Until when the lens holds, Unix ms; 0 without one. */
  lensUntilMs: number;
}

export interface Drawn {
  columns: ChartColumns;
  lines: readonly LineSpec[];
  /** Lines that are not drawn. */
  left: number;
  /** What the coarsest of its points stand for. */
  stepSeconds: number;
}

export class NodeFeed {
  readonly state = new Store<FeedState>({ version: 0, loading: true, problem: '', events: [], eventsCutMs: undefined, lensUntilMs: 0 });
  /** What the charts show; follows the hand while the window is moved. */
  readonly bounds = new Store<Bounds>({ fromMs: 0, toMs: 1 });
  /** The moment under the pointer, Unix ms; null without one. */
  readonly cursor = new Store<number | null>(null);
  readonly #api: ConsoleApi;
  readonly #painter: Painter;
  readonly #nodeId: string;
  readonly #now: () => number;
  readonly #cache: SeriesCache;
  readonly #live = new Map<string, LiveSeries>();
  #wishes = new Map<string, SeriesWish>();
  #range: TimeRange = { kind: 'live', spanMs: LENS_SPAN_MS };
  #moving: Bounds | undefined;
  #intervalMs = 1000;
  #joinedMs = 0;
  #told: NodeEvent[] = [];
  #toldCutMs: number | undefined;
  #heard: HeardNode = { state: 'live', lastSeenMs: null, spool: null };
  #events: AbortController | undefined;
  #eventProblem = '';
  /** The blocks that were painted last: while the window moves within them, frames cost no more than a scale. */
  #paintedBlocks = '';
  /** When the newest live sample was taken that is not painted yet, Unix ms; 0 where all are. */
  #unpaintedMs = 0;
  #timers: ReturnType<typeof setTimeout>[] = [];
  #unsubscribe: (() => void) | undefined;

  constructor(api: ConsoleApi, painter: Painter, nodeId: string, now: () => number) {
    this.#api = api;
    this.#painter = painter;
    this.#nodeId = nodeId;
    this.#now = now;
    this.#cache = new SeriesCache(
      (wish, block, signal) => loadBlock(api, nodeId, wish, block, signal),
      () => painter.request(this.#paint),
      now,
    );
  }

  /** What the page draws now. */
  follow(asking: readonly Asking[]): void {
    const wishes = wishesOf(asking);
    for (const [key, wish] of wishes) {
      if (factsOf(wish.measurement).namedBy !== undefined) continue;
      if (this.#wishes.get(key)?.fields.join() !== wish.fields.join()) this.#live.set(key, new LiveSeries(wish));
    }
    for (const key of this.#live.keys()) if (!wishes.has(key)) this.#live.delete(key);
    this.#wishes = wishes;
    this.#subscribe();
    this.#fetch();
  }

  /** Shows that range from now on. `intervalMs` is how often the node samples at rest, `joinedMs` when it enrolled: before, there is nothing. */
  show(range: TimeRange, intervalMs: number, joinedMs: number): void {
    this.#moving = undefined;
    this.#range = range;
    this.#joinedMs = joinedMs;
    this.#intervalMs = Math.max(1000, intervalMs);
    if (range.kind === 'past') this.setLens(false);
    this.#subscribe();
    this.#fetch();
    void this.#loadEvents();
  }

  /** What the gateway says of the node: whether it is heard, and what it still has to send. */
  hear(node: HeardNode): void {
    const before = this.#heard;
    this.#heard = node;
    const now = this.#now();
    const { oldestMs = null } = node.spool ?? {};
    if (oldestMs !== null && now - oldestMs > BACKLOG_MS) this.#cache.rowsArrive(oldestMs, now + ARRIVAL_MS);
    // It was away: what it kept meanwhile may have come before the spool could be seen full.
    const awayMs = before.lastSeenMs === null || node.lastSeenMs === null ? 0 : node.lastSeenMs - before.lastSeenMs;
    if (awayMs > BACKLOG_MS && before.lastSeenMs !== null) this.#cache.rowsArrive(before.lastSeenMs, now + ARRIVAL_MS);
    if (before.state !== node.state) this.#painter.request(this.#paint);
  }

  /** The moment that the page is about while nothing is pointed at: the end of the stretch, and of a node that is silent now its last sample. */
  momentMs(): number {
    if (this.#range.kind === 'past') return this.#range.toMs;
    const { state, lastSeenMs } = this.#heard;
    const silent = (state === 'silent' || state === 'maintenance') && lastSeenMs !== null;
    return silent ? lastSeenMs + SKEW_MS : this.#now();
  }

  /** Shows that stretch while a hand moves it; `show` ends it. */
  move(bounds: Bounds): void {
    this.#moving = bounds;
    this.bounds.set(bounds);
    this.#painter.request(this.#fetch, MOVE_FETCH_MS);
  }

  /** Raises the rate for a while, or ends that. */
  setLens(on: boolean): void {
    if (on === this.state.get().lensUntilMs > 0) return;
    for (const live of this.#live.values()) live.clear();
    this.#set({ lensUntilMs: on ? Date.now() + LENS_MS : 0 });
    if (on) this.#later(() => this.setLens(false), LENS_MS);
    this.#subscribe();
    this.#fetch();
  }

  /** A second went by. */
  tick(): void {
    this.#painter.request(this.#fetch);
  }

  close(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#events?.abort();
    this.#unsubscribe?.();
    this.#cache.close();
  }

  /** The step of the measurement's points in the stretch that shows. */
  stepOf(measurement: string): Step {
    if (this.#lens) return { seconds: LENS_INTERVAL_MS / 1000, raw: true };
    const { fromMs, toMs } = this.#shown();
    return stepFor(toMs - fromMs, Math.max(this.#intervalMs / 1000, factsOf(measurement).everySeconds));
  }

  /** All that is known of the series around the stretch that shows: history in the order of time, the live samples last. */
  parts({ measurement, tags }: Pick<Asking, 'measurement' | 'tags'>): Part[] {
    const key = wishKey(measurement, tags);
    const wish = this.#wishes.get(key);
    if (wish === undefined) return [];
    const { seconds } = this.stepOf(measurement);
    const series = this.#live.get(key)?.points;
    const live = this.#range.kind === 'live' && series !== undefined ? [{ stepSeconds: seconds, raw: true, series }] : [];
    if (this.#lens) return live;
    const { shown, beside } = this.#blocks(wish);
    const blocks = [...beside.slice(0, 1), ...shown, ...beside.slice(1)];
    const stored = blocks.map((block) => partOf(this.#cache.get({ wish, block }), seconds));
    // What came between the stored rows and the live ones may be in the answer that is on its way.
    const coming = blocks.some((block) => this.#cache.isComing({ wish, block })) ? [partOf(undefined, seconds)] : [];
    return [...stored, ...coming, ...live];
  }

  draw(spec: ChartSpec): Drawn {
    const parts = this.parts(spec);
    const { lines, left } = linesOf(spec, parts);
    const stepSeconds = coarsestStep(parts) || this.stepOf(spec.measurement).seconds;
    return { lines, left, columns: chartColumns(spec, lines, parts), stepSeconds };
  }

  /** What a point of the measurement is, in words. */
  tierOf({ measurement, tags }: Pick<Asking, 'measurement' | 'tags'>): string {
    if (this.#lens) return 'live, 10 Hz';
    const step = this.stepOf(measurement);
    const wish = this.#wishes.get(wishKey(measurement, tags));
    const answers = wish === undefined ? [] : this.#blocks(wish).shown.map((block) => this.#cache.get({ wish, block }));
    const tier = ['1h', '1m'].find((name) => answers.some((answer) => answer?.tier === name)) ?? 'raw';
    const coarsest = Math.max(step.seconds, ...answers.map((answer) => answer?.stepSeconds ?? 0));
    if (tier === 'raw' && step.raw) return `raw · ${inWords(coarsest)}`;
    return `${tier} · ${inWords(coarsest)} steps, min–max band`;
  }

  /** Whether history of it is on its way. */
  isComing({ measurement, tags }: Pick<Asking, 'measurement' | 'tags'>): boolean {
    const wish = this.#wishes.get(wishKey(measurement, tags));
    return wish !== undefined && !this.#lens && this.#blocks(wish).shown.some((block) => this.#cache.isComing({ wish, block }));
  }

  get #lens(): boolean {
    return this.state.get().lensUntilMs > 0;
  }

  #shown(): Bounds {
    if (this.#moving !== undefined) return this.#moving;
    const now = this.#now();
    if (this.#lens) return { fromMs: now - LENS_SPAN_MS, toMs: now };
    const bounds = boundsOf(this.#range, now);
    if (this.#range.kind !== 'live') return bounds;
    return { ...bounds, fromMs: Math.min(bounds.toMs - LENS_SPAN_MS, Math.max(bounds.fromMs, this.#joinedMs)) };
  }

  #blocks({ measurement }: SeriesWish): ReturnType<typeof blocksOf> {
    const { fromMs, toMs } = this.#shown();
    return blocksOf(fromMs, toMs, this.stepOf(measurement));
  }

  #subscribe(): void {
    this.#unsubscribe?.();
    this.#unsubscribe = undefined;
    if (this.#range.kind !== 'live') for (const live of this.#live.values()) live.clear();
    const measurements = [...new Set([...this.#wishes.values()].map(({ measurement }) => measurement))];
    if (this.#range.kind !== 'live' || measurements.length === 0) return;
    const intervalMs = this.#lens ? LENS_INTERVAL_MS : LIVE_INTERVAL_MS;
    this.#unsubscribe = this.#api.subscribe('metrics', { nodeIds: [this.#nodeId], measurements, intervalMs }, this.#receive);
  }

  readonly #receive = ({ frames, sentMs }: MetricsEvent): void => {
    for (const frame of frames) {
      this.#unpaintedMs = Math.max(this.#unpaintedMs, (frame.timeUs.at(-1) ?? 0) / 1000);
      for (const [key, { measurement }] of this.#wishes) if (measurement === frame.measurement) this.#live.get(key)?.add(frame, sentMs);
    }
    this.#painter.request(this.#paint);
  };

  readonly #fetch = (): void => {
    let blocksNow = '';
    if (!this.#lens) {
      const wanted = [...this.#wishes.values()].map((wish) => ({ wish, blocks: this.#blocks(wish) }));
      blocksNow = wanted.map(({ blocks }) => blocks.shown.map(({ step, index }) => `${step.seconds}:${index}`).join()).join(' ');
      this.#cache.want([
        ...wanted.flatMap(({ wish, blocks }) => blocks.shown.map((block) => ({ wish, block }))),
        ...wanted.flatMap(({ wish, blocks }) => blocks.beside.map((block) => ({ wish, block }))),
      ]);
    }
    if (this.#moving === undefined || blocksNow !== this.#paintedBlocks) this.#paint();
    this.#paintedBlocks = blocksNow;
  };

  async #loadEvents(): Promise<void> {
    this.#events?.abort();
    const controller = new AbortController();
    this.#events = controller;
    const { fromMs, toMs } = this.#shown();
    const span = toMs - fromMs;
    const ask = (sql: string, maxRows: number) => this.#api.request('query', { sql, maxRows, timeoutMs: 20_000 }, controller.signal);
    try {
      // A span to each side, so that marks are there while the window is moved.
      ({ events: this.#told, cutMs: this.#toldCutMs } = await loadEvents(ask, this.#nodeId, { fromMs: fromMs - span, toMs: toMs + span }));
      this.#eventProblem = '';
    } catch (error) {
      if (!controller.signal.aborted) this.#eventProblem = toMusterError(error).message;
    }
    if (controller.signal.aborted) return;
    this.#paint();
    if (this.#range.kind === 'live') this.#later(() => controller === this.#events && void this.#loadEvents(), REFRESH_MS);
  }

  readonly #paint = (): void => {
    this.bounds.set(this.#shown());
    const loading = [...this.#wishes.values()].some((wish) => this.isComing(wish));
    const silent = this.#lens ? [] : silences(this.parts(LOAD));
    const now = this.#range.kind === 'live' ? silentNow(this.#heard) : [];
    const events = [...this.#told, ...unrecorded([...silent, ...now], this.#told)].sort(newestFirst);
    this.#set({ loading, events, eventsCutMs: this.#toldCutMs, problem: this.#cache.problem || this.#eventProblem });
    if (this.#unpaintedMs > 0) markPainted(LIVE_POINT_MARK, this.#unpaintedMs);
    this.#unpaintedMs = 0;
  };

  #later(act: () => void, ms: number): void {
    const timer = setTimeout(() => {
      this.#timers = this.#timers.filter((each) => each !== timer);
      act();
    }, ms);
    this.#timers.push(timer);
  }

  #set(change: Partial<FeedState>): void {
    const before = this.state.get();
    this.state.set({ ...before, ...change, version: before.version + 1 });
  }
}

/** The answer as charts read it; one that is not there yet proves nothing. */
function partOf(answer: SeriesAnswer | undefined, stepSeconds: number): Part {
  if (answer === undefined) return { stepSeconds, raw: false, series: [] };
  return { stepSeconds: answer.stepSeconds, raw: answer.tier === 'raw', series: answer.series };
}

function inWords(seconds: number): string {
  if (seconds % 86_400 === 0) return `${seconds / 86_400} d`;
  if (seconds % 3600 === 0) return `${seconds / 3600} h`;
  return seconds % 60 === 0 ? `${seconds / 60} min` : `${seconds} s`;
}
