// Where the samples of a scenario come from.

export interface ProbeRun {
  probes: readonly { nodeId: string; name: string; timesUs: readonly number[] }[];
  /** What went wrong on the way, a sentence each. */
  problems: readonly string[];
}

export interface ProbeSource {
  /** One sample a second from each probe, `samples` times. `begun` is told their node ids before the first is sent. Ends when all have been taken. */
  run(samples: number, begun: (nodeIds: readonly string[]) => void): Promise<ProbeRun>;
}
