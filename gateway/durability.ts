// Whether an acknowledgement of nats-server means "on disk". Only its monitoring port tells; its API and protocol do not.
import { z } from 'zod';
import { MusterError, messageOf } from '../core/common/muster-error.ts';
import { fault } from '../core/node/faults.ts';
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
    return { durability: 'unknown', detail: `${monitorUrl} does not tell (${messageOf(error)})` };
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

/** What is done where nobody knows that an acknowledgement means "on disk": say so, refuse to start, or believe an operator who vouches for it. */
export const DURABILITY_POLICIES = ['warn', 'require', 'trust'] as const;
export type DurabilityPolicy = (typeof DURABILITY_POLICIES)[number];

export interface DurabilityCheckOptions {
  monitorUrl: string;
  policy: DurabilityPolicy;
  events: { durabilityFound(found: Found): void };
  /** Default: asks the monitoring port. */
  find?: (monitorUrl: string) => Promise<Found>;
}

/** A server that was restarted may have another configuration, and one that did not answer may do so now. */
const ASK_AGAIN_MS = 30_000;

/** Finds it at start and again and again, and says each change, loudly when an acknowledgement does not mean "on disk". */
export function createDurabilityCheck({ monitorUrl, policy, events, find = findDurability }: DurabilityCheckOptions): DurabilityCheck {
  let found: Durability = 'unknown';
  let timer: NodeJS.Timeout | undefined;
  const ask = async (): Promise<Found> => {
    const answer = believed(await find(monitorUrl), policy);
    if (answer.durability !== found) events.durabilityFound(answer);
    found = answer.durability;
    return answer;
  };
  return {
    name: 'durability check',
    durable: () => (found === 'unknown' ? undefined : found === 'durable'),
    async start() {
      const answer = await ask();
      if (answer.durability === 'unknown') events.durabilityFound(answer);
      if (policy === 'require' && answer.durability !== 'durable') {
        throw new MusterError(
          'failed_precondition',
          `--nats-durability is require, and an acknowledgement may be lost with the power: ${answer.detail}`,
        );
      }
      timer = setInterval(() => void ask().catch(fault), ASK_AGAIN_MS).unref();
    },
    async stop() {
      clearInterval(timer);
    },
  };
}

function believed(found: Found, policy: DurabilityPolicy): Found {
  if (policy !== 'trust' || found.durability !== 'unknown') return found;
  return {
    durability: 'durable',
    detail: `--nats-durability is trust, so acknowledgements of nats-server count as on disk (${found.detail})`,
  };
}
