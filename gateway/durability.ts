// Whether an acknowledgement of nats-server means "on disk". Only its monitoring port tells; its API and protocol do not.
import { z } from 'zod';
import type { Component } from '../core/node/lifecycle.ts';

export type Durability = 'durable' | 'not_durable' | 'unknown';

export interface Found {
  durability: Durability;
  /** One sentence with what to do. */
  detail: string;
}

/** The part of `/varz` that is needed. `sync_interval` is in nanoseconds, `sync_always` is absent when false. */
const VARZ = z.object({
  jetstream: z.object({ config: z.object({ sync_always: z.boolean().optional(), sync_interval: z.number().optional() }) }),
});

/** Asks the monitoring port of nats-server; never throws. */
export async function findDurability(monitorUrl: string): Promise<Found> {
  if (monitorUrl === '') {
    return { durability: 'unknown', detail: 'set --nats-monitor-url to have it checked; nats-server needs `sync_interval: always`' };
  }
  try {
    const response = await fetch(new URL('/varz', monitorUrl), { signal: AbortSignal.timeout(3000) });
    return judge(VARZ.parse(await response.json()));
  } catch (error) {
    return { durability: 'unknown', detail: `${monitorUrl} does not tell (${error instanceof Error ? error.message : String(error)})` };
  }
}

function judge(varz: z.output<typeof VARZ>): Found {
  const { sync_always: always, sync_interval: nanoseconds } = varz.jetstream.config;
  if (always) return { durability: 'durable', detail: 'nats-server syncs every message before it acknowledges' };
  const interval = nanoseconds === undefined ? 'at intervals' : `every ${nanoseconds / 1e9} s`;
  return { durability: 'not_durable', detail: `nats-server syncs ${interval}: set \`sync_interval: always\` in its jetstream block` };
}

export interface DurabilityCheck extends Component {
  /** Undefined while, or where, it is not known. */
  readonly durable: () => boolean | undefined;
}

/** Finds it at start, and says it, loudly when an acknowledgement does not mean "on disk". */
export function createDurabilityCheck(monitorUrl: string, events: { durabilityFound(found: Found): void }): DurabilityCheck {
  let found: Durability = 'unknown';
  return {
    name: 'durability check',
    durable: () => (found === 'unknown' ? undefined : found === 'durable'),
    async start() {
      const answer = await findDurability(monitorUrl);
      found = answer.durability;
      events.durabilityFound(answer);
    },
    stop: async () => undefined,
  };
}
