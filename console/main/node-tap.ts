// Hears the fleet's nodes for tray and notifications at no cost: from the stream that some page has open, and from one of its own only
// while none has. Ten thousand nodes decoded twice would make the pages wait.
import type {
  ConsoleApi,
  NodesEvent,
  RequestArguments,
  RequestName,
  RequestResult,
  SubscriptionArguments,
  SubscriptionEvent,
  SubscriptionName,
} from '../common/console-api.ts';

/** Slower than a page: nobody looks at a tray ten times a second. */
const OWN_INTERVAL_MS = 5000;

/** Give it to the pages in the place of `api`. */
export class NodeTap implements ConsoleApi {
  readonly #api: ConsoleApi;
  readonly #hear: (event: NodesEvent) => void;
  /** Pages with an open stream, oldest first: the first of them is listened to. */
  readonly #pages = new Set<object>();
  #endOwn: (() => void) | undefined;
  #running = false;

  constructor(api: ConsoleApi, hear: (event: NodesEvent) => void) {
    this.#api = api;
    this.#hear = hear;
  }

  start(): void {
    this.#running = true;
    this.#choose();
  }

  stop(): void {
    this.#running = false;
    this.#choose();
  }

  request<K extends RequestName>(name: K, args: RequestArguments<K>, signal?: AbortSignal): Promise<RequestResult<K>> {
    return this.#api.request(name, args, signal);
  }

  subscribe<K extends SubscriptionName>(
    name: K,
    args: SubscriptionArguments<K>,
    listener: (event: SubscriptionEvent<K>) => void,
  ): () => void {
    if (name !== 'nodes') return this.#api.subscribe(name, args, listener);
    const page = {};
    this.#pages.add(page);
    this.#choose();
    const end = this.#api.subscribe(name, args, (event) => {
      if (this.#running && this.#pages.values().next().value === page) this.#hear(event as NodesEvent);
      listener(event);
    });
    return () => {
      end();
      this.#pages.delete(page);
      this.#choose();
    };
  }

  #choose(): void {
    if (this.#running && this.#pages.size === 0) {
      this.#endOwn ??= this.#api.subscribe('nodes', { intervalMs: OWN_INTERVAL_MS }, this.#hear);
      return;
    }
    this.#endOwn?.();
    this.#endOwn = undefined;
  }
}
