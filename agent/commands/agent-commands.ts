// Commands as the resident agent has them: names and a door. What carries them out is loaded when the first one comes.
import { messageOf } from '../../core/common/muster-error.ts';
import { AGENT_MESSAGE_FIELDS, type Command, type CommandControl } from '../../proto/gen/messages.ts';
import { encodeMessage } from '../../proto/message-codec.ts';
import type { CommandRunner, RunnerOptions } from './command-runner.ts';

/** Whoever sent the command is told; nothing runs that the others could concern. */
const NOT_LOADED = (): void => undefined;

/** The uplink's `CommandPort`. */
export class AgentCommands {
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
    this.#runner.then(
      (runner) => runner.command(command),
      (error: unknown) => this.#notLoaded(command.id, error),
    );
  }

  control(control: CommandControl): void {
    this.#runner?.then((runner) => runner.control(control), NOT_LOADED);
  }

  drained(): void {
    this.#runner?.then((runner) => runner.drained(), NOT_LOADED);
  }

  ended(): void {
    this.#runner?.then((runner) => runner.cancelAll(), NOT_LOADED);
  }

  /** Ends what runs; resolves when no program is left. */
  async stop(): Promise<void> {
    await this.#runner?.then((runner) => runner.stop(), NOT_LOADED);
  }

  /** The program on disk may have been replaced by another version while this one runs. */
  #notLoaded(id: string, error: unknown): void {
    this.#runner = undefined;
    const problem = `commands could not be loaded, restart the agent: ${messageOf(error)}`;
    const commandOutput = { id, output: Buffer.alloc(0), result: { status: 'failed', problem, truncated: false } };
    this.#options.send(encodeMessage(AGENT_MESSAGE_FIELDS, { commandOutput }));
  }
}
