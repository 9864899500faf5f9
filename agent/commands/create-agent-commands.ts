// Joins commands to the agent around them.

import type { AgentStory } from '../agent-story.ts';
import type { AgentConfig } from '../config.ts';
import type { AgentEvents } from '../events.ts';
import type { SpoolStatus } from '../spool/spool.ts';
import { AgentCommands } from './agent-commands.ts';

/** The process ends with it when it wants to be started again: a failure to systemd (`Restart=on-failure`) and to `muster up` alike. */
export const RESTART_EXIT_CODE = 75;

export interface AgentCommandsOptions {
  /** With which the agent started: what may be done here is never settable from afar. */
  config: Pick<AgentConfig, 'commands' | 'restartableUnits'>;
  version: string;
  settings: { readonly current: AgentConfig };
  story: AgentStory;
  spool: { status(): SpoolStatus };
  sampler: { flushNow(): void; readonly tickMs: number };
  uplink(): { readonly connected: boolean; sendPassing(message: Buffer): boolean; heartbeat(): void };
  events: Pick<AgentEvents, 'counts' | 'recent' | 'commands'>;
  restart(): void;
}

export function createAgentCommands(options: AgentCommandsOptions): AgentCommands {
  const { config, settings, story, spool, sampler, uplink, events } = options;
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
    send: (message) => uplink().sendPassing(message),
    reports: events.commands,
    agent: {
      restartableUnits: config.restartableUnits,
      restart: options.restart,
      describe,
      async flush() {
        sampler.flushNow();
        uplink().heartbeat();
        const { batches, bytes } = spool.status();
        return batches === 0
          ? 'flushed: the gateway has everything'
          : `flushed: ${batches} ${batches === 1 ? 'batch waits' : 'batches wait'} for the gateway (${bytes} bytes)`;
      },
    },
  });
}
