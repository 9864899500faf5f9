import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createAuthority, issueServerCertificate } from '../../core/node/tls-authority.ts';
import { removedFolders } from './removed-simulation.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'muster-simulation-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

test('finds the simulated machines that the fleet does not have any more, and leaves the others alone', async () => {
  const authority = await createAuthority();
  for (const name of ['here', 'gone', 'damaged', 'fresh']) {
    const identity = join(folder, 'nodes', name, 'identity');
    mkdirSync(identity, { recursive: true });
    const { certificatePem } = await issueServerCertificate(authority, [name]);
    if (name !== 'fresh') writeFileSync(join(identity, 'certificate.pem'), name === 'damaged' ? 'no' : certificatePem);
  }
  expect(removedFolders(folder, new Set(['here']))).toEqual([join(folder, 'nodes', 'gone')]);
  expect(removedFolders(join(folder, 'absent'), new Set())).toEqual([]);
});
