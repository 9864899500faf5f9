// Simulated machines that were taken out of the fleet since the last simulation: their certificates open nothing, so they enrol anew.
import { X509Certificate } from 'node:crypto';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { FleetClient, type FleetTarget } from './fleet-client.ts';

/** How many there were. What cannot be asked for is left as it is: the simulation itself tells what is wrong. */
export async function forgetRemoved(target: FleetTarget, stateDir: string): Promise<number> {
  const client = new FleetClient(target);
  try {
    const { nodes } = await client.call('listNodes', { filter: 'kind:simulation' });
    const folders = removedFolders(stateDir, new Set(nodes.map(({ nodeId }) => nodeId)));
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
    return folders.length;
  } catch {
    return 0;
  } finally {
    client.close();
  }
}

/** Folders of the nodes below `stateDir` whose certificate names none of the fleet's. */
export function removedFolders(stateDir: string, known: ReadonlySet<string>): string[] {
  const nodes = join(stateDir, 'nodes');
  return namesIn(nodes)
    .map((name) => join(nodes, name))
    .filter((folder) => {
      const nodeId = nodeIdIn(join(folder, 'identity', 'certificate.pem'));
      return nodeId !== undefined && !known.has(nodeId);
    });
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
