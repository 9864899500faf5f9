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
import { createRestorer } from './nodes-shorthand.ts';
import type { HostMessage, HostPort } from './port-message.ts';

interface Pending {
  resolve(value: unknown): void;
  reject(error: MusterError): void;
}

interface Subscription {
  name: SubscriptionName;
  arguments: unknown;
  listener(event: unknown): void;
}

/** One for a window. Subscriptions survive a port that closes and opens again; requests under way then fail as `unavailable`. */
export class ConsoleClient implements ConsoleApi {
  readonly #port: HostPort;
  readonly #pending = new Map<number, Pending>();
  readonly #subscriptions = new Map<number, Subscription>();
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
  }

  request<K extends RequestName>(name: K, args: RequestArguments<K>, signal?: AbortSignal): Promise<RequestResult<K>> {
    if (signal?.aborted) return Promise.reject(new MusterError('cancelled', `${name} was cancelled`));
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      const abort = (): void => {
        if (!this.#pending.delete(id)) return;
        this.#port.send({ kind: 'cancel', id });
        reject(new MusterError('cancelled', `${name} was cancelled`));
      };
      signal?.addEventListener('abort', abort, { once: true });
      const settled = (): void => signal?.removeEventListener('abort', abort);
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
  ): () => void {
    const id = this.#nextId++;
    const restore = createRestorer(name);
    this.#subscriptions.set(id, { name, arguments: args, listener: (event) => listener(restore(event) as SubscriptionEvent<K>) });
    this.#port.send({ kind: 'subscribe', id, name, arguments: args });
    return () => {
      if (this.#subscriptions.delete(id)) this.#port.send({ kind: 'unsubscribe', id });
    };
  }

  /** A hidden page is sent no more than it needs to be right when it shows again. */
  setHidden(hidden: boolean): void {
    this.#hidden = hidden;
    this.#port.send({ kind: 'visibility', hidden });
  }

  #receive(message: HostMessage): void {
    if (message.kind === 'event') {
      this.#subscriptions.get(message.id)?.listener(message.value);
      return;
    }
    const pending = this.#pending.get(message.id);
    this.#pending.delete(message.id);
    if (message.kind === 'result') pending?.resolve(message.value);
    else if (pending !== undefined) pending.reject(new MusterError(message.error.code, message.error.message));
    else if (this.#subscriptions.has(message.id)) throw new MusterError(message.error.code, message.error.message);
  }

  #opened(): void {
    this.#closedSinceMs = undefined;
    this.#tries = 0;
    if (this.#hidden) this.#port.send({ kind: 'visibility', hidden: true });
    for (const [id, { name, arguments: args }] of this.#subscriptions) this.#port.send({ kind: 'subscribe', id, name, arguments: args });
  }

  #closed(reason: string, nextTryMs: number): void {
    this.#closedSinceMs ??= Date.now();
    this.#tries++;
    const state: ConnectionState = {
      kind: 'lost',
      gateway: '',
      sinceMs: this.#closedSinceMs,
      nextTryMs,
      tries: this.#tries,
      reason,
    };
    for (const { name, listener } of this.#subscriptions.values()) if (name === 'connection') listener(state);
    const error = new MusterError('unavailable', reason);
    const pending = [...this.#pending.values()];
    this.#pending.clear();
    for (const { reject } of pending) reject(error);
  }
}
