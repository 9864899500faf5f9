// One run of a command on a node, as the console follows it.

/** Part of what a command writes. `begins` starts anew: all that was written so far, or its newest part where that is long. */
export interface CommandOutputEvent {
  begins: boolean;
  text: string;
  /** True where the oldest part was let go. */
  cut: boolean;
}

export interface CommandEnd {
  /** Names the run in the audit; empty where the gateway refused it before it began. */
  commandId: string;
  /** `ok`, `failed`, `refused`, `timed_out` or `cancelled`. */
  status: string;
  /** One sentence where it is not `ok`. */
  problem: string;
  /** Of the program, where one ran. */
  exitCode: number | null;
  /** True where the agent cut the output at its limit. */
  truncated: boolean;
}
