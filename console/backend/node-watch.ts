// An eye on the nodes of a context for the program's tray and notifications.
import type { ConnectionState, NodesEvent } from '../common/console-api.ts';
import type { ChangeNote, NodeCounts } from '../host/backend-message.ts';
import { NodeChanges } from './node-changes.ts';

/** What happens within this is told together. */
const GATHER_MS = 3000;
const LEAST_APART_MS = 10_000;
/** In a storm each note waits twice as long as the one before it, up to this. */
const MOST_APART_MS = 5 * 60_000;
/** Nobody looks at a tray more often. */
const COUNT_APART_MS = 1000;

export interface NodeWatchReports {
  /** The counts are others now; null while nothing is known. */
  counts(counts: NodeCounts | null): void;
  note(note: ChangeNote): void;
}

export class NodeWatch {
  readonly #changes = new NodeChanges();
  readonly #reports: NodeWatchReports;
  #connection: ConnectionState['kind'] = 'connecting';
  /** The gateway is there and sends no states. */
  #interrupted = false;
  #noteTimer: NodeJS.Timeout | undefined;
  #countTimer: NodeJS.Timeout | undefined;
  #notedMs = Number.NEGATIVE_INFINITY;
  #apartMs = LEAST_APART_MS;
  #counted = '';

  constructor(reports: NodeWatchReports) {
    this.#reports = reports;
  }

  readonly nodes = (event: NodesEvent): void => {
    if (event.interrupted !== undefined) {
      this.#interrupted = true;
      this.#count();
      return;
    }
    if (event.complete) this.#interrupted = false;
    this.#changes.receive(event);
    if (this.#changes.pending) this.#gather();
    this.#countTimer ??= setTimeout(() => this.#count(), COUNT_APART_MS).unref();
  };

  readonly connection = ({ kind }: ConnectionState): void => {
    if (kind === this.#connection) return;
    this.#connection = kind;
    if (kind !== 'connected') this.#changes.forget();
    this.#count();
  };

  #count(): void {
    clearTimeout(this.#countTimer);
    this.#countTimer = undefined;
    const counts = this.#connection === 'connected' && !this.#interrupted ? this.#changes.counts : null;
    const counted = JSON.stringify(counts);
    if (counted === this.#counted) return;
    this.#counted = counted;
    this.#reports.counts(counts);
  }

  #gather(): void {
    if (this.#noteTimer !== undefined) return;
    const now = Date.now();
    // It was calm for longer than a storm's notes lie apart.
    if (now - this.#notedMs > 2 * this.#apartMs) this.#apartMs = LEAST_APART_MS;
    const wait = Math.max(GATHER_MS, this.#notedMs + this.#apartMs - now);
    this.#noteTimer = setTimeout(() => {
      this.#noteTimer = undefined;
      this.#notedMs = Date.now();
      this.#apartMs = Math.min(MOST_APART_MS, this.#apartMs * 2);
      for (const note of this.#changes.take()) this.#reports.note(note);
    }, wait).unref();
  }
}
