import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createAuthority, issueServerCertificate } from '../../core/node/tls-authority.ts';
import type { FleetClient } from '../../proto/client/fleet-client.ts';
import { removeEnded } from './end-simulation.ts';

let folder: string;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'muster-simulation-'));
  const authority = await createAuthority();
  for (const name of ['sim-1', 'sim-2', 'other-1']) {
    const identity = join(folder, 'nodes', name, 'identity');
    mkdirSync(identity, { recursive: true });
    const { certificatePem } = await issueServerCertificate(authority, [`id-of-${name}`]);
    writeFileSync(join(identity, 'certificate.pem'), certificatePem);
  }
});
afterEach(() => rmSync(folder, { recursive: true }));

function gateway(refused?: string): Pick<FleetClient, 'call'> {
  const call = async (_name: string, { node }: { node: string }): Promise<unknown> => {
    if (node === refused) throw new Error('the gateway is gone');
    return {};
  };
  return { call } as Pick<FleetClient, 'call'>;
}

const left = [{ nodeId: 'id-of-sim-1' }, { nodeId: 'id-of-sim-2' }];

test('the identities of removed machines are deleted, and those of other simulations in the folder stay', async () => {
  await removeEnded(gateway(), left, folder);
  expect(readdirSync(join(folder, 'nodes'))).toEqual(['other-1']);
});

test('a machine that could not be removed keeps its identity', async () => {
  await expect(removeEnded(gateway('id-of-sim-2'), left, folder)).rejects.toThrow('the gateway is gone');
  expect(readdirSync(join(folder, 'nodes')).sort()).toEqual(['other-1', 'sim-2']);
});

test('a folder that the caller chose is left as it is', async () => {
  await removeEnded(gateway(), left, undefined);
  expect(readdirSync(join(folder, 'nodes'))).toHaveLength(3);
});
