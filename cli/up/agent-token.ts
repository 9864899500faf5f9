// The join token by which the agent of this machine enrols at its own gateway.
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeDurably } from '../../core/node/durable-file.ts';
import { openFleet } from '../fleet/open-fleet.ts';
import type { StateFolder } from '../state/state-folder.ts';
import type { Addresses } from '../state/up-record.ts';

const HOUR_MS = 3_600_000;

/** Makes a join token for one use, an hour long, unless the agent has its certificate already. One that ended is no certificate. */
export async function prepareAgent(state: StateFolder, addresses: Addresses): Promise<void> {
  if (certificateLasts(join(state.partFolder('agent'), 'identity', 'certificate.pem'), Date.now() + HOUR_MS)) return;
  writeDurably(state.joinTokenFile, `${await createJoinToken(addresses, 'agent of this machine', 1)}\n`);
}

/** The secret of a new join token. */
export async function createJoinToken(
  target: Addresses | { gateway: string; caFile: string; tokenFile: string },
  name: string,
  uses: number,
): Promise<string> {
  const client = openFleet(target);
  try {
    const request = { kind: 'TOKEN_KIND_JOIN' as const, name, scopes: [], validSeconds: 3600, uses, labels: {} };
    return (await client.call('createToken', request)).secret;
  } finally {
    client.close();
  }
}

/** Whether there is a certificate that does not end before then. */
export function certificateLasts(file: string, untilMs: number): boolean {
  try {
    return new X509Certificate(readFileSync(file)).validToDate.getTime() > untilMs;
  } catch {
    return false;
  }
}
