// The join token by which the agent of this machine enrols at its own gateway.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { writeDurably } from '../../core/node/durable-file.ts';
import { FleetClient } from '../fleet/fleet-client.ts';
import type { StateFolder } from './state-folder.ts';
import type { Addresses } from './up-record.ts';

/** Makes a join token for one use, an hour long, unless the agent has its certificate already. */
export async function prepareAgent(state: StateFolder, addresses: Addresses): Promise<void> {
  if (existsSync(join(state.partFolder('agent'), 'identity', 'certificate.pem'))) return;
  writeDurably(state.joinTokenFile, `${await createJoinToken(addresses, 'agent of this machine', 1)}\n`);
}

/** The secret of a new join token. */
export async function createJoinToken(
  target: Addresses | { gateway: string; caFile: string; tokenFile: string },
  name: string,
  uses: number,
): Promise<string> {
  const client = new FleetClient(target);
  try {
    const request = { kind: 'TOKEN_KIND_JOIN' as const, name, scopes: [], validSeconds: 3600, uses, labels: {} };
    return (await client.call('createToken', request)).secret;
  } finally {
    client.close();
  }
}
