// Hears the fleet's nodes for tray and notifications at no cost: from the stream that some page has open, and from one of its own only
// while none has. The first begins with the program, as often as a page asks for it: the page that is still loading finds its nodes here.
import {
  type ConsoleApi,
  NODES_INTERVAL_MS,
  type NodesEvent,
  type RequestArguments,
  type RequestName,
  type RequestResult,
  type SubscriptionArguments,
  type SubscriptionEvent,
  type SubscriptionName,
} from '../common/console-api.ts';

/** Slower than a page: nobody looks at a tray every second. */
const OWN_INTERVAL_MS = 5000;

/** Give it to the pages in the place of `api`. */
export class NodeTap implements ConsoleApi {
  readonly #api: ConsoleApi;
  readonly #hear: (event: NodesEvent) => void;
  /** Pages with an open stream, oldest first: the first of them is listened to. */
  readonly #pages = new Set<object>();
  #endOwn: (() => void) | undefined;

  constructor(api: ConsoleApi, hear: (event: NodesEvent) => void) {
    this.#api = api;
    this.#hear = hear;
  }

  /** For the life of the process. */
  start(): void {
    this.#choose(NODES_INTERVAL_MS);
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
    const end = this.#api.subscribe(name, args, (event) => {
      if (this.#pages.values().next().value === page) this.#hear(event as NodesEvent);
      listener(event);
    });
    // After it, so that a stream they share goes on.
    this.#choose();
    return () => {
      end();
      this.#pages.delete(page);
      this.#choose();
    };
  }

  #choose(intervalMs = OWN_INTERVAL_MS): void {
    if (this.#pages.size === 0) {
      this.#endOwn ??= this.#api.subscribe('nodes', { intervalMs }, this.#hear);
      return;
    }
    this.#endOwn?.();
    this.#endOwn = undefined;
  }
}
