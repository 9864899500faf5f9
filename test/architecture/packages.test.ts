import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ROOT } from './source-files.ts';

// electron-builder has a package folder of its own.
describe.each(['.', 'deploy/console'])('%s', (folder) => {
  const manifest = JSON.parse(readFileSync(join(ROOT, folder, 'package.json'), 'utf8')) as Record<
    string,
    Record<string, string> | undefined
  >;
  const lock = JSON.parse(readFileSync(join(ROOT, folder, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, Record<string, unknown>>;
  };

  test('package.json names exact versions', () => {
    const all = ['dependencies', 'optionalDependencies', 'devDependencies'].flatMap((kind) => Object.entries(manifest[kind] ?? {}));
    const loose = all.filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version));
    expect(loose.map(([name, version]) => `${name} is "${version}": write the exact version.`)).toEqual([]);
  });

  test('package-lock.json holds no download address', () => {
    const bad = Object.entries(lock.packages).filter(([, entry]) => 'resolved' in entry && !entry['link']);
    expect(bad.map(([path]) => `${path} has one: run npm install --package-lock-only --omit-lockfile-registry-resolved.`)).toEqual([]);
  });

  test('package-lock.json belongs to package.json', () => {
    const root = lock.packages[''];
    for (const kind of ['dependencies', 'optionalDependencies', 'devDependencies'])
      expect(root?.[kind] ?? {}, kind).toEqual(manifest[kind] ?? {});
  });

  test('package-lock.json names the packages of every platform', () => {
    // npm ci refuses a lock file without them, on any platform. An install leaves out those that its registry does not have.
    const missing = Object.entries(lock.packages).flatMap(([path, entry]) =>
      Object.keys((entry['optionalDependencies'] as Record<string, string>) ?? {}).filter(
        (name) => !(`node_modules/${name}` in lock.packages) && !(`${path}/node_modules/${name}` in lock.packages),
      ),
    );
    expect(missing.map((name) => `${name} is missing: add its version, os and cpu, marked optional.`)).toEqual([]);
  });
});
