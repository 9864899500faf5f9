// What a command is: typed arguments, and a function that writes text until it is done.
import type { ArgumentRules, Arguments } from './argument-rules.ts';

/** How a command ended, where nobody ended it. */
export interface Outcome {
  status: 'ok' | 'failed';
  /** One sentence where it is not `ok`. */
  problem?: string;
  /** Of the program, where one ran. */
  exitCode?: number;
  /** Done when the result has been sent. */
  afterwards?: () => void;
}

export const OK: Outcome = { status: 'ok' };

export interface RunContext {
  /** Aborted at the time limit, when the caller goes away, when the stream ends, and when the output is at its limit. */
  readonly signal: AbortSignal;
  /** Resolves when there is room for more, with false where nothing more is wanted. */
  write(output: string | Uint8Array): Promise<boolean>;
  readonly agent: AgentSide;
}

/** What commands may do with the agent itself. */
export interface AgentSide {
  /** Units that `restart_unit` may name. */
  readonly restartableUnits: readonly string[];
  /** Reads and sends now what would have waited for its time; resolves with one sentence about it. */
  flush(): Promise<string>;
  /** Ends the process in good order, so that its supervisor starts it again. */
  restart(): void;
  /** What the agent knows of itself, without secrets. */
  describe(): Record<string, unknown>;
}

export interface HostCommand {
  readonly rules: ArgumentRules;
  run(args: Arguments, context: RunContext): Promise<Outcome>;
}
