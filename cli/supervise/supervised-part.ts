// Keeps one part working: starts it, starts it again when it ends by itself or does not work any more, ends it.
import { MusterError, toMusterError } from '../../core/common/muster-error.ts';
import type { Liveness, Part } from '../parts/part.ts';
import { type Child, exitWords, startChild } from '../process/child.ts';
import { startMark } from '../process/process-info.ts';
import { BackOff } from './back-off.ts';
import type { Clock } from './clock.ts';

/** `failing`: it runs and does not work. */
export type PartState = 'waiting' | 'starting' | 'running' | 'failing' | 'restarting' | 'stopping' | 'stopped';

/** How often a part is asked for work. */
const ASK_EVERY_MS = 15_000;
/** So many questions without an answer in a row are not a pause or a busy machine any more. */
const MAX_MISSES = 4;

/** What is known of a part at one moment. */
export interface PartSnapshot {
  name: string;
  state: PartState;
  /** 0 where it does not run. */
  pid: number;
  /** Tells this process from a later one with the same id; empty where unknown. */
  startMark: string;
  /** How often it was started again, after it ended by itself or did not work. */
  restarts: number;
  /** Unix ms of the last change of state. */
  sinceMs: number;
  /** What it said when it was ready. */
  readyLine: Record<string, unknown>;
  /** How it ended the last time, or what does not work now; empty while it always did. */
  problem: string;
}

export interface SupervisedPartOptions {
  logFile: string;
  clock: Clock;
  /** How long a start may take; default 120 s. */
  readyTimeoutMs?: number;
  /** Called after each change of state. */
  onChange: (snapshot: PartSnapshot) => void;
}

export class SupervisedPart {
  readonly #part: Part;
  readonly #options: SupervisedPartOptions;
  readonly #backOff = new BackOff();
  readonly #stopping = new AbortController();
  #child: Child | undefined;
  #startedMs = 0;
  #keeping: Promise<void> = Promise.resolve();
  #snapshot: PartSnapshot;

  constructor(part: Part, options: SupervisedPartOptions) {
    this.#part = part;
    this.#options = options;
    this.#snapshot = {
      name: part.name,
      state: 'waiting',
      pid: 0,
      startMark: '',
      restarts: 0,
      sinceMs: options.clock.wallMs(),
      readyLine: {},
      problem: '',
    };
  }

  get name(): string {
    return this.#part.name;
  }

  get snapshot(): PartSnapshot {
    return this.#snapshot;
  }

  /** Starts it and waits until it serves. A first start that fails is the caller's to judge: it rejects, and nothing is left running. */
  async start(): Promise<void> {
    if (this.#stopping.signal.aborted) throw new MusterError('cancelled', `${this.#part.name} is not started: everything is ending`);
    await this.#startOnce();
    this.#keeping = this.#keep();
  }

  /** Ends it: SIGTERM, SIGKILL after ten seconds. It is not started again. May be called twice, or without `start`. */
  async stop(): Promise<void> {
    if (!this.#stopping.signal.aborted) {
      this.#stopping.abort();
      if (this.#child !== undefined) this.#change({ state: 'stopping' });
    }
    await this.#child?.stop();
    await this.#keeping;
    this.#change({ state: 'stopped', pid: 0, startMark: '' });
  }

  async #startOnce(): Promise<void> {
    const mended = this.#part.beforeStart?.() ?? [];
    const child = startChild(this.#part, this.#options.logFile);
    this.#child = child;
    this.#startedMs = this.#options.clock.nowMs();
    this.#change({
      state: 'starting',
      pid: child.pid,
      startMark: startMark(child.pid) ?? '',
      ...(mended.length === 0 ? {} : { problem: mended.join('; ') }),
    });
    try {
      const readyLine = await child.ready(this.#options.readyTimeoutMs ?? 120_000);
      const problem = await this.#settle();
      if (!this.#stopping.signal.aborted) this.#change({ state: 'running', readyLine, ...(problem === undefined ? {} : { problem }) });
    } catch (error) {
      await child.kill();
      throw error;
    }
  }

  /** What could not be done after it served: it serves all the same. */
  async #settle(): Promise<string | undefined> {
    try {
      await this.#part.afterReady?.();
      return undefined;
    } catch (error) {
      return toMusterError(error).message;
    }
  }

  /** From one end of the process to the next, until `stop`. */
  async #keep(): Promise<void> {
    const { clock } = this.#options;
    const { signal } = this.#stopping;
    let problem = await this.#untilEnd();
    while (!signal.aborted && problem !== undefined) {
      this.#change({ state: 'restarting', pid: 0, startMark: '', problem, restarts: this.#snapshot.restarts + 1 });
      await clock.sleep(this.#backOff.next(clock.nowMs() - this.#startedMs), signal);
      if (signal.aborted) return;
      try {
        await this.#startOnce();
        problem = await this.#untilEnd();
      } catch (error) {
        problem = toMusterError(error).message;
      }
    }
  }

  /** How the process ended; undefined where it ended as it may and stays down. */
  async #untilEnd(): Promise<string | undefined> {
    const child = this.#child;
    if (child === undefined) return undefined;
    const over = new AbortController();
    const exited = child.exited.finally(() => over.abort());
    const fault = await this.#untilItFails(over.signal);
    if (fault !== undefined && !this.#stopping.signal.aborted) {
      await child.stop();
      return this.#stopping.signal.aborted ? undefined : `did not work: ${fault}`;
    }
    const exit = await exited;
    if (exit === undefined || this.#stopping.signal.aborted) return undefined;
    if (this.#part.mayEnd === true && exit.code === 0) {
      this.#change({ state: 'stopped', pid: 0, startMark: '' });
      return undefined;
    }
    return `ended with ${exitWords(exit)}`;
  }

  /** Asks it for work until it is gone. Gives what does not work where starting it again may help. */
  async #untilItFails(gone: AbortSignal): Promise<string | undefined> {
    const { liveness } = this.#part;
    if (liveness === undefined) return undefined;
    for (let misses = 0; ; ) {
      await this.#options.clock.sleep(ASK_EVERY_MS, gone);
      if (gone.aborted) return undefined;
      const fault = await Promise.race([faultOf(liveness), aborted(gone)]);
      if (gone.aborted || this.#stopping.signal.aborted) return undefined;
      misses = fault === undefined ? 0 : misses + 1;
      if (fault === undefined) {
        if (this.#snapshot.state === 'failing') this.#change({ state: 'running', problem: '' });
        continue;
      }
      if (misses < MAX_MISSES) continue;
      const wait = liveness.waitsFor?.();
      if (wait === undefined) return fault;
      const problem = `${wait} (${fault})`;
      if (this.#snapshot.state !== 'failing' || this.#snapshot.problem !== problem) this.#change({ state: 'failing', problem });
    }
  }

  #change(change: Partial<PartSnapshot>): void {
    this.#snapshot = { ...this.#snapshot, ...change, sinceMs: this.#options.clock.wallMs() };
    this.#options.onChange(this.#snapshot);
  }
}

/** What does not work; undefined where it works, or nothing can be told. */
function faultOf(liveness: Liveness): Promise<string | undefined> {
  return liveness.ask().then(
    () => undefined,
    (error: unknown) => toMusterError(error).message,
  );
}

/** Resolves when the process is gone: nobody waits for the answer then. */
function aborted(signal: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(undefined), { once: true }));
}
