// What one page asked for: checks its messages, carries them to the backend, and ends all of it with the page.
import { MusterError, toMusterError } from '../../core/common/muster-error.ts';
import { fault } from '../../core/node/faults.ts';
import { isRequestName, isSubscriptionName, parseRequestArguments, parseSubscriptionArguments } from '../common/arguments.ts';
import type { ConsoleApi, RequestName, SubscriptionName } from '../common/console-api.ts';
import { createShortener } from '../common/nodes-shorthand.ts';
import { type HostMessage, type PageMessage, parsePageMessage } from '../common/port-message.ts';
import { accessOf } from './request-access.ts';
import { UnheardBytes } from './unheard-bytes.ts';

const MAX_SUBSCRIPTIONS = 64;
/** Requests of each kind that a page may have open: what one page asks of the store keeps no command and no label waiting. */
const MAX_REQUESTS: Readonly<Record<RequestKind, number>> = { history: 64, proof: 4, change: 32, other: 64 };
/** Bytes that may wait for a page that reads nothing. It is then told no more until it has read on. */
const MAX_UNHEARD_BYTES = 64 * 1024 * 1024;
const FEW_UNHEARD_BYTES = 1024 * 1024;
/** A hidden page keeps its feeds this long, so that a glance at another window costs no new snapshot. */
const HIDDEN_GRACE_MS = 5000;

type RequestKind = 'history' | 'proof' | 'change' | 'other';

const HISTORY: ReadonlySet<RequestName> = new Set(['query', 'getSeries']);

interface OpenRequest {
  kind: RequestKind;
  controller: AbortController;
}

interface OpenSubscription {
  name: SubscriptionName;
  open(): () => void;
  /** Undefined while it rests because the page is hidden, or does not read. */
  close: (() => void) | undefined;
}

export class PageSession {
  readonly #api: ConsoleApi;
  readonly #carry: (message: HostMessage) => number;
  readonly #requests = new Map<number, OpenRequest>();
  readonly #subscriptions = new Map<number, OpenSubscription>();
  readonly #unheard = new UnheardBytes();
  #hiddenTimer: NodeJS.Timeout | undefined;
  #hidden = false;
  #overfull = false;

  /** `carry` sends a message to the page, and says how many bytes it took. */
  constructor(api: ConsoleApi, carry: (message: HostMessage) => number) {
    this.#api = api;
    this.#carry = carry;
  }

  /** Takes a message as it came. What is wrong with it is answered, or thrown as `malformed` where there is no id to answer to. */
  receive(given: unknown): void {
    const message = parsePageMessage(given);
    switch (message.kind) {
      case 'request':
        this.#request(message).catch(fault);
        break;
      case 'cancel':
        this.#requests.get(message.id)?.controller.abort();
        break;
      case 'ping':
        this.#unheard.heard(message.heard);
        this.#send({ kind: 'pong', id: message.id });
        this.#weigh();
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
    for (const { controller } of this.#requests.values()) controller.abort();
    for (const subscription of this.#subscriptions.values()) subscription.close?.();
    this.#requests.clear();
    this.#subscriptions.clear();
  }

  async #request({ id, name, arguments: given }: Extract<PageMessage, { kind: 'request' }>): Promise<void> {
    const controller = new AbortController();
    try {
      if (!isRequestName(name)) throw new MusterError('invalid_argument', `there is no request named ${name.slice(0, 40)}`);
      const kind = kindOf(name);
      const open = [...this.#requests.values()].filter((other) => other.kind === kind).length;
      if (open >= MAX_REQUESTS[kind]) {
        throw new MusterError('limit_exceeded', `a page may have ${MAX_REQUESTS[kind]} requests like ${name} open: wait for one of them`);
      }
      if (this.#requests.has(id)) throw new MusterError('invalid_argument', `a request ${id} is open already`);
      const args = parseRequestArguments(name, given);
      this.#requests.set(id, { kind, controller });
      const value = await this.#api.request(name, args, controller.signal);
      this.#send({ kind: 'result', id, value });
    } catch (error) {
      this.#fail(id, error);
    } finally {
      if (this.#requests.get(id)?.controller === controller) this.#requests.delete(id);
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
        return this.#api.subscribe(name, args, (event) => {
          this.#send({ kind: 'event', id, value: shorten(event) });
          this.#weigh();
        });
      };
      const subscription: OpenSubscription = { name, open, close: undefined };
      this.#subscriptions.set(id, subscription);
      this.#restOrGoOn(subscription);
    } catch (error) {
      this.#fail(id, error);
    }
  }

  #setHidden(hidden: boolean): void {
    clearTimeout(this.#hiddenTimer);
    if (hidden) {
      this.#hiddenTimer = setTimeout(() => {
        this.#hidden = true;
        this.#allRestOrGoOn();
      }, HIDDEN_GRACE_MS);
      return;
    }
    this.#hidden = false;
    this.#allRestOrGoOn();
  }

  /** A page that reads nothing gets nothing more; one that has read it all begins anew with what is so now. */
  #weigh(): void {
    const overfull = this.#unheard.bytes > (this.#overfull ? FEW_UNHEARD_BYTES : MAX_UNHEARD_BYTES);
    if (overfull === this.#overfull) return;
    this.#overfull = overfull;
    this.#allRestOrGoOn();
  }

  #allRestOrGoOn(): void {
    for (const subscription of this.#subscriptions.values()) this.#restOrGoOn(subscription);
  }

  #restOrGoOn(subscription: OpenSubscription): void {
    const rests = (): boolean => this.#overfull || (this.#hidden && subscription.name !== 'connection');
    if (!rests()) subscription.close ??= subscription.open();
    // What it says at its opening may have been too much.
    if (!rests()) return;
    subscription.close?.();
    subscription.close = undefined;
  }

  #send(message: HostMessage): void {
    this.#unheard.sent(this.#carry(message));
  }

  #fail(id: number, thrown: unknown): void {
    const { code, message } = toMusterError(thrown);
    this.#send({ kind: 'error', id, error: { code, message } });
  }
}

function kindOf(name: RequestName): RequestKind {
  if (HISTORY.has(name)) return 'history';
  if (name === 'verify') return 'proof';
  return accessOf(name) === 'write' ? 'change' : 'other';
}
