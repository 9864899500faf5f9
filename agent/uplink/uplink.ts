// Keeps a stream to the gateway open: one session after the other, with back-off between.
import type { Component } from '../../core/node/lifecycle.ts';
import type { Lease, NodeInfo, Refuse, Summary } from '../../proto/gen/messages.ts';
import type { MeshPort } from '../probes/probes.ts';
import type { Spool } from '../spool/spool.ts';
import { Backoff } from './backoff.ts';
import { type AgentChannel, createChannel } from './channel.ts';
import type { Identity } from './identity.ts';
import { type SessionEnd, UplinkSession } from './session.ts';

/** A session that held so long was a good one: the next failure starts the back-off anew. */
const GOOD_SESSION_MS = 30_000;
/** INVALID_ARGUMENT, ALREADY_EXISTS, PERMISSION_DENIED, UNAUTHENTICATED: an operator has to act, so asking each second is of no use. */
const NEEDS_OPERATOR = new Set([3, 6, 7, 16]);

export interface UplinkReports {
  connected(gateway: string): void;
  /** The stream ended, or could not be opened; the next attempt is in so many milliseconds. */
  disconnected(end: SessionEnd, retryInMs: number): void;
  /** There is no identity yet. */
  enrolmentFailed(error: unknown, retryInMs: number): void;
  refused(refuse: Refuse): void;
}

export interface UplinkOptions {
  /** `host:port` */
  gateway: string;
  /** Loads the identity or enrols; asked again, with back-off, while it rejects. */
  identity(): Promise<Identity>;
  spool: Spool;
  intervalMs(): number;
  node(): NodeInfo;
  summary(): Summary | undefined;
  onLease(lease: Lease): void;
  /** Absent where this node probes no others. */
  mesh?: MeshPort;
  reports: UplinkReports;
  nowUs?: () => number;
}

export class Uplink implements Component {
  readonly name = 'uplink';
  readonly #options: UplinkOptions;
  readonly #backoff = new Backoff();
  #identity: Identity | undefined;
  #channel: AgentChannel | undefined;
  #session: UplinkSession | undefined;
  #timer: NodeJS.Timeout | undefined;
  #welcomedMs: number | undefined;
  #running = false;
  #opening: Promise<void> = Promise.resolve();

  constructor(options: UplinkOptions) {
    this.#options = options;
  }

  get connected(): boolean {
    return this.#session?.welcomed ?? false;
  }

  /** Does not wait for the gateway: it may be away for days. */
  async start(): Promise<void> {
    if (this.#running) return;
    this.#running = true;
    this.#opening = this.#open();
  }

  async stop(): Promise<void> {
    this.#running = false;
    clearTimeout(this.#timer);
    this.#session?.end({ kind: 'lost', words: 'the agent stops' });
    await this.#opening;
    this.#closeChannel();
  }

  /** The spool has something new. */
  notify(): void {
    this.#session?.pump();
  }

  /** The spool's state changed in a way people should see soon. */
  heartbeat(): void {
    this.#session?.heartbeat();
  }

  /** What the hello says has changed: a new stream says it. */
  renew(): void {
    this.#session?.finish({ kind: 'renew', words: 'what this node says of itself has changed', withinMs: 0 });
  }

  /** See `UplinkSession.sendPassing`. */
  sendPassing(message: Buffer): boolean {
    return this.#session?.sendPassing(message) ?? false;
  }

  async #open(): Promise<void> {
    try {
      this.#identity ??= await this.#options.identity();
    } catch (error) {
      const delay = this.#retry();
      if (this.#running) this.#options.reports.enrolmentFailed(error, delay);
      return;
    }
    if (!this.#running) return;
    const { gateway, spool, summary, onLease, reports } = this.#options;
    this.#channel = createChannel({ gateway, ca: this.#identity.ca, identity: this.#identity });
    this.#welcomedMs = undefined;
    this.#session = new UplinkSession({
      stream: this.#channel.connect(),
      spool,
      hello: { node: this.#options.node(), intervalMs: this.#options.intervalMs() },
      summary,
      nowUs: this.#options.nowUs ?? (() => Date.now() * 1000),
      onWelcome: (welcome) => {
        this.#welcomedMs = performance.now();
        reports.connected(welcome.gateway);
      },
      onProgress: () => this.#backoff.reset(),
      onRefused: (refuse) => reports.refused(refuse),
      onLease,
      ...(this.#options.mesh === undefined ? {} : { mesh: this.#options.mesh }),
      onEnd: (end) => this.#ended(end),
    });
  }

  #ended(end: SessionEnd): void {
    this.#session = undefined;
    this.#closeChannel();
    if (!this.#running) return;
    if (this.#welcomedMs !== undefined && performance.now() - this.#welcomedMs > GOOD_SESSION_MS) this.#backoff.reset();
    if (end.status !== undefined && NEEDS_OPERATOR.has(end.status)) this.#backoff.raise();
    this.#options.reports.disconnected(end, this.#retry(end.withinMs));
  }

  #retry(withinMs?: number): number {
    const delay = Math.round(withinMs === undefined ? this.#backoff.next() : Math.random() * withinMs);
    if (this.#running) {
      this.#timer = setTimeout(() => {
        this.#opening = this.#open();
      }, delay);
    }
    return delay;
  }

  #closeChannel(): void {
    this.#channel?.close();
    this.#channel = undefined;
  }
}
