// One context that has windows: its backend in a process of its own, what the tray knows of its nodes, and the ports of its pages.
import { MessageChannelMain, type UtilityProcess, utilityProcess, type WebContents } from 'electron';
import { toMusterError } from '../../core/common/muster-error.ts';
import { type Context, toContextView } from '../../core/node/contexts.ts';
import { HOST_CHANNEL, type HostLoss } from '../common/preload-bridge.ts';
import type { ChangeNote, FavourName, Favours, FromBackend, NodeCounts, SurfaceState, ToBackend } from '../host/backend-message.ts';
import type { MainEvents } from './events.ts';

const AGAIN_MS = 1000;
const PING_MS = 5000;
/** A backend that leaves so many unanswered hangs: another is started. Its pages have said that long before. */
const MISSED_PINGS = 12;
/** For a backend to end what it writes. */
const END_WITHIN_MS = 2000;

export interface FleetParts {
  context: Context;
  backendFile: string;
  events: MainEvents;
  surface(): SurfaceState;
  favours: { [K in FavourName]: (argument: Favours[K]['argument']) => Promise<Favours[K]['result']> };
  /** Called with each notification that is due. */
  onNote(note: ChangeNote): void;
  /** Called when the counts are others. */
  onCounts(): void;
}

export class Fleet {
  readonly context: Context;
  readonly #parts: FleetParts;
  readonly #pages = new Set<WebContents>();
  #backend: UtilityProcess | undefined;
  #timer: NodeJS.Timeout | undefined;
  #counts: NodeCounts | null = null;
  #exports = 0;
  #unanswered = 0;
  #pings: NodeJS.Timeout | undefined;
  #running = false;

  constructor(parts: FleetParts) {
    this.context = parts.context;
    this.#parts = parts;
  }

  start(): void {
    this.#running = true;
    this.#begin();
  }

  /** Resolves when its backend is gone. */
  async stop(): Promise<void> {
    this.#running = false;
    clearTimeout(this.#timer);
    const backend = this.#backend;
    if (backend === undefined) return;
    const gone = new Promise<void>((resolve) => backend.once('exit', () => resolve()));
    const timer = setTimeout(() => backend.kill(), END_WITHIN_MS);
    this.#tell({ kind: 'end' });
    await gone;
    clearTimeout(timer);
  }

  /** Exports under way, which end with it. */
  get runningExports(): number {
    return this.#exports;
  }

  /** Null while nothing is known. */
  get counts(): NodeCounts | null {
    return this.#counts;
  }

  /** What the program says of itself is other now. */
  surfaceChanged(): void {
    this.#tell({ kind: 'surface', surface: this.#parts.surface() });
  }

  /** Gives the page a port to the backend, now and whenever the backend had to be started again. */
  connect(page: WebContents): void {
    if (!this.#pages.has(page)) page.once('destroyed', () => this.#pages.delete(page));
    this.#pages.add(page);
    if (this.#backend === undefined) return;
    const { port1, port2 } = new MessageChannelMain();
    this.#backend.postMessage({ kind: 'page' } satisfies ToBackend, [port1]);
    page.postMessage(HOST_CHANNEL, null, [port2]);
  }

  #begin(): void {
    const { context, backendFile } = this.#parts;
    const backend = utilityProcess.fork(backendFile, [], { serviceName: `Muster backend of ${context.name}`, stdio: 'inherit' });
    this.#backend = backend;
    this.#unanswered = 0;
    clearInterval(this.#pings);
    this.#pings = setInterval(() => this.#ping(backend), PING_MS);
    backend.on('message', (message: FromBackend) => this.#receive(message));
    backend.once('exit', (code) => this.#ended(code));
    const { gateway, caFile, tokenFile } = context;
    this.#tell({ kind: 'begin', context: toContextView(context), address: { gateway, caFile, tokenFile }, surface: this.#parts.surface() });
    for (const page of this.#pages) this.connect(page);
  }

  #ping(backend: UtilityProcess): void {
    if (++this.#unanswered > MISSED_PINGS) backend.kill();
    else this.#tell({ kind: 'ping' });
  }

  #ended(code: number): void {
    this.#backend = undefined;
    clearInterval(this.#pings);
    if (!this.#running) return;
    this.#parts.events.backendEnded(this.context.name, code);
    this.#setCounts(null);
    this.#exports = 0;
    const loss: HostLoss = { reason: 'the console lost its backend and starts it again', nextTryMs: Date.now() + AGAIN_MS };
    for (const page of this.#pages) page.send(HOST_CHANNEL, loss);
    this.#timer = setTimeout(() => this.#begin(), AGAIN_MS);
  }

  #receive(message: FromBackend): void {
    const { events, onNote } = this.#parts;
    if (message.kind === 'pong') this.#unanswered = 0;
    else if (message.kind === 'counts') this.#setCounts(message.counts);
    else if (message.kind === 'note') onNote(message.note);
    else if (message.kind === 'exports') this.#exports = message.running;
    else if (message.kind === 'refused') events.messageRefused(message.reason);
    else void this.#oblige(message);
  }

  async #oblige({ id, name, argument }: Extract<FromBackend, { kind: 'ask' }>): Promise<void> {
    const favour = this.#parts.favours[name] as (argument: unknown) => Promise<unknown>;
    try {
      this.#tell({ kind: 'done', id, result: await favour(argument) });
    } catch (error) {
      const { code, message } = toMusterError(error);
      this.#tell({ kind: 'failed', id, error: { code, message } });
    }
  }

  #setCounts(counts: NodeCounts | null): void {
    this.#counts = counts;
    this.#parts.onCounts();
  }

  #tell(message: ToBackend): void {
    this.#backend?.postMessage(message);
  }
}
