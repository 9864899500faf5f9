// Writes the history of node states: one gateway at a time does so for all. What changes goes as events on the durable path, behind the
// telemetry and in bounded portions; what nobody could watch is written as such.
import { randomUUID } from 'node:crypto';
import type { NatsConnection } from 'nats';
import type { FleetEvent } from '../../core/common/frame.ts';
import { MusterError, toMusterError } from '../../core/common/muster-error.ts';
import { kindUnknownTo } from '../../core/common/state-events.ts';
import type { EtlStatus } from '../../core/common/streams.ts';
import { fault } from '../../core/node/faults.ts';
import type { Component } from '../../core/node/lifecycle.ts';
import type { Directory } from '../fleet/directory/directory.ts';
import type { ReadDatabase } from '../fleet/query/read-database.ts';
import { partNodeId } from '../self/part-samples.ts';
import { EventQueue } from './event-queue.ts';
import { GatewaySigns } from './gateway-signs.ts';
import { BACK_MS, ListenedTime, PULSE_MS } from './listened-time.ts';
import { HOLD_MS, readRecorded } from './recorded-states.ts';
import { toStateEvent, unwatchedEvent, watchedEvent } from './state-event.ts';
import { type StateRow, StateWatch } from './state-watch.ts';
import { TaskLease } from './task-lease.ts';

export interface StateRecorderOptions {
  connection: NatsConnection;
  directory: Directory;
  database: ReadDatabase;
  /** Name of this gateway. */
  gateway: string;
  /** False while nothing can be heard of nodes. */
  connected(): boolean;
  /** True while no more should be given to the stream. */
  pressure(): boolean;
  /** Resolves when the stream has them. Never where this gateway stops before. */
  deliver(nodeId: string, events: readonly FleetEvent[]): Promise<void>;
  /** True for a node that was taken out of the fleet; one that is missing in the directory may only be unknown. */
  isRemoved(nodeId: string): boolean;
  /** What the ETL says of itself; undefined where none has reported. */
  etlStatus(): Promise<Pick<EtlStatus, 'eventKinds'> | undefined>;
  /** True once the store has said what it has of the time before this gateway. */
  historyKnown(): boolean;
  events: { retried(what: { what: 'node states'; error: string }): void };
  /** Unix ms. */
  now: () => number;
}

const BEAT_MS = 1000;
/** A stream that takes nothing for so long stops the agents too, whose heartbeats then wait with their batches: at 1 s after half a minute. */
const UNTAKEN_MS = 10_000;
const RENEW_MS = 5000;
const LOAD_AGAIN_MS = 5000;
/** How often it is written that all were watched. After a crash so much is not known at most. */
const MARK_MS = 15_000;
/** So long a beginning waits for each node to be heard, or missed; of the others nobody knows then. */
const OPEN_MS = 60_000;
const AGED_A_BEAT = 200;
/** A node that becomes a machine by its label has no other state than before. */
const LOOK_MS = 60_000;
const STOP_WAIT_MS = 2000;

/** Why nobody watched. */
const AWAY = 'no gateway was watching';
const DEAF = 'the gateway could not listen';
const SET_BACK = 'the clock of the gateway stands before what is recorded already';

export class StateRecorder implements Component {
  readonly name = 'node states';
  readonly #options: StateRecorderOptions;
  readonly #queue: EventQueue;
  #lease: TaskLease;
  #timer: NodeJS.Timeout | undefined;
  #unlisten = (): void => undefined;
  #abort = new AbortController();
  #watch: StateWatch | undefined;
  /** Of the lease, when the watch began. */
  #term = 0;
  #listened = new ListenedTime(0, 0);
  readonly #signs: GatewaySigns;
  /** By a clock that only grows. */
  #beatMs = Number.NEGATIVE_INFINITY;
  /** Unix ms. */
  #listeningSinceMs = 0;
  #stalled = false;
  #deaf = false;
  /** Unix ms: the newest that stands recorded, where the clock was set back. Nothing is written before it. */
  #holdUntilMs = 0;
  /** Unix ms: the newest that stands recorded by a wrong clock, which is not waited for. */
  #aheadMs = 0;
  #renewedMs = Number.NEGATIVE_INFINITY;
  #renewing = false;
  #loading = false;
  #loadAtMs = Number.NEGATIVE_INFINITY;
  #failing = false;
  #problem = '';
  /** The last beat at which all states were known; undefined while they are not. */
  #coveredMs: number | undefined;
  /** Up to when they were known before; 0 for never. */
  #knownUntilMs = 0;
  #unknownBecause = AWAY;
  #markedMs = Number.NEGATIVE_INFINITY;
  #lookedMs = Number.NEGATIVE_INFINITY;

  constructor(options: StateRecorderOptions) {
    this.#options = options;
    this.#lease = this.#newLease();
    this.#signs = new GatewaySigns(options.gateway, () => options.directory.nodes());
    this.#queue = new EventQueue({
      deliver: (events) => options.deliver(partNodeId(options.gateway), events),
      mayDeliver: () => this.#lease.held && options.connected() && !options.pressure(),
      // The store is asked what it has, and what it lacks is written.
      onLost: (error) => this.#beginAnew(error),
    });
  }

  /** Why nothing is written though it could be, or cannot be relied on, a sentence each. */
  problems(): string[] {
    if (!this.#lease.held) return [];
    const until = new Date(this.#aheadMs).toISOString();
    return [
      ...(this.#problem === '' ? [] : [`the history of node states is not written: ${this.#problem}`]),
      ...(this.#aheadMs > this.#options.now()
        ? [
            `the history of node states has rows up to ${until} by a clock that was ahead of this one: what is written until then stands among them`,
          ]
        : []),
    ];
  }

  async start(): Promise<void> {
    this.#abort = new AbortController();
    this.#lease = this.#newLease();
    this.#listeningSinceMs = this.#options.now();
    this.#listened = new ListenedTime(this.#listeningSinceMs, performance.now());
    this.#stalled = false;
    this.#beatMs = this.#renewedMs = Number.NEGATIVE_INFINITY;
    const { directory } = this.#options;
    this.#unlisten = directory.onState((node, nowMs) => {
      this.#pulse(nowMs);
      // A beat says first whether anybody was listening.
      if (this.#watch !== undefined && !this.#deaf && !this.#stalled && this.#isListening()) this.#write(this.#watch.note(node, nowMs));
    });
    this.#timer = setInterval(() => {
      const nowMs = this.#options.now();
      this.#pulse(nowMs);
      if (performance.now() - this.#beatMs >= BEAT_MS - PULSE_MS / 2) this.#beat(nowMs);
    }, PULSE_MS);
  }

  /** Writes what waits, as far as the stream takes it soon, and lets another gateway begin. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    this.#unlisten();
    this.#abort.abort();
    if (this.#coveredMs !== undefined && this.#lease.held) {
      this.#queue.add([watchedEvent(this.#coveredMs, this.#options.gateway)]);
      await this.#queue.drained(STOP_WAIT_MS);
    }
    this.#queue.clear();
    this.#watch = undefined;
    this.#coveredMs = undefined;
    // Another one waits for it to run out.
    if (this.#options.connected()) await this.#lease.release().catch(() => undefined);
  }

  #newLease(): TaskLease {
    const { connection, gateway } = this.#options;
    return new TaskLease({ connection, task: 'states', gateway, instance: randomUUID() });
  }

  /** What is due after a stall is late at the same moment, so whoever comes first tells the time. */
  #pulse(nowMs: number): void {
    const { stalled, backMs } = this.#listened.pulse(nowMs, performance.now());
    if (backMs > 0) this.#setBack(nowMs, nowMs + backMs);
    if (stalled || backMs > 0) this.#stalled = true;
  }

  #beat(nowMs: number): void {
    this.#beatMs = performance.now();
    if (this.#stalled) {
      this.#stalled = false;
      this.#deaf = true;
      // A machine that slept has a clock that slept too: another gateway may have begun.
      this.#lease.doubt();
      this.#renewedMs = Number.NEGATIVE_INFINITY;
      this.#stopCovering(DEAF);
    }
    if (!this.#isListening()) {
      this.#deaf = true;
      this.#stopCovering(DEAF);
      if (this.#options.connected()) this.#renew();
      return;
    }
    if (this.#deaf) {
      this.#deaf = false;
      this.#listeningSinceMs = nowMs;
      this.#watch?.listenAnew(nowMs);
      this.#noteAll(nowMs);
    }
    this.#renew();
    // What changes meanwhile waits; where another one has begun it is for that one to write.
    if (!this.#lease.held) return;
    if (this.#watch !== undefined && this.#term !== this.#lease.term) this.#forget();
    if (this.#watch === undefined) this.#load(nowMs);
    else this.#go(this.#watch, nowMs);
  }

  /** What is recorded reaches to `recordedMs` by the clock as it was. What waits to be written was true. */
  #setBack(nowMs: number, recordedMs: number): void {
    if (this.#watch === undefined) return;
    this.#watch = undefined;
    this.#coveredMs = undefined;
    this.#hold(nowMs, recordedMs);
  }

  /** Until the clock has passed what is recorded, changes would stand before others that came first. */
  #hold(nowMs: number, recordedMs: number): void {
    if (recordedMs - nowMs > HOLD_MS) return;
    this.#holdUntilMs = recordedMs + 1;
    this.#queue.add([unwatchedEvent(nowMs, recordedMs, this.#options.gateway, SET_BACK)]);
  }

  /** Where the stream takes no more, agents are told to wait and cannot be heard: their quiet is not theirs. */
  #isListening(): boolean {
    const { connected, pressure } = this.#options;
    return connected() && !pressure() && this.#queue.untakenMs < UNTAKEN_MS;
  }

  #go(watch: StateWatch, nowMs: number): void {
    const { directory, gateway } = this.#options;
    if (performance.now() - this.#lookedMs >= LOOK_MS) this.#noteAll(nowMs, (nodeId) => !watch.has(nodeId));
    for (const nodeId of new Set([...watch.open, ...watch.unproven, ...watch.unfolded(nowMs)])) {
      const node = directory.get(nodeId);
      if (node !== undefined) this.#write(watch.note(node, nowMs));
    }
    for (const nodeId of watch.aged(nowMs, this.#coveredMs === undefined ? Number.POSITIVE_INFINITY : AGED_A_BEAT)) {
      const node = directory.get(nodeId);
      if (node !== undefined) this.#write(watch.standing(node, nowMs));
    }
    if (this.#coveredMs === undefined) {
      const sinceMs = this.#listeningSinceMs;
      if (watch.open.size > 0 && nowMs - sinceMs - this.#listened.lostSince(sinceMs) < OPEN_MS) return;
      for (const nodeId of [...watch.open]) {
        const node = directory.get(nodeId);
        if (node !== undefined) this.#write(watch.giveUp(node, nowMs));
      }
      if (this.#knownUntilMs > 0) this.#queue.add([unwatchedEvent(this.#knownUntilMs, nowMs, gateway, this.#unknownBecause)]);
      this.#markedMs = Number.NEGATIVE_INFINITY;
    }
    // Another listener may have begun anew while rows were written.
    if (this.#watch !== watch) return;
    this.#coveredMs = nowMs;
    if (performance.now() - this.#markedMs < MARK_MS) return;
    this.#markedMs = performance.now();
    this.#queue.add([watchedEvent(nowMs, gateway)]);
  }

  #noteAll(nowMs: number, isWanted: (nodeId: string) => boolean = () => true): void {
    const watch = this.#watch;
    this.#lookedMs = performance.now();
    if (watch === undefined) return;
    for (const node of this.#options.directory.nodes()) if (isWanted(node.nodeId)) this.#write(watch.note(node, nowMs));
  }

  #write(rows: readonly StateRow[]): void {
    if (rows.length === 0) return;
    const { gateway, now } = this.#options;
    this.#queue.add(rows.map((row) => toStateEvent(row, gateway, this.#signs.isHeard(row.gateway, now()))));
  }

  #stopCovering(because: string): void {
    if (this.#coveredMs === undefined) return;
    this.#knownUntilMs = this.#coveredMs;
    this.#coveredMs = undefined;
    this.#unknownBecause = because;
  }

  #forget(): void {
    this.#watch = undefined;
    this.#coveredMs = undefined;
    this.#queue.clear();
  }

  #beginAnew(error: Error): void {
    this.#tell(error);
    this.#forget();
  }

  #renew(): void {
    const atMs = performance.now();
    if (this.#renewing || atMs - this.#renewedMs < RENEW_MS) return;
    this.#renewing = true;
    this.#renewedMs = atMs;
    this.#lease
      .renew()
      .then((held) => {
        if (!held) this.#forget();
      })
      .catch((error: unknown) => this.#tell(toMusterError(error)))
      .finally(() => {
        this.#renewing = false;
      })
      .catch(fault);
  }

  #load(nowMs: number): void {
    const { connection, database, historyKnown, isRemoved, now } = this.#options;
    if (this.#loading || nowMs < this.#holdUntilMs || performance.now() < this.#loadAtMs || !historyKnown()) return;
    this.#loading = true;
    const { signal } = this.#abort;
    const { term } = this.#lease;
    this.#assertTaken()
      .then(() => readRecorded(connection, database, nowMs, signal))
      .then(({ nodes, watchedUntilMs, aheadMs }) => {
        if (signal.aborted || !this.#lease.held || this.#lease.term !== term) return;
        this.#aheadMs = aheadMs;
        const atMs = now();
        if (watchedUntilMs > atMs + BACK_MS) {
          this.#hold(atMs, watchedUntilMs);
          return;
        }
        // Of a wait for the clock nothing is told.
        this.#listeningSinceMs = Math.max(this.#listeningSinceMs, this.#holdUntilMs);
        const watch = new StateWatch(nodes, { sinceMs: this.#listeningSinceMs, lostSince: (ms) => this.#listened.lostSince(ms) });
        this.#watch = watch;
        this.#term = this.#lease.term;
        this.#knownUntilMs = watchedUntilMs;
        this.#unknownBecause = AWAY;
        this.#failing = false;
        const { directory } = this.#options;
        for (const row of watch.missing((nodeId) => directory.get(nodeId) !== undefined, isRemoved, atMs)) this.#write([row]);
        this.#noteAll(atMs);
      })
      .catch((error: unknown) => {
        this.#loadAtMs = performance.now() + LOAD_AGAIN_MS;
        if (!signal.aborted) this.#tell(toMusterError(error));
      })
      .finally(() => {
        this.#loading = false;
      })
      .catch(fault);
  }

  /** Throws where the ETL would store what is written as something else: it waits for one that knows it. */
  async #assertTaken(): Promise<void> {
    const status = await this.#options.etlStatus();
    if (status === undefined) throw new MusterError('unavailable', 'no ETL has reported yet');
    const unknown = kindUnknownTo(status);
    this.#problem = unknown === undefined ? '' : `the ETL is older than this gateway and does not know the event ${unknown}: update it`;
    if (this.#problem !== '') throw new MusterError('failed_precondition', this.#problem);
  }

  /** Once, until it works again. */
  #tell(error: Error): void {
    if (!this.#failing) this.#options.events.retried({ what: 'node states', error: error.message });
    this.#failing = true;
  }
}
