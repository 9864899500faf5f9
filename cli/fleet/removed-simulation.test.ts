import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createAuthority, issueServerCertificate } from '../../core/node/tls-authority.ts';
import type { FleetClient } from '../../proto/client/fleet-client.ts';
import { foldersOf, forgetRemovedOf } from './removed-simulation.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'muster-simulation-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

beforeEach(async () => {
  const authority = await createAuthority();
  for (const name of ['here', 'gone', 'damaged', 'fresh']) {
    const identity = join(folder, 'nodes', name, 'identity');
    mkdirSync(identity, { recursive: true });
    const { certificatePem } = await issueServerCertificate(authority, [name]);
    if (name !== 'fresh') writeFileSync(join(identity, 'certificate.pem'), name === 'damaged' ? 'no' : certificatePem);
  }
});

test('finds the folders of nodes by their certificates, and none of those that have not enrolled', () => {
  expect(foldersOf(folder, new Set(['gone', 'elsewhere', '']))).toEqual([join(folder, 'nodes', 'gone')]);
  expect(foldersOf(join(folder, 'absent'), new Set(['gone']))).toEqual([]);
});

test('forgets what this gateway removed, and keeps what it does not know: it may be of another gateway', async () => {
  const asked: unknown[] = [];
  const call = async (name: string, { nodeIds }: { nodeIds: string[] }): Promise<unknown> => {
    asked.push([name, nodeIds.sort()]);
    return { nodes: [{ nodeId: 'gone' }, { nodeId: 'elsewhere' }], removedIds: [] };
  };
  expect(await forgetRemovedOf({ call } as unknown as Pick<FleetClient, 'call'>, folder)).toBe(1);
  expect(readdirSync(join(folder, 'nodes')).sort()).toEqual(['damaged', 'fresh', 'here']);
  expect(asked).toEqual([['listRemovedNodes', ['gone', 'here']]]);
});

test('forgets what was removed so long ago that it cannot be brought back', async () => {
  const call = async (): Promise<unknown> => ({ nodes: [], removedIds: ['gone'] });
  expect(await forgetRemovedOf({ call } as Pick<FleetClient, 'call'>, folder)).toBe(1);
  expect(readdirSync(join(folder, 'nodes')).sort()).toEqual(['damaged', 'fresh', 'here']);
});
