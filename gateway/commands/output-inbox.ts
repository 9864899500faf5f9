// What came of one run and the caller has not taken yet. Its size is bounded by what the agent was granted.
import type { CommandOutput, CommandResult } from '../../proto/gen/messages.ts';

export class OutputInbox {
  readonly #signal: AbortSignal;
  #waiting: CommandOutput[] = [];
  #result: CommandResult | undefined;
  #bytes = 0;
  #wake: () => void = () => undefined;

  /** The signal ends the waiting. */
  constructor(signal: AbortSignal) {
    this.#signal = signal;
    signal.addEventListener('abort', () => this.#wake(), { once: true });
  }

  /** How it ended; undefined while it runs. */
  get result(): CommandResult | undefined {
    return this.#result;
  }

  /** All that came. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Nothing counts after the result. */
  put(output: CommandOutput): void {
    if (this.#result !== undefined) return;
    this.#bytes += output.output.length;
    this.#waiting.push(output);
    if (output.result) this.#result = output.result;
    this.#wake();
  }

  /** The next message; undefined when the run has ended and all was taken, or the signal was aborted. */
  async take(): Promise<CommandOutput | undefined> {
    while (this.#waiting.length === 0 && this.#result === undefined && !this.#signal.aborted) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    return this.#signal.aborted ? undefined : this.#waiting.shift();
  }
}
