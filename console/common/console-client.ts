// The contract as a page sees it: turns calls into messages on a port and answers back into promises and events.
import { MusterError } from '../../core/common/muster-error.ts';
import type {
  ConnectionState,
  ConsoleApi,
  RequestArguments,
  RequestName,
  RequestResult,
  SubscriptionArguments,
  SubscriptionEvent,
  SubscriptionName,
} from './console-api.ts';
import { BEAT_MS, HostBeat } from './host-beat.ts';
import { createRestorer } from './nodes-shorthand.ts';
import type { HostMessage, HostPort } from './port-message.ts';
import { deadlineOf } from './request-deadlines.ts';

/** A subscription that a host refused, for now or for good, is asked for again this long after. */
const REFUSED_AGAIN_MS = 10_000;
/** What a host that was silent is asked for once more. */
const TOLD_ANEW: ReadonlySet<SubscriptionName> = new Set(['connection', 'nodes']);

interface Pending {
  resolve(value: unknown): void;
  reject(error: MusterError): void;
}

interface Subscription {
  name: SubscriptionName;
  arguments: unknown;
  listener(event: unknown): void;
  refused: ((error: MusterError) => void) | undefined;
  again: ReturnType<typeof setTimeout> | undefined;
}

/** One for a window. Subscriptions survive a port that closes and opens again; requests under way then fail as `unavailable`. */
export class ConsoleClient implements ConsoleApi {
  readonly #port: HostPort;
  readonly #pending = new Map<number, Pending>();
  readonly #subscriptions = new Map<number, Subscription>();
  readonly #beat: HostBeat;
  /** Messages of this host that have arrived. */
  #heard = 0;
  #nextId = 1;
  #closedSinceMs: number | undefined;
  #tries = 0;
  #hidden = false;

  constructor(port: HostPort) {
    this.#port = port;
    port.listen({
      message: (message) => this.#receive(message),
      opened: () => this.#opened(),
      closed: (reason, nextTryMs) => this.#closed(reason, nextTryMs),
    });
    this.#beat = new HostBeat({
      ping: (id) => port.send({ kind: 'ping', id, heard: this.#heard }),
      silent: (sinceMs) => this.#silent(sinceMs),
      back: () => this.#back(),
    });
  }

  request<K extends RequestName>(name: K, args: RequestArguments<K>, signal?: AbortSignal): Promise<RequestResult<K>> {
    if (signal?.aborted) return Promise.reject(new MusterError('cancelled', `${name} was cancelled`));
    // Somebody wants it at once: the way to the host comes first.
    if (name === 'reconnect' && this.#closedSinceMs !== undefined) this.#port.renew('the console looks for its own program again');
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      const abort = (): void => {
        if (!this.#pending.delete(id)) return;
        settled();
        this.#port.send({ kind: 'cancel', id });
        reject(new MusterError('cancelled', `${name} was cancelled`));
      };
      signal?.addEventListener('abort', abort, { once: true });
      const timer = this.#expire(id, name, deadlineOf(name, args));
      const settled = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', abort);
      };
      this.#pending.set(id, {
        resolve: (value) => {
          settled();
          resolve(value as RequestResult<K>);
        },
        reject: (error) => {
          settled();
          reject(error);
        },
      });
      this.#port.send({ kind: 'request', id, name, arguments: args });
    });
  }

  subscribe<K extends SubscriptionName>(
    name: K,
    args: SubscriptionArguments<K>,
    listener: (event: SubscriptionEvent<K>) => void,
    refused?: (error: MusterError) => void,
  ): () => void {
    const id = this.#nextId++;
    const restore = createRestorer(name);
    const hear = (event: unknown): void => listener(restore(event) as SubscriptionEvent<K>);
    const subscription: Subscription = { name, arguments: args, listener: hear, refused, again: undefined };
    this.#subscriptions.set(id, subscription);
    this.#port.send({ kind: 'subscribe', id, name, arguments: args });
    return () => {
      clearTimeout(subscription.again);
      if (this.#subscriptions.delete(id)) this.#port.send({ kind: 'unsubscribe', id });
    };
  }

  /** A hidden page is sent no more than it needs to be right when it shows again. */
  setHidden(hidden: boolean): void {
    this.#hidden = hidden;
    this.#port.send({ kind: 'visibility', hidden });
  }

  #receive(message: HostMessage): void {
    this.#heard++;
    this.#beat.hear();
    if (message.kind === 'pong') {
      this.#beat.answer(message.id);
      return;
    }
    if (message.kind === 'event') {
      this.#event(message.id, message.value);
      return;
    }
    const pending = this.#pending.get(message.id);
    this.#pending.delete(message.id);
    if (message.kind === 'result') pending?.resolve(message.value);
    else if (pending !== undefined) pending.reject(new MusterError(message.error.code, message.error.message));
    else this.#refused(message.id, new MusterError(message.error.code, message.error.message));
  }

  #event(id: number, value: unknown): void {
    const subscription = this.#subscriptions.get(id);
    if (subscription === undefined) return;
    // What a silent host said of the gateway is old: it is asked again once it has caught up.
    if (subscription.name !== 'connection' || !this.#beat.isSilent) subscription.listener(value);
  }

  /** Others go on; this one is asked for again. */
  #refused(id: number, error: MusterError): void {
    const subscription = this.#subscriptions.get(id);
    if (subscription === undefined) return;
    const { name, arguments: args } = subscription;
    clearTimeout(subscription.again);
    subscription.again = setTimeout(() => this.#port.send({ kind: 'subscribe', id, name, arguments: args }), REFUSED_AGAIN_MS);
    subscription.refused?.(error);
  }

  #expire(id: number, name: RequestName, afterMs: number | null): ReturnType<typeof setTimeout> | undefined {
    if (afterMs === null) return undefined;
    return setTimeout(() => {
      const pending = this.#pending.get(id);
      if (!this.#pending.delete(id)) return;
      this.#port.send({ kind: 'cancel', id });
      const words = `No answer to ${name} after ${afterMs / 1000} s. The request may still have been carried out.`;
      pending?.reject(new MusterError('deadline_exceeded', words));
    }, afterMs);
  }

  #opened(): void {
    this.#closedSinceMs = undefined;
    this.#tries = 0;
    this.#heard = 0;
    this.#beat.opened();
    if (this.#hidden) this.#port.send({ kind: 'visibility', hidden: true });
    for (const [id, { name, arguments: args, again }] of this.#subscriptions) {
      clearTimeout(again);
      this.#port.send({ kind: 'subscribe', id, name, arguments: args });
    }
  }

  #closed(reason: string, nextTryMs: number): void {
    this.#beat.closed();
    this.#lost(reason, this.#closedSinceMs ?? Date.now(), nextTryMs);
    const error = new MusterError('unavailable', reason);
    const pending = [...this.#pending.values()];
    this.#pending.clear();
    for (const { reject } of pending) reject(error);
  }

  /** The port is open and nothing comes of it. What is under way is left to its deadline, as the host may only be slow. */
  #silent(sinceMs: number): void {
    const seconds = Math.round((Date.now() - sinceMs) / 1000);
    const reason = `the console's own program has not answered for ${seconds} s: it hangs, or this computer is very busy`;
    this.#lost(reason, sinceMs, Date.now() + BEAT_MS);
    this.#port.renew(reason);
  }

  /** It says anew how it stands with the gateway, and the states of all nodes: those from before the silence are taken for none of now. */
  #back(): void {
    this.#closedSinceMs = undefined;
    this.#tries = 0;
    for (const [id, { name, arguments: args }] of this.#subscriptions) {
      if (TOLD_ANEW.has(name)) this.#port.send({ kind: 'subscribe', id, name, arguments: args });
    }
  }

  #lost(reason: string, sinceMs: number, nextTryMs: number): void {
    this.#closedSinceMs = sinceMs;
    this.#tries++;
    const state: ConnectionState = { kind: 'lost', gateway: '', sinceMs, nextTryMs, tries: this.#tries, reason };
    for (const { name, listener } of this.#subscriptions.values()) if (name === 'connection') listener(state);
  }
}
