// Commands as the resident agent has them: names and a door. What carries them out is loaded when the first one comes.
import type { Command, CommandControl } from '../../proto/gen/messages.ts';
import type { CommandRunner, RunnerOptions } from './command-runner.ts';

/** What a stream tells whoever carries out commands. */
export interface CommandPort {
  command(command: Command): void;
  control(control: CommandControl): void;
  /** The stream takes more, after batches had their turn. */
  drained(): void;
  /** The stream ended: nobody reads any more. */
  ended(): void;
}

export class AgentCommands implements CommandPort {
  /** For `NodeInfo.commands`. */
  readonly names: string[];
  readonly #options: RunnerOptions;
  /** Promises call back in their order, so that what comes while it loads is neither lost nor overtaken. */
  #runner: Promise<CommandRunner> | undefined;

  constructor(options: RunnerOptions) {
    this.names = [...options.allowed];
    this.#options = options;
  }

  command(command: Command): void {
    this.#runner ??= import('./command-runner.ts').then(({ CommandRunner }) => new CommandRunner(this.#options));
    void this.#runner.then((runner) => runner.command(command));
  }

  control(control: CommandControl): void {
    void this.#runner?.then((runner) => runner.control(control));
  }

  drained(): void {
    void this.#runner?.then((runner) => runner.drained());
  }

  ended(): void {
    void this.#runner?.then((runner) => runner.cancelAll());
  }

  /** Ends what runs; resolves when no program is left. */
  async stop(): Promise<void> {
    await (await this.#runner)?.stop();
  }
}
