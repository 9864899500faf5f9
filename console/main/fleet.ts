// One context that has windows: its backend, its desk, and an eye on its nodes for tray and notifications.
import { type Context, toContextView } from '../../core/node/contexts.ts';
import type { ConnectionState } from '../common/console-api.ts';
import { ConsoleBackend } from '../host/console-backend.ts';
import { ContextDesk, type DeskSurface } from '../host/context-desk.ts';
import { type ChangeNote, NodeChanges } from './node-changes.ts';
import { NodeTap } from './node-tap.ts';
import { SaveTarget } from './save-target.ts';

/** What happens within this is told together. */
const GATHER_MS = 3000;
const LEAST_APART_MS = 10_000;

export class Fleet {
  readonly context: Context;
  readonly desk: ContextDesk;
  /** For the pages. */
  readonly api: NodeTap;
  readonly #backend: ConsoleBackend;
  readonly #changes = new NodeChanges();
  readonly #say: (note: ChangeNote) => void;
  readonly #onCounts: () => void;
  #connection: ConnectionState['kind'] = 'connecting';
  #ends: (() => void)[] = [];
  #timer: NodeJS.Timeout | undefined;
  #saidMs = 0;

  /** `say` is called with each notification that is due, `onCounts` whenever the counts may be others. */
  constructor(context: Context, surface: DeskSurface, say: (note: ChangeNote) => void, onCounts: () => void) {
    this.context = context;
    this.desk = new ContextDesk(toContextView(context), surface);
    this.#backend = new ConsoleBackend(context, this.desk, new SaveTarget());
    this.api = new NodeTap(this.#backend, (event) => {
      this.#changes.receive(event);
      if (this.#changes.pending) this.#gather();
      onCounts();
    });
    this.#say = say;
    this.#onCounts = onCounts;
  }

  start(): void {
    void this.#backend.start();
    this.#ends = [
      this.#backend.subscribe('connection', {}, ({ kind }) => {
        if (kind === this.#connection) return;
        this.#connection = kind;
        if (kind !== 'connected') this.#changes.forget();
        this.#onCounts();
      }),
    ];
    this.api.start();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.api.stop();
    for (const end of this.#ends) end();
    this.desk.lock.lock();
    void this.#backend.stop();
  }

  /** Null while nothing is known: a console that hears nothing counts nobody silent. */
  get counts(): NodeChanges['counts'] | null {
    return this.#connection === 'connected' ? this.#changes.counts : null;
  }

  #gather(): void {
    if (this.#timer !== undefined) return;
    const wait = Math.max(GATHER_MS, this.#saidMs + LEAST_APART_MS - Date.now());
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#saidMs = Date.now();
      for (const note of this.#changes.take()) this.#say(note);
    }, wait);
    this.#timer.unref();
  }
}
