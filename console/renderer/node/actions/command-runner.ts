// One run of a command at a time: begins it, gathers what it writes in bounded memory, stops it. Lives outside React.
import { MusterError, toMusterError } from '../../../../core/common/muster-error.ts';
import type { CommandEnd } from '../../../common/command-run.ts';
import type { ConsoleApi } from '../../../common/console-api.ts';
import type { Painter } from '../../state/painter.ts';
import { Store } from '../../state/store.ts';

/** Which end of a long output counts, and how much of it: what goes on is read at its end, a list in order at its beginning. */
export interface Kept {
  end: 'first' | 'last';
  characters: number;
}

const NEWEST: Kept = { end: 'last', characters: 200_000 };

export interface RunState {
  running: boolean;
  text: string;
  /** Some of it is not here: the oldest, or with `first` what came later. */
  cut: boolean;
  startedMs: number;
  endedMs: number;
  /** Null while it runs, and where it could not begin. */
  end: CommandEnd | null;
  /** Why it could not begin, or was stopped. */
  problem: string;
}

const IDLE: RunState = { running: false, text: '', cut: false, startedMs: 0, endedMs: 0, end: null, problem: '' };

export interface CommandAsked {
  node: string;
  command: string;
  arguments: Readonly<Record<string, string>>;
  timeoutMs: number;
}

export class CommandRunner {
  readonly state = new Store<RunState>(IDLE);
  readonly #api: ConsoleApi;
  readonly #painter: Painter;
  readonly #kept: Kept;
  #controller: AbortController | undefined;
  #text = '';
  #cut = false;

  constructor(api: ConsoleApi, painter: Painter, kept = NEWEST) {
    this.#api = api;
    this.#painter = painter;
    this.#kept = kept;
  }

  /** Ends the one before. Answers when this one ended, with all it wrote that is still kept. */
  async run(asked: CommandAsked): Promise<RunState> {
    this.stop();
    const controller = new AbortController();
    this.#controller = controller;
    const runId = crypto.randomUUID();
    this.#text = '';
    this.#cut = false;
    this.state.set({ ...IDLE, running: true, startedMs: Date.now() });
    const unsubscribe = this.#api.subscribe('commandOutput', { runId }, ({ begins, text, cut }) => {
      if (this.#controller !== controller) return;
      this.#take(begins, text, cut);
      this.#painter.request(this.#paint);
    });
    let end: CommandEnd | null = null;
    let problem = '';
    try {
      end = await this.#api.request('runCommand', { runId, ...asked }, controller.signal);
    } catch (error) {
      problem = error instanceof MusterError && error.code === 'cancelled' ? 'Stopped.' : toMusterError(error).message;
    }
    unsubscribe();
    const ended: RunState = { ...this.state.get(), text: this.#text, cut: this.#cut, running: false, endedMs: Date.now(), end, problem };
    if (this.#controller === controller) this.state.set(ended);
    return ended;
  }

  stop(): void {
    this.#controller?.abort();
  }

  #take(begins: boolean, text: string, cut: boolean): void {
    const { end, characters } = this.#kept;
    const all = begins ? text : this.#text + text;
    // What the host lets go is the oldest of what it tells again: here it is still there, unless this is the telling.
    const lost = begins || end === 'last' ? cut : this.#cut;
    this.#cut = lost || all.length > characters;
    this.#text = end === 'last' ? all.slice(-characters) : all.slice(0, characters);
  }

  readonly #paint = (): void => {
    if (this.state.get().running) this.state.set({ ...this.state.get(), text: this.#text, cut: this.#cut });
  };
}

/** Text of a host without what a terminal would obey. */
export function plainText(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is taken out
  return text.replace(/\u001b\[[0-9;?]*[A-Za-z]/g, '').replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, '·');
}
