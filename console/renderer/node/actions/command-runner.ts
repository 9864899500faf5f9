// One run of a command at a time: begins it, gathers what it writes in bounded memory, stops it. Lives outside React.
import { MusterError, toMusterError } from '../../../../core/common/muster-error.ts';
import type { CommandEnd } from '../../../common/command-run.ts';
import type { ConsoleApi } from '../../../common/console-api.ts';
import type { Painter } from '../../state/painter.ts';
import { Store } from '../../state/store.ts';

/** Characters that a page shows; the oldest go. */
const MAX_SHOWN = 200_000;

export interface RunState {
  running: boolean;
  text: string;
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
  #controller: AbortController | undefined;
  #text = '';
  #cut = false;

  constructor(api: ConsoleApi, painter: Painter) {
    this.#api = api;
    this.#painter = painter;
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
      const all = begins ? text : this.#text + text;
      this.#cut = cut || all.length > MAX_SHOWN;
      this.#text = all.slice(-MAX_SHOWN);
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

  readonly #paint = (): void => {
    if (this.state.get().running) this.state.set({ ...this.state.get(), text: this.#text, cut: this.#cut });
  };
}

/** Text of a host without what a terminal would obey. */
export function plainText(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is taken out
  return text.replace(/\u001b\[[0-9;?]*[A-Za-z]/g, '').replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, '·');
}
