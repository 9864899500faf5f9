import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { writeBillOfMaterials } from './sbom.mjs';

const ROOT = resolve(import.meta.dirname, '../..');

test('the bill of materials names every package of the programs with version, licence and hash, and no tool of the tests', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'muster-sbom-'));
  try {
    const { path, components } = await writeBillOfMaterials({ root: ROOT, folder, env: process.env });
    const bill = JSON.parse(readFileSync(path, 'utf8'));
    const { dependencies, version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
    expect(bill).toMatchObject({ bomFormat: 'CycloneDX', metadata: { component: { name: 'muster', version, type: 'application' } } });
    expect(bill.components).toHaveLength(components);
    /** @type {{ name: string, version: string }[]} */
    const listed = bill.components;
    // Of one name there may be two versions.
    const known = new Set(listed.map((component) => `${component.name} ${component.version}`));
    expect(Object.entries(dependencies).filter(([name, wanted]) => !known.has(`${name} ${wanted}`))).toEqual([]);
    const named = new Map(listed.map((component) => [component.name, component]));
    expect(named.has('vitest')).toBe(false);
    expect(named.get('pg')).toMatchObject({ licenses: [{ license: { id: 'MIT' } }], hashes: [{ alg: 'SHA-512' }] });
    expect(JSON.stringify(bill.components)).not.toMatch(/https?:\/\/[^"]*\.tgz/);
  } finally {
    rmSync(folder, { recursive: true });
  }
}, 30_000);
