// Keeps a stream to the gateway open: one session after the other, with back-off between.
import { randomUUID } from 'node:crypto';
import { messageOf } from '../../core/common/muster-error.ts';
import type { Turns } from '../../core/common/turns.ts';
import { fault } from '../../core/node/faults.ts';
import type { Component } from '../../core/node/lifecycle.ts';
import type { Lease, NodeInfo, Refuse, SpoolState, Summary } from '../../proto/gen/messages.ts';
import { GIVEN_UP, type Spool } from '../spool/spool.ts';
import { Attempts, type BatchKey } from './attempts.ts';
import { Backoff, classOf, classOfError } from './backoff.ts';
import { type AgentChannel, type AgentStream, createChannel } from './channel.ts';
import type { Identity } from './identity.ts';
import type { CommandPort, ConfigPort, MeshPort } from './ports.ts';
import { type SessionEnd, UplinkSession } from './session.ts';
import { toSpoolState } from './spool-state.ts';

/** A session that held so long was a good one: the next failure starts the back-off anew. */
const GOOD_SESSION_MS = 30_000;
/** The code of a refusal: numbers of the epoch were used before. */
const ROLLED_BACK = 'rolled_back';
const INVALID_ARGUMENT = 3;
const UNAUTHENTICATED = 16;
/** A backlog that takes longer than this to drain at its pace is sent behind the present. */
const BEHIND_AFTER_SECONDS = 2;

export interface UplinkReports {
  /** `skewMs`: our clock less the gateway's, with half the way between us in it; absent where the gateway does not tell its time. */
  connected(gateway: string, skewMs?: number): void;
  /** The stream ended, or could not be opened; the next attempt is in so many milliseconds. */
  disconnected(end: SessionEnd, retryInMs: number): void;
  /** There is no identity yet. */
  enrolmentFailed(error: unknown, retryInMs: number): void;
  refused(refuse: Refuse): void;
}

export interface UplinkOptions {
  /** `host:port` */
  gateway: string;
  /**
   * Loads the identity or enrols; asked again, with back-off, while it rejects. `refused`: the gateway did not take the certificate of the one
   * given before, which may have ended.
   */
  identity(refused: boolean): Promise<Identity>;
  spool: Spool;
  intervalMs(): number;
  node(): NodeInfo;
  /** The kernel's id of this boot; absent where it has none. */
  bootId?: string | undefined;
  summary(): Summary | undefined;
  onLease(lease: Lease): void;
  /** Milliseconds between attempts, the last for all further ones; absent for the built-in ones. */
  retrySteps?: readonly number[];
  /** A batch that so many streams ended on is set aside; 0 or absent: never. */
  giveUpAfter?: number;
  /** Rows a second of a backlog, behind the present; 0 or absent: as fast as it goes, in line. */
  backlogRowsPerSecond?: number;
  /** Absent where none are carried out. */
  commands?: CommandPort;
  /** Absent where none are taken from afar. */
  configs?: ConfigPort;
  /** Absent where this node probes no others. */
  mesh?: MeshPort;
  /** Whose turn it is to open a stream, where many do so in one process: handshakes all at once would take longer than each is waited for. */
  opening?: Turns;
  reports: UplinkReports;
  nowUs?: () => number;
}

export class Uplink implements Component {
  readonly name = 'uplink';
  readonly #options: UplinkOptions;
  readonly #backoff: Backoff;
  readonly #attempts = new Attempts();
  readonly #instance = randomUUID();
  #identity: Identity | undefined;
  /** The gateway did not take the certificate that was shown last. */
  #refused = false;
  #channel: AgentChannel | undefined;
  #session: UplinkSession | undefined;
  #timer: NodeJS.Timeout | undefined;
  #welcomedMs: number | undefined;
  #running = false;
  #opening: Promise<void> = Promise.resolve();
  #endTurn: () => void = () => undefined;
  #leaveQueue: () => void = () => undefined;

  constructor(options: UplinkOptions) {
    this.#options = options;
    this.#backoff = new Backoff(options.retrySteps);
  }

  /** What waits, and what became of it. */
  spoolState(): SpoolState {
    return toSpoolState(this.#options.spool, this.#attempts);
  }

  get connected(): boolean {
    return this.#session?.welcomed ?? false;
  }

  /** Does not wait for the gateway: it may be away for days. */
  async start(): Promise<void> {
    if (this.#running) return;
    this.#running = true;
    this.#options.spool.onGrown = () => this.notify();
    this.#opening = this.#open();
  }

  async stop(): Promise<void> {
    this.#running = false;
    clearTimeout(this.#timer);
    this.#session?.end({ kind: 'lost', words: 'the agent stops' });
    this.#leaveQueue();
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
  renew(words = 'what this node says of itself has changed'): void {
    this.#session?.finish({ kind: 'renew', words, withinMs: 0 });
  }

  /** From the next stream on. */
  setIdentity(identity: Identity): void {
    this.#identity = identity;
    this.renew('the certificate was renewed');
  }

  /**
   * The way to the gateway may have changed without a word on the connection: the machine slept, or its addresses are others. `broken` where
   * the stream cannot be alive; else it is ended in order. Where there is none, the next attempt is now.
   */
  reconnect(words: string, broken: boolean): void {
    if (!this.#running) return;
    this.#backoff.reset();
    if (this.#session !== undefined) {
      const end: SessionEnd = { kind: 'renew', words, withinMs: 0 };
      if (broken) this.#session.end(end);
      else this.#session.finish(end);
    } else if (this.#timer !== undefined) {
      this.#retry(0);
    }
  }

  /** See `UplinkSession.sendPassing`. */
  sendPassing(message: Buffer): boolean {
    return this.#session?.sendPassing(message) ?? false;
  }

  async #open(): Promise<void> {
    try {
      this.#identity ??= await this.#options.identity(this.#refused);
      this.#refused = false;
    } catch (error) {
      // The next attempt shows the certificate again: it may be the gateway's clock that was wrong.
      this.#refused = false;
      if (classOfError(error) === 'operator') this.#backoff.raise();
      const delay = this.#retry();
      if (this.#running) this.#options.reports.enrolmentFailed(error, delay);
      return;
    }
    if (!this.#running) return;
    const { opening } = this.#options;
    if (opening !== undefined) {
      await this.#turn(opening);
      if (!this.#running) return this.#endTurn();
    }
    const { gateway, spool, summary, onLease, commands, configs, reports, backlogRowsPerSecond = 0 } = this.#options;
    this.#welcomedMs = undefined;
    let stream: AgentStream;
    try {
      this.#channel = createChannel({ gateway, ca: this.#identity.ca, identity: this.#identity });
      stream = this.#channel.connect();
    } catch (error) {
      // Such as a key that the TLS library does not take.
      this.#ended({
        kind: 'lost',
        words: `no channel: ${messageOf(error)}`,
        status: INVALID_ARGUMENT,
      });
      return;
    }
    const nowUs = this.#options.nowUs ?? (() => Date.now() * 1000);
    this.#session = new UplinkSession({
      stream,
      spool,
      backlogRowsPerSecond,
      attempts: this.#attempts,
      hello: {
        ...{ node: this.#options.node(), intervalMs: this.#options.intervalMs(), instance: this.#instance },
        ...(this.#options.bootId === undefined ? {} : { bootId: this.#options.bootId }),
      },
      summary,
      nowUs,
      onWelcome: (welcome) => {
        this.#endTurn();
        this.#welcomedMs = performance.now();
        reports.connected(welcome.gateway, welcome.timeUs > 0 ? Math.round((nowUs() - welcome.timeUs) / 1000) : undefined);
        spool.limitBatch?.(welcome.maxBatchBytes);
        if (backlogRowsPerSecond > 0 && spool.beginPresent?.(backlogRowsPerSecond * BEHIND_AFTER_SECONDS)) {
          this.renew('a backlog is sent behind the present');
        }
      },
      onProgress: () => this.#backoff.reset(),
      onRefused: (refuse) => {
        reports.refused(refuse);
        if (refuse.code === ROLLED_BACK) spool.renumber?.();
      },
      onLease,
      ...(commands === undefined ? {} : { commands }),
      ...(configs === undefined ? {} : { configs }),
      ...(this.#options.mesh === undefined ? {} : { mesh: this.#options.mesh }),
      onEnd: (end) => this.#ended(end),
    });
  }

  /** Resolves when a stream may be opened, or the agent stops; until the stream is welcomed or has ended it is in the way of others. */
  async #turn(opening: Turns): Promise<void> {
    await new Promise<void>((begin) => {
      let left = false;
      this.#leaveQueue = () => {
        left = true;
        begin();
      };
      opening
        .take(async () => {
          if (left) return;
          begin();
          await new Promise<void>((end) => {
            this.#endTurn = end;
          });
        })
        .catch(fault);
    });
  }

  #ended(end: SessionEnd): void {
    this.#endTurn();
    const session = this.#session;
    this.#session = undefined;
    this.#closeChannel();
    if (!this.#running) return;
    if (this.#welcomedMs !== undefined && performance.now() - this.#welcomedMs > GOOD_SESSION_MS) this.#backoff.reset();
    if (classOf(end.status) === 'operator') this.#backoff.raise();
    if (end.status === UNAUTHENTICATED) {
      this.#refused = true;
      this.#identity = undefined;
    }
    if (end.kind === 'lost' || end.kind === 'gap') this.#blame(session?.unsettled ?? [], end.words);
    this.#options.reports.disconnected(end, this.#retry(end.withinMs));
  }

  /** Remembers what held the oldest batches back, and gives up what an operator wants given up. */
  #blame(batches: readonly BatchKey[], words: string): void {
    const { giveUpAfter = 0, spool } = this.#options;
    this.#attempts.failed(batches, words);
    if (giveUpAfter === 0) return;
    for (const batch of batches) {
      if ((this.#attempts.of(batch)?.attempts ?? 0) < giveUpAfter) continue;
      const lane = [spool, ...(spool.backlog ?? [])].find((one) => Buffer.from(one.status().epoch).toString('hex') === batch.epoch);
      lane?.setAside(batch.seq, GIVEN_UP);
    }
  }

  #retry(withinMs?: number): number {
    clearTimeout(this.#timer);
    const delay = Math.round(withinMs === undefined ? this.#backoff.next() : Math.random() * withinMs);
    if (this.#running) {
      this.#timer = setTimeout(() => {
        this.#timer = undefined;
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
