// Takes snapshots while somebody wants them, with collectors of its own: the rate at rest is nobody's concern here, and costs nothing when nobody looks.
import { fault } from '../../core/node/faults.ts';
import { type InterfaceCounters, parseNetDev } from '../collectors/network.ts';
import type { Collector } from '../host/collector.ts';
import { type ClockSource, HostClock, systemClock } from '../host/host-clock.ts';
import type { HostFile } from '../host/host-file.ts';
import { CollectorSet, SILENT_REPORTS } from '../sampling/collector-set.ts';
import { LIVE_TIMING } from '../sampling/collector-timing.ts';
import { type AgedValues, SNAPSHOT_MEASUREMENTS, type Snapshot, toSnapshotValues, withEarlier } from './snapshot.ts';

export const MIN_INTERVAL_MS = 100;
export const MAX_INTERVAL_MS = 60_000;
/** Between the two readings that a rate takes, where none is there yet. */
const FIRST_READING_MS = 200;
/** A single question within this time of the last sample gets that one. */
const FRESH_MS = 900;
/** The collectors are given back when nobody asked for so long. */
const IDLE_MS = 15_000;
const WAIT_FOR_LATE_MS = 100;

export interface SnapshotSourceOptions {
  /** New collectors of these measurements: rates need readings of their own. */
  createCollectors(measurements: readonly string[]): Collector[];
  /** /proc/net/dev, for the counters themselves. */
  netDev: HostFile;
  /** Who we are. */
  self(): { name: string; nodeId: string | undefined };
  clock?: ClockSource;
}

interface Watcher {
  readonly intervalMs: number;
  nextMs: number;
  take(snapshot: Snapshot): void;
}

export class SnapshotSource {
  readonly #options: SnapshotSourceOptions;
  readonly #source: ClockSource;
  readonly #clock: HostClock;
  readonly #watchers = new Set<Watcher>();
  #set: CollectorSet | undefined;
  #aged: AgedValues | undefined;
  #takenMs = Number.NEGATIVE_INFINITY;
  #timer: NodeJS.Timeout | undefined;
  #idle: NodeJS.Timeout | undefined;
  #asking: Promise<Snapshot> | undefined;

  constructor(options: SnapshotSourceOptions) {
    this.#options = options;
    this.#source = options.clock ?? systemClock;
    this.#clock = new HostClock(this.#source, () => undefined);
  }

  get watchers(): number {
    return this.#watchers.size;
  }

  /** A snapshot at most a second old. */
  async current(): Promise<Snapshot> {
    this.#restIfIdle();
    if (this.#source.monotonicMs() - this.#takenMs < FRESH_MS) return this.#snapshot();
    this.#asking ??= this.#ask().finally(() => {
      this.#asking = undefined;
    });
    return this.#asking;
  }

  async #ask(): Promise<Snapshot> {
    if (this.#set === undefined) {
      await this.#sample();
      await new Promise((resolve) => setTimeout(resolve, FIRST_READING_MS));
    }
    await this.#sample();
    return this.#snapshot();
  }

  /** Calls `take` every `intervalMs` (100 to 60,000) until the returned function is called. */
  watch(intervalMs: number, take: (snapshot: Snapshot) => void): () => void {
    const interval = Math.min(MAX_INTERVAL_MS, Math.max(MIN_INTERVAL_MS, intervalMs));
    const watcher: Watcher = { intervalMs: interval, nextMs: 0, take };
    this.#watchers.add(watcher);
    clearTimeout(this.#timer);
    this.#tick().catch(fault);
    return () => {
      this.#watchers.delete(watcher);
      this.#restIfIdle();
    };
  }

  async #tick(): Promise<void> {
    const startMs = this.#source.monotonicMs();
    const hadRates = this.#set !== undefined;
    await this.#sample();
    if (this.#watchers.size === 0) return;
    const nowMs = this.#source.monotonicMs();
    // The first reading has no rates yet: the watchers get the second.
    if (hadRates) this.#tell(nowMs);
    const everyMs = Math.min(...[...this.#watchers].map(({ intervalMs }) => intervalMs));
    const wait = hadRates ? everyMs - (nowMs - startMs) : Math.min(everyMs, FIRST_READING_MS);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#tick().catch(fault), Math.max(10, wait));
  }

  #tell(nowMs: number): void {
    const snapshot = this.#snapshot();
    for (const watcher of [...this.#watchers]) {
      // A timer may fire a little early.
      if (nowMs < watcher.nextMs - MIN_INTERVAL_MS / 4) continue;
      watcher.nextMs = Math.max(watcher.nextMs + watcher.intervalMs, nowMs + watcher.intervalMs / 2);
      watcher.take(snapshot);
    }
  }

  async #sample(): Promise<void> {
    // What a collector cannot do is told by the samples at rest.
    this.#set ??= new CollectorSet(this.#options.createCollectors(SNAPSHOT_MEASUREMENTS), SILENT_REPORTS, LIVE_TIMING);
    const set = this.#set;
    const tick = this.#clock.tick();
    const late = set.run(tick);
    if (late !== undefined) await Promise.race([late, new Promise((resolve) => setTimeout(resolve, WAIT_FOR_LATE_MS))]);
    this.#aged = withEarlier(toSnapshotValues(set.take(), this.#readInterfaces()), tick.monotonicMs, this.#aged);
    this.#takenMs = tick.monotonicMs;
  }

  #readInterfaces(): InterfaceCounters[] {
    try {
      return parseNetDev(this.#options.netDev.read());
    } catch {
      // Not on Linux: the counters are null there.
      return [];
    }
  }

  #snapshot(): Snapshot {
    const { name, nodeId } = this.#options.self();
    const time = new Date(this.#source.wallMs() - (this.#source.monotonicMs() - this.#takenMs)).toISOString();
    return { time, name, node_id: nodeId ?? '', ...(this.#aged as AgedValues).values };
  }

  #restIfIdle(): void {
    clearTimeout(this.#idle);
    if (this.#watchers.size === 0) this.#idle = setTimeout(() => this.stop(), IDLE_MS).unref();
  }

  /** Gives back what it holds; the next question takes it again. */
  stop(): void {
    clearTimeout(this.#timer);
    clearTimeout(this.#idle);
    this.#set?.close();
    this.#set = undefined;
    this.#aged = undefined;
    this.#takenMs = Number.NEGATIVE_INFINITY;
    this.#options.netDev.close();
  }
}
