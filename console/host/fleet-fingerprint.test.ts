import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { createAuthority } from '../../core/node/tls-authority.ts';
import { fleetFingerprint } from './fleet-fingerprint.ts';

const folder = mkdtempSync(join(tmpdir(), 'muster-fleet-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('a fleet is known by its authority, wherever the file lies, and what is no certificate is no fleet', async () => {
  const [own, other] = [await createAuthority(), await createAuthority()];
  const write = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const first = fleetFingerprint(write('a.pem', own.certificatePem));
  expect(first).toMatch(/^[0-9a-f]{16}$/);
  expect(fleetFingerprint(write('b.pem', `\n# of the fleet\n${own.certificatePem}\n`))).toBe(first);
  expect(fleetFingerprint(write('c.pem', other.certificatePem))).not.toBe(first);
  expect([fleetFingerprint(write('d.pem', 'none')), fleetFingerprint(join(folder, 'absent'))]).toEqual(['', '']);
});
