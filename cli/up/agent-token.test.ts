import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createAuthority, issueServerCertificate } from '../../core/node/tls-authority.ts';
import { certificateLasts } from './agent-token.ts';

const DAY_MS = 86_400_000;

it('takes a certificate that ends, is damaged or is not there for none: the agent of this machine needs a token then', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'muster-agent-token-'));
  try {
    const file = join(folder, 'certificate.pem');
    expect(certificateLasts(file, Date.now())).toBe(false);
    const { certificatePem } = await issueServerCertificate(await createAuthority(), ['a'], 7);
    writeFileSync(file, certificatePem);
    expect(certificateLasts(file, Date.now() + 6 * DAY_MS)).toBe(true);
    expect(certificateLasts(file, Date.now() + 8 * DAY_MS)).toBe(false);
    writeFileSync(file, certificatePem.slice(0, 200));
    expect(certificateLasts(file, Date.now())).toBe(false);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
