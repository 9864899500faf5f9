// Joins commands to the agent around them.
import type { SpoolStatus } from '../spool/spool.ts';
import { AgentCommands } from './agent-commands.ts';
import type { CommandReports } from './command-runner.ts';

/** The process ends with it when it wants to be started again: a failure to systemd (`Restart=on-failure`) and to `muster up` alike. */
export const RESTART_EXIT_CODE = 75;

export interface AgentCommandsOptions {
  /** With which the agent started: what may be done here is never settable from afar. */
  config: { readonly commands: readonly string[]; readonly restartableUnits: readonly string[] };
  version: string;
  settings: { readonly current: object };
  /** What is shown of it. */
  story: { readonly connection: object; readonly unavailable: readonly object[]; readonly lastClockStep: object | undefined };
  spool: { status(): SpoolStatus };
  sampler: { flushNow(): void; readonly tickMs: number };
  line: { sendPassing(message: Buffer): boolean; heartbeat(): void };
  events: {
    readonly counts: ReadonlyMap<string, number>;
    readonly recent: readonly { timeUs: number; kind: string; text: string }[];
    readonly commands: CommandReports;
  };
  restart(): void;
}

export function createAgentCommands(options: AgentCommandsOptions): AgentCommands {
  const { config, settings, story, spool, sampler, line, events } = options;
  const describe = (): Record<string, unknown> => ({
    version: options.version,
    config: settings.current,
    connection: story.connection,
    spool: spool.status(),
    lastTickMs: sampler.tickMs,
    unavailableCollectors: story.unavailable,
    lastClockStep: story.lastClockStep ?? null,
    eventCounts: events.counts,
    recentEvents: events.recent.map(({ timeUs, ...event }) => ({ time: new Date(timeUs / 1000).toISOString(), ...event })),
  });
  return new AgentCommands({
    allowed: config.commands,
    send: (message) => line.sendPassing(message),
    reports: events.commands,
    agent: {
      restartableUnits: config.restartableUnits,
      restart: options.restart,
      describe,
      async flush() {
        sampler.flushNow();
        line.heartbeat();
        const { batches, bytes } = spool.status();
        return batches === 0
          ? 'flushed: the gateway has everything'
          : `flushed: ${batches} ${batches === 1 ? 'batch waits' : 'batches wait'} for the gateway (${bytes} bytes)`;
      },
    },
  });
}
