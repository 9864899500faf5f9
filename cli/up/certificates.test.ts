import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ensureCertificates } from './certificates.ts';
import { StateFolder } from './state-folder.ts';

let state: StateFolder;
beforeEach(() => {
  state = new StateFolder(mkdtempSync(join(tmpdir(), 'muster-certificates-')));
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
