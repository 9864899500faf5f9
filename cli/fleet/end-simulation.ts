// What becomes of simulated machines when their simulation has ended: they stay as idle nodes, or are taken out of the fleet.
import { setTimeout as sleep } from 'node:timers/promises';
import type { FleetClient } from '../../proto/client/fleet-client.ts';
import type { Node } from '../../proto/gen/messages.ts';
import { confirm } from '../terminal/confirm.ts';
import type { Output } from '../terminal/output.ts';
import { type FleetTarget, openFleet } from './open-fleet.ts';
import { deleteFolders } from './removed-simulation.ts';

export interface EndedSimulation {
  target: FleetTarget;
  /** Has the identities of this simulation and of others; those of removed nodes are worth nothing. Undefined for one that the caller chose. */
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
  const client = openFleet(target);
  try {
    const { left, streaming } = await untilEnded(client, prefix);
    if (streaming > 0)
      output.note(
        `${streaming} simulated ${streaming === 1 ? 'machine still streams and stays' : 'machines still stream and stay'} in the fleet`,
      );
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
    await removeEnded(client, left, stateDir);
    output.note(`${words} removed from the fleet`);
  } finally {
    client.close();
  }
}

/** Takes nodes out of the fleet and deletes their identities and spools: of those that were removed, also where the next one cannot be. */
export async function removeEnded(
  client: Pick<FleetClient, 'call'>,
  nodes: readonly Pick<Node, 'nodeId'>[],
  stateDir: string | undefined,
): Promise<void> {
  const removed = new Set<string>();
  try {
    for (const { nodeId } of nodes) {
      await client.call('removeNode', { node: nodeId });
      removed.add(nodeId);
    }
  } finally {
    if (stateDir !== undefined) deleteFolders(stateDir, removed);
  }
}

/** The gateway hears of the end of a stream a moment later. */
async function untilEnded(client: FleetClient, prefix: string): Promise<{ left: Node[]; streaming: number }> {
  for (let look = 1; ; look++) {
    const { nodes } = await client.call('listNodes', { filter: 'kind:simulation' }, { timeoutMs: LOOK_WITHIN_MS });
    const ours = nodes.filter(({ info }) => info?.name.startsWith(prefix));
    const left = ours.filter(({ gateway }) => gateway === '');
    if (look === LOOKS || left.length === ours.length) return { left, streaming: ours.length - left.length };
    await sleep(LOOK_APART_MS);
  }
}
