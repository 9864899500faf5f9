import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { protoPath } from 'grpc-health-check';
import { expect, it } from 'vitest';
import { HEALTH_DESCRIPTOR_SET } from './health-descriptor.ts';

it('is what the shipped health.proto compiles to', () => {
  const folder = mkdtempSync(join(tmpdir(), 'muster-health-'));
  try {
    mkdirSync(join(folder, 'grpc/health/v1'), { recursive: true });
    copyFileSync(protoPath, join(folder, 'grpc/health/v1/health.proto'));
    writeFileSync(join(folder, 'buf.yaml'), 'version: v2\nmodules:\n  - path: .\n');
    const out = join(folder, 'health.binpb');
    const buf = join(import.meta.dirname, '../../node_modules/@bufbuild/buf/bin/buf');
    execFileSync(process.execPath, [buf, 'build', folder, '-o', out, '--as-file-descriptor-set']);
    const compiled = readFileSync(out).toString('base64');
    expect(HEALTH_DESCRIPTOR_SET.replace(/\s/g, ''), 'put this into health-descriptor.ts').toBe(compiled);
  } finally {
    rmSync(folder, { recursive: true });
  }
}, 30_000);
