// Owns the one connection to a gateway: opens it, measures it, notices its loss, opens it again with back-off. Says so to whoever listens.
import { readFileSync, type Stats, unwatchFile, watchFile } from 'node:fs';
import type { ServiceError } from '@grpc/grpc-js';
import { MusterError, toMusterError } from '../../core/common/muster-error.ts';
import { VERSION } from '../../core/common/version.ts';
import { fault } from '../../core/node/faults.ts';
import { FleetClient } from '../../proto/client/fleet-client.ts';
import { type GatewayAddress, type GatewayChannel, openChannel } from '../../proto/client/gateway-channel.ts';
import type { ConnectionState } from '../common/console-api.ts';
import { isRefusal, lossWords, refusalWords } from './link-words.ts';

const PING_INTERVAL_MS = 2000;
const PING_TIMEOUT_MS = 4000;
const FIRST_BACKOFF_MS = 500;
const MAX_BACKOFF_MS = 8000;
/** Who is refused is refused again, until somebody changes something. */
const REFUSED_FIRST_BACKOFF_MS = 5000;
const REFUSED_MAX_BACKOFF_MS = 300_000;
/** A connection that held so long was a good one: the next loss begins with short waits. */
const GOOD_MS = 15_000;
const TOKEN_WATCH_MS = 1000;
/** Of no node: it is asked for to hear whether this console may ask. */
const NO_NODE = '00000000-0000-0000-0000-000000000000';
const EMPTY = Buffer.alloc(0);

const CHANNEL_OPTIONS = {
  'grpc.max_receive_message_length': 16 * 1024 * 1024,
  'grpc.keepalive_time_ms': 20_000,
  'grpc.keepalive_timeout_ms': 5000,
  'grpc.use_local_subchannel_pool': 1,
};

interface Connection {
  channel: GatewayChannel;
  client: FleetClient;
}

export class GatewayLink {
  readonly #address: GatewayAddress;
  readonly #assertMayChange: (change: string) => void;
  readonly #listeners = new Set<(state: ConnectionState) => void>();
  #state: ConnectionState;
  #connection: Connection | undefined;
  #timer: NodeJS.Timeout | undefined;
  #running = false;
  #attempt = 0;
  #connectedAt = Number.POSITIVE_INFINITY;
  /** As it was read last, to know when the file holds another. */
  #token = '';

  /** `assertMayChange` as a FleetClient takes it. */
  constructor(address: GatewayAddress, assertMayChange: (change: string) => void = () => undefined) {
    this.#address = address;
    this.#assertMayChange = assertMayChange;
    this.#state = { kind: 'connecting', gateway: address.gateway, sinceMs: Date.now() };
  }

  start(): void {
    if (this.#running) return;
    this.#running = true;
    // Looks at it once a second, also where it is not there yet.
    watchFile(this.#address.tokenFile, { interval: TOKEN_WATCH_MS, persistent: false }, this.#tokenFileChanged);
    this.#try();
  }

  stop(): void {
    this.#running = false;
    unwatchFile(this.#address.tokenFile, this.#tokenFileChanged);
    clearTimeout(this.#timer);
    this.#close();
    // Whoever waits to open a stream again hears that there is nothing to open it on.
    this.#set({ kind: 'connecting', gateway: this.#address.gateway, sinceMs: Date.now() });
  }

  get state(): ConnectionState {
    return this.#state;
  }

  /** Called with every change from now on. Returns the end of it. */
  onState(listener: (state: ConnectionState) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Throws `unavailable` while there is none. */
  connection(): FleetClient {
    if (this.#state.kind === 'connected' && this.#connection !== undefined) return this.#connection.client;
    const why = 'reason' in this.#state ? this.#state.reason : 'the first connection is being made';
    throw new MusterError('unavailable', `the gateway ${this.#address.gateway} is not connected: ${why}`);
  }

  /** Tries at once when the connection is lost or refused. */
  retryNow(): void {
    if (!this.#running || !('nextTryMs' in this.#state) || this.#connection !== undefined) return;
    clearTimeout(this.#timer);
    this.#try();
  }

  /** The gateway answers but refuses this caller. */
  refused(reason: string): void {
    if (this.#state.kind === 'connected') this.#refuse(reason);
  }

  /** The gateway answers, and not what the console cannot do without: as good as lost. */
  failed(reason: string): void {
    if (this.#state.kind === 'connected') this.#lose(reason);
  }

  #try(): void {
    if (this.#state.kind !== 'connected') this.#attempt++;
    try {
      this.#connection ??= this.#open();
    } catch (error) {
      this.#lose(toMusterError(error).message);
      return;
    }
    const connection = this.#connection;
    const began = performance.now();
    const deadline = Date.now() + PING_TIMEOUT_MS;
    const done = (error: ServiceError | null): void => {
      if (!this.#running || this.#connection !== connection) return;
      if (error !== null) this.#lose(lossWords(error, PING_TIMEOUT_MS));
      else if (this.#state.kind === 'connected') this.#answered(performance.now() - began);
      else this.#introduce(connection, performance.now() - began).catch(fault);
    };
    // The health service's empty request asks for the server as a whole, and needs no token.
    connection.channel.client.makeUnaryRequest(
      '/grpc.health.v1.Health/Check',
      () => EMPTY,
      (bytes) => bytes,
      EMPTY,
      connection.channel.metadata,
      { deadline },
      done,
    );
  }

  /** A new connection counts when the gateway has answered something that needs the token. */
  async #introduce(connection: Connection, roundTripMs: number): Promise<void> {
    let refusal: MusterError | undefined;
    try {
      await connection.client.call('getNode', { node: NO_NODE }, { timeoutMs: PING_TIMEOUT_MS });
    } catch (thrown) {
      refusal = toMusterError(thrown);
    }
    if (!this.#running || this.#connection !== connection) return;
    if (refusal === undefined || refusal.code === 'not_found' || refusal.code === 'invalid_argument') this.#answered(roundTripMs);
    else if (isRefusal(refusal)) this.#refuse(refusalWords(refusal));
    else if (refusal.code === 'deadline_exceeded') this.#lose(`no answer within ${PING_TIMEOUT_MS / 1000} s`);
    else this.#lose(refusal.message);
  }

  #refuse(reason: string): void {
    this.#lose(reason, 'refused');
    // The file may have been changed before the refusal came.
    if (this.#token !== this.#readToken()) this.retryNow();
  }

  readonly #tokenFileChanged = (now: Stats, before: Stats): void => {
    if (now.mtimeMs !== before.mtimeMs || now.ino !== before.ino || now.size !== before.size) this.retryNow();
  };

  #readToken(): string | undefined {
    try {
      return readFileSync(this.#address.tokenFile, 'utf8').trim();
    } catch {
      return undefined;
    }
  }

  #open(): Connection {
    const channel = openChannel(this.#address, CHANNEL_OPTIONS);
    this.#token = channel.token;
    return { channel, client: new FleetClient(channel, { assertMayChange: this.#assertMayChange }) };
  }

  #answered(roundTripMs: number): void {
    const isNew = this.#state.kind !== 'connected';
    if (isNew) this.#connectedAt = performance.now();
    else if (performance.now() - this.#connectedAt > GOOD_MS) this.#attempt = 0;
    const sinceMs = this.#state.kind === 'connected' ? this.#state.sinceMs : Date.now();
    this.#set({ kind: 'connected', gateway: this.#address.gateway, sinceMs, roundTripMs, hostVersion: VERSION });
    this.#timer = setTimeout(() => this.#try(), PING_INTERVAL_MS);
  }

  #lose(reason: string, kind: 'lost' | 'refused' = 'lost'): void {
    clearTimeout(this.#timer);
    this.#close();
    const [first, most] = kind === 'refused' ? [REFUSED_FIRST_BACKOFF_MS, REFUSED_MAX_BACKOFF_MS] : [FIRST_BACKOFF_MS, MAX_BACKOFF_MS];
    const ceiling = Math.min(most, first * 2 ** Math.min(10, this.#attempt));
    const delayMs = ceiling * (0.5 + Math.random() / 2);
    const sinceMs = this.#state.kind === kind ? this.#state.sinceMs : Date.now();
    this.#timer = setTimeout(() => this.#try(), delayMs);
    const nextTryMs = Date.now() + delayMs;
    this.#set({ kind, gateway: this.#address.gateway, sinceMs, nextTryMs, tries: this.#attempt, reason });
  }

  #close(): void {
    this.#connection?.client.close();
    this.#connection = undefined;
  }

  #set(state: ConnectionState): void {
    this.#state = state;
    for (const listener of [...this.#listeners]) listener(state);
  }
}
