// What becomes of simulated machines when their simulation has ended: they stay as idle nodes, or are taken out of the fleet.
import { rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Node } from '../../proto/gen/messages.ts';
import { confirm } from '../terminal/confirm.ts';
import type { Output } from '../terminal/output.ts';
import { FleetClient, type FleetTarget } from './fleet-client.ts';

export interface EndedSimulation {
  target: FleetTarget;
  /** Folder of their identities, which are worth nothing once they are removed; undefined for one that the caller chose. */
  stateDir: string | undefined;
  /** How their names begin. */
  prefix: string;
  /** Remove them without a question. */
  unasked: boolean;
}

const LOOK_WITHIN_MS = 5000;
const LOOKS = 10;
const LOOK_APART_MS = 300;

/** Asks on a terminal; elsewhere says how it is done. */
export async function endSimulation({ target, stateDir, prefix, unasked }: EndedSimulation, output: Output): Promise<void> {
  const client = new FleetClient(target);
  try {
    const left = await untilEnded(client, prefix);
    if (left.length === 0) return;
    const words = `${left.length} simulated ${left.length === 1 ? 'machine' : 'machines'}`;
    const later = `${words} stay in the fleet and count as idle: muster nodes remove --filter kind:simulation takes them out`;
    if (!unasked) {
      if (!process.stdin.isTTY) return output.note(later);
      try {
        await confirm({ question: `Take ${words} out of the fleet again?`, unasked: later, refused: later });
      } catch {
        return output.note(later);
      }
    }
    for (const { nodeId } of left) await client.call('removeNode', { node: nodeId });
    if (stateDir !== undefined) rmSync(stateDir, { recursive: true, force: true });
    output.note(`${words} removed from the fleet`);
  } finally {
    client.close();
  }
}

/** The gateway hears of the end of a stream a moment later. */
async function untilEnded(client: FleetClient, prefix: string): Promise<Node[]> {
  for (let look = 1; ; look++) {
    const { nodes } = await client.call('listNodes', { filter: 'kind:simulation' }, LOOK_WITHIN_MS);
    const ours = nodes.filter(({ info }) => info?.name.startsWith(prefix));
    if (look === LOOKS || ours.every(({ gateway }) => gateway === '')) return endedOf(ours, prefix);
    await sleep(LOOK_APART_MS);
  }
}

/** Those of this simulation; of one that still runs under the same names none. */
export function endedOf(nodes: readonly Node[], prefix: string): Node[] {
  return nodes.filter(({ info, gateway }) => gateway === '' && info?.name.startsWith(prefix));
}
