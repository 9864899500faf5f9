// Owns the one connection to a gateway: opens it, measures it, notices its loss, opens it again with back-off. Says so to whoever listens.
import { readFileSync } from 'node:fs';
import { Client, Metadata, type ServiceError } from '@grpc/grpc-js';
import { MusterError, toMusterError } from '../../core/common/muster-error.ts';
import { channelTls } from '../../core/node/channel-credentials.ts';
import type { ConnectionState } from '../common/console-api.ts';

export interface GatewayAddress {
  /** `host:port` */
  gateway: string;
  /** The fleet's CA, PEM. */
  caFile: string;
  /** Bearer token of the operator. */
  tokenFile: string;
}

/** An open connection with what every call on it needs. */
export interface GatewayConnection {
  client: Client;
  metadata: Metadata;
}

const PING_INTERVAL_MS = 2000;
const PING_TIMEOUT_MS = 4000;
const FIRST_BACKOFF_MS = 500;
const MAX_BACKOFF_MS = 8000;
const EMPTY = Buffer.alloc(0);

/** Names a token file that cannot be read, as `invalid_config`. */
function readSecretFile(what: string, path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    throw new MusterError('invalid_config', `the ${what} ${path} cannot be read (${code}): check that the gateway's owner made it`, error);
  }
}

export class GatewayLink {
  readonly #address: GatewayAddress;
  readonly #listeners = new Set<(state: ConnectionState) => void>();
  #state: ConnectionState;
  #connection: GatewayConnection | undefined;
  #timer: NodeJS.Timeout | undefined;
  #running = false;
  #attempt = 0;

  constructor(address: GatewayAddress) {
    this.#address = address;
    this.#state = { kind: 'connecting', gateway: address.gateway, sinceMs: Date.now() };
  }

  start(): void {
    if (this.#running) return;
    this.#running = true;
    this.#try();
  }

  stop(): void {
    this.#running = false;
    clearTimeout(this.#timer);
    this.#close();
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
  connection(): GatewayConnection {
    if (this.#state.kind === 'connected' && this.#connection !== undefined) return this.#connection;
    const why = this.#state.kind === 'lost' ? this.#state.reason : 'the first connection is being made';
    throw new MusterError('unavailable', `the gateway ${this.#address.gateway} is not connected: ${why}`);
  }

  /** Tries at once when the connection is lost. */
  retryNow(): void {
    if (!this.#running || this.#state.kind !== 'lost') return;
    clearTimeout(this.#timer);
    this.#try();
  }

  /** The gateway answers but refuses this caller: as good as lost until a retry is accepted. */
  refused(reason: string): void {
    if (this.#state.kind === 'connected') this.#lose(reason);
  }

  #try(): void {
    this.#attempt++;
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
      if (error !== null) this.#lose(describe(error));
      else this.#answered(performance.now() - began);
    };
    // The health service's empty request asks for the server as a whole, and needs no token.
    connection.client.makeUnaryRequest(
      '/grpc.health.v1.Health/Check',
      () => EMPTY,
      (bytes) => bytes,
      EMPTY,
      connection.metadata,
      { deadline },
      done,
    );
  }

  #open(): GatewayConnection {
    const { gateway, caFile, tokenFile } = this.#address;
    const ca = readSecretFile('CA file', caFile);
    const token = readSecretFile('token file', tokenFile).toString('utf8').trim();
    const metadata = new Metadata();
    metadata.set('authorization', `Bearer ${token}`);
    const tls = channelTls(gateway, ca);
    const client = new Client(gateway, tls.credentials, {
      ...tls.options,
      'grpc.max_receive_message_length': 16 * 1024 * 1024,
      'grpc.keepalive_time_ms': 20_000,
      'grpc.keepalive_timeout_ms': 5000,
      'grpc.enable_retries': 0,
      'grpc.use_local_subchannel_pool': 1,
    });
    return { client, metadata };
  }

  #answered(roundTripMs: number): void {
    this.#attempt = 0;
    const sinceMs = this.#state.kind === 'connected' ? this.#state.sinceMs : Date.now();
    this.#set({ kind: 'connected', gateway: this.#address.gateway, sinceMs, roundTripMs });
    this.#timer = setTimeout(() => this.#try(), PING_INTERVAL_MS);
  }

  #lose(reason: string): void {
    clearTimeout(this.#timer);
    this.#close();
    const ceiling = Math.min(MAX_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** Math.min(10, this.#attempt));
    const delayMs = ceiling * (0.5 + Math.random() / 2);
    const sinceMs = this.#state.kind === 'lost' ? this.#state.sinceMs : Date.now();
    this.#timer = setTimeout(() => this.#try(), delayMs);
    const nextTryMs = Date.now() + delayMs;
    this.#set({ kind: 'lost', gateway: this.#address.gateway, sinceMs, nextTryMs, tries: this.#attempt, reason });
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

/** grpc-js repeats itself in `details`; people want the cause. */
function describe(error: ServiceError): string {
  const details = error.details || error.message;
  if (/ECONNREFUSED/.test(details)) return 'connection refused';
  if (/ENOTFOUND|EAI_AGAIN/.test(details)) return 'its name cannot be resolved';
  if (/certificate|self.signed/i.test(details)) return 'its certificate is not signed by the CA file';
  if (/Deadline exceeded/i.test(details)) return `no answer within ${PING_TIMEOUT_MS / 1000} s`;
  return details.length > 160 ? `${details.slice(0, 157)}…` : details;
}
