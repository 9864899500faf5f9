// What one page asked for: checks its messages, carries them to the backend, and ends all of it with the page.
import { MusterError, toMusterError } from '../../core/common/muster-error.ts';
import { fault } from '../../core/node/faults.ts';
import { isRequestName, isSubscriptionName, parseRequestArguments, parseSubscriptionArguments } from '../common/arguments.ts';
import type { ConsoleApi, SubscriptionName } from '../common/console-api.ts';
import { createShortener } from '../common/nodes-shorthand.ts';
import { type HostMessage, type PageMessage, parsePageMessage } from '../common/port-message.ts';

const MAX_SUBSCRIPTIONS = 64;
const MAX_REQUESTS = 64;
/** A hidden page keeps its feeds this long, so that a glance at another window costs no new snapshot. */
const HIDDEN_GRACE_MS = 5000;

interface OpenSubscription {
  name: SubscriptionName;
  open(): () => void;
  /** Undefined while it rests because the page is hidden. */
  close: (() => void) | undefined;
}

export class PageSession {
  readonly #api: ConsoleApi;
  readonly #send: (message: HostMessage) => void;
  readonly #requests = new Map<number, AbortController>();
  readonly #subscriptions = new Map<number, OpenSubscription>();
  #hiddenTimer: NodeJS.Timeout | undefined;
  #resting = false;

  constructor(api: ConsoleApi, send: (message: HostMessage) => void) {
    this.#api = api;
    this.#send = send;
  }

  /** Takes a message as it came. What is wrong with it is answered, or thrown as `malformed` where there is no id to answer to. */
  receive(given: unknown): void {
    const message = parsePageMessage(given);
    switch (message.kind) {
      case 'request':
        this.#request(message).catch(fault);
        break;
      case 'cancel':
        this.#requests.get(message.id)?.abort();
        break;
      case 'subscribe':
        this.#subscribe(message);
        break;
      case 'unsubscribe':
        this.#subscriptions.get(message.id)?.close?.();
        this.#subscriptions.delete(message.id);
        break;
      case 'visibility':
        this.#setHidden(message.hidden);
    }
  }

  /** The page is gone. */
  end(): void {
    clearTimeout(this.#hiddenTimer);
    for (const controller of this.#requests.values()) controller.abort();
    for (const subscription of this.#subscriptions.values()) subscription.close?.();
    this.#requests.clear();
    this.#subscriptions.clear();
  }

  async #request({ id, name, arguments: given }: Extract<PageMessage, { kind: 'request' }>): Promise<void> {
    const controller = new AbortController();
    try {
      if (!isRequestName(name)) throw new MusterError('invalid_argument', `there is no request named ${name.slice(0, 40)}`);
      if (this.#requests.size >= MAX_REQUESTS) throw new MusterError('limit_exceeded', `a page may have ${MAX_REQUESTS} requests open`);
      const args = parseRequestArguments(name, given);
      this.#requests.set(id, controller);
      const value = await this.#api.request(name, args, controller.signal);
      this.#send({ kind: 'result', id, value });
    } catch (error) {
      this.#fail(id, error);
    } finally {
      this.#requests.delete(id);
    }
  }

  #subscribe({ id, name, arguments: given }: Extract<PageMessage, { kind: 'subscribe' }>): void {
    try {
      if (!isSubscriptionName(name)) throw new MusterError('invalid_argument', `there is no subscription named ${name.slice(0, 40)}`);
      if (this.#subscriptions.size >= MAX_SUBSCRIPTIONS) {
        throw new MusterError('limit_exceeded', `a page may have ${MAX_SUBSCRIPTIONS} subscriptions open`);
      }
      const args = parseSubscriptionArguments(name, given);
      this.#subscriptions.get(id)?.close?.();
      const open = (): (() => void) => {
        const shorten = createShortener(name);
        return this.#api.subscribe(name, args, (event) => this.#send({ kind: 'event', id, value: shorten(event) }));
      };
      this.#subscriptions.set(id, { name, open, close: this.#resting && name !== 'connection' ? undefined : open() });
    } catch (error) {
      this.#fail(id, error);
    }
  }

  #setHidden(hidden: boolean): void {
    clearTimeout(this.#hiddenTimer);
    if (hidden) {
      this.#hiddenTimer = setTimeout(() => this.#rest(), HIDDEN_GRACE_MS);
      return;
    }
    this.#resting = false;
    for (const subscription of this.#subscriptions.values()) subscription.close ??= subscription.open();
  }

  #rest(): void {
    this.#resting = true;
    for (const subscription of this.#subscriptions.values()) {
      if (subscription.name === 'connection') continue;
      subscription.close?.();
      subscription.close = undefined;
    }
  }

  #fail(id: number, thrown: unknown): void {
    const { code, message } = toMusterError(thrown);
    this.#send({ kind: 'error', id, error: { code, message } });
  }
}
