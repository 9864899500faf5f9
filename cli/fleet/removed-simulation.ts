// Identities and spools of simulated machines that were removed from the fleet: their certificates open nothing, so they enrol anew.
import { X509Certificate } from 'node:crypto';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { FleetClient } from '../../proto/client/fleet-client.ts';
import { type FleetTarget, openFleet } from './open-fleet.ts';

const ASKED_AT_ONCE = 10_000;

/**
 * How many there were. Only what this gateway itself removed is forgotten: a node that it does not know may be of another one. What cannot be
 * asked for is left as it is: the simulation itself tells what is wrong.
 */
export async function forgetRemoved(target: FleetTarget, stateDir: string): Promise<number> {
  const client = openFleet(target);
  try {
    return await forgetRemovedOf(client, stateDir);
  } catch {
    return 0;
  } finally {
    client.close();
  }
}

export async function forgetRemovedOf(client: Pick<FleetClient, 'call'>, stateDir: string): Promise<number> {
  const own = [...identitiesIn(stateDir).values()];
  const removed = new Set<string>();
  for (let from = 0; from < own.length; from += ASKED_AT_ONCE) {
    const { nodes, removedIds } = await client.call('listRemovedNodes', { nodeIds: own.slice(from, from + ASKED_AT_ONCE) });
    // Of a gateway of an earlier version, what was removed within a day.
    for (const nodeId of [...nodes.map((node) => node.nodeId), ...(removedIds ?? [])]) removed.add(nodeId);
  }
  return deleteFolders(stateDir, removed);
}

/** Deletes identities and spools of these nodes below `stateDir`, and no others; gives how many there were. */
export function deleteFolders(stateDir: string, nodeIds: ReadonlySet<string>): number {
  const folders = nodeIds.size === 0 ? [] : foldersOf(stateDir, nodeIds);
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  return folders.length;
}

/** Folders below `stateDir` whose certificate names one of these nodes. */
export function foldersOf(stateDir: string, nodeIds: ReadonlySet<string>): string[] {
  return [...identitiesIn(stateDir)].filter(([, nodeId]) => nodeIds.has(nodeId)).map(([folder]) => folder);
}

/** Node ids by the folder of each. */
function identitiesIn(stateDir: string): Map<string, string> {
  const nodes = join(stateDir, 'nodes');
  const found = new Map<string, string>();
  for (const name of namesIn(nodes)) {
    const nodeId = nodeIdIn(join(nodes, name, 'identity', 'certificate.pem'));
    if (nodeId !== undefined) found.set(join(nodes, name), nodeId);
  }
  return found;
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** Undefined for one that has not enrolled, or whose certificate cannot be read. */
function nodeIdIn(file: string): string | undefined {
  try {
    return /^CN=(.+)$/m.exec(new X509Certificate(readFileSync(file)).subject)?.[1];
  } catch {
    return undefined;
  }
}
