import { createPrivateKey, X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createAuthority } from '../../core/node/tls-authority.ts';
import { StateFolder } from '../state/state-folder.ts';
import { ensureCertificates } from './certificates.ts';

let state: StateFolder;
let remade: string[];
beforeEach(() => {
  remade = [];
  state = new StateFolder(mkdtempSync(join(tmpdir(), 'muster-certificates-')), (sentence) => remade.push(sentence));
  state.create();
});
afterEach(() => rmSync(state.home, { recursive: true }));

const read = (file: string): string => readFileSync(file, 'utf8');

it('makes CA and server certificate once, and keeps them', async () => {
  await ensureCertificates(state);
  const [ca, certificate] = [read(state.caFile), read(state.tlsCertificateFile)];
  expect(new X509Certificate(certificate).verify(new X509Certificate(ca).publicKey)).toBe(true);
  await ensureCertificates(state);
  expect([read(state.caFile), read(state.tlsCertificateFile)]).toEqual([ca, certificate]);
});

it('issues the server certificate anew when a name is missing or the CA is another', async () => {
  await ensureCertificates(state, ['localhost']);
  const first = read(state.tlsCertificateFile);
  await ensureCertificates(state, ['localhost', '10.0.0.1']);
  const second = new X509Certificate(read(state.tlsCertificateFile));
  expect(second.checkIP('10.0.0.1')).toBe('10.0.0.1');
  expect(read(state.tlsCertificateFile)).not.toBe(first);
  rmSync(state.caFile);
  await ensureCertificates(state, ['localhost', '10.0.0.1']);
  const third = new X509Certificate(read(state.tlsCertificateFile));
  expect(third.verify(new X509Certificate(read(state.caFile)).publicKey)).toBe(true);
});

it.each(['tlsCertificateFile', 'tlsKeyFile'] as const)(
  'issues the server certificate anew where %s is empty or damaged, and says so',
  async (which) => {
    for (const damage of ['', '\0\0\0', 'half a certif']) {
      await ensureCertificates(state);
      writeFileSync(state[which], damage);
      remade = [];
      await ensureCertificates(state);
      expect(remade).toEqual([`${state.tlsCertificateFile} or its key was damaged: a new server certificate was issued`]);
      const certificate = new X509Certificate(read(state.tlsCertificateFile));
      expect(certificate.checkPrivateKey(createPrivateKey(read(state.tlsKeyFile)))).toBe(true);
    }
  },
);

it.each(['caFile', 'caKeyFile'] as const)(
  'never replaces a CA whose %s is damaged or is not its pair: it names the file and what to do',
  async (which) => {
    await ensureCertificates(state);
    const other = which === 'caFile' ? read(state.caKeyFile) : read(state.caFile);
    for (const [damage, words] of [
      ['', 'is empty'],
      ['\0\0', 'is damaged'],
      ['text', 'in PEM'],
    ] as const) {
      writeFileSync(state[which], damage);
      const refusal = await ensureCertificates(state).then(
        () => undefined,
        (error: unknown) => error,
      );
      expect(refusal).toMatchObject({ code: 'invalid_config' });
      expect(String(refusal)).toContain(state[which]);
      expect(String(refusal)).toContain(words);
      expect(String(refusal)).toContain('restore it from a backup');
      expect(read(state[which])).toBe(damage);
    }
    expect(which === 'caFile' ? read(state.caKeyFile) : read(state.caFile)).toBe(other);
  },
);

it('refuses a CA key of another CA, and a CA without its key', async () => {
  await ensureCertificates(state);
  const foreign = await createAuthority();
  writeFileSync(state.caKeyFile, foreign.keyPem);
  await expect(ensureCertificates(state)).rejects.toThrow(`${state.caKeyFile} is not the key of ${state.caFile}`);
  rmSync(state.caKeyFile);
  await expect(ensureCertificates(state)).rejects.toThrow(`${state.caKeyFile} (key of the fleet's CA) cannot be read (ENOENT)`);
});

it('makes a CA certificate that is missing again from its key: what it signed before is still good', async () => {
  await ensureCertificates(state);
  const server = new X509Certificate(read(state.tlsCertificateFile));
  rmSync(state.caFile);
  await ensureCertificates(state);
  expect(remade).toEqual([`${state.caFile} was missing: it was made again from the key of the same CA`]);
  const again = new X509Certificate(read(state.caFile));
  expect([server.verify(again.publicKey), server.checkIssued(again)]).toEqual([true, true]);
});

it('makes an empty secret again, and says so once', () => {
  const before = state.secret('operator.token');
  truncateSync(state.secretFile('operator.token'));
  const after = state.secret('operator.token');
  expect(after).toMatch(/^[\w-]{43}$/);
  expect(after).not.toBe(before);
  expect(state.secret('operator.token')).toBe(after);
  expect(remade).toEqual([
    `${state.secretFile('operator.token')} (secret operator.token) was empty: it was made again, programs that keep the old one need the new`,
  ]);
});
