// What travels between a page and its host, whatever carries it. The host trusts nothing of it until `parsePageMessage` did.
import { MusterError } from '../../core/common/muster-error.ts';
import type { ConsoleErrorData } from './console-api.ts';

/** From a page. `id` is the page's own number of a request or subscription. */
export type PageMessage =
  | { kind: 'request'; id: number; name: string; arguments: unknown }
  | { kind: 'cancel'; id: number }
  | { kind: 'subscribe'; id: number; name: string; arguments: unknown }
  | { kind: 'unsubscribe'; id: number }
  | { kind: 'visibility'; hidden: boolean }
  /** Asks whether the host is there. `heard` is how many messages of this host have arrived. */
  | { kind: 'ping'; id: number; heard: number };

/** To a page. */
export type HostMessage =
  | { kind: 'result'; id: number; value: unknown }
  | { kind: 'error'; id: number; error: ConsoleErrorData }
  | { kind: 'event'; id: number; value: unknown }
  /** Answers the ping of that number. */
  | { kind: 'pong'; id: number };

/** What carries messages between a page and its host. */
export interface HostPort {
  send(message: PageMessage): void;
  /** One listener; set before anything is sent. */
  listen(listener: HostPortListener): void;
  /** The host is silent for that reason: whoever can try another way to it does. */
  renew(reason: string): void;
}

export interface HostPortListener {
  message(message: HostMessage): void;
  /** The host can be reached (again): what was subscribed must be subscribed anew. */
  opened(): void;
  /** The host cannot be reached; the port tries again by itself at `nextTryMs`. */
  closed(reason: string, nextTryMs: number): void;
}

/** The message, or throws `malformed`. */
export function parsePageMessage(given: unknown): PageMessage {
  if (typeof given !== 'object' || given === null) throw new MusterError('malformed', 'a message of a page must be an object');
  const { kind, id, name, hidden, heard } = given as Record<string, unknown>;
  if (kind === 'visibility' && typeof hidden === 'boolean') return { kind, hidden };
  if (typeof id === 'number' && Number.isSafeInteger(id) && id >= 0) {
    if (kind === 'ping' && typeof heard === 'number' && heard >= 0) return { kind, id, heard };
    if (kind === 'cancel' || kind === 'unsubscribe') return { kind, id };
    if ((kind === 'request' || kind === 'subscribe') && typeof name === 'string') {
      return { kind, id, name, arguments: (given as { arguments?: unknown }).arguments };
    }
  }
  throw new MusterError('malformed', `a message of a page has an unknown kind or shape: ${String(kind).slice(0, 40)}`);
}
