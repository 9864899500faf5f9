import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ROOT, readSource } from './source-files.ts';

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

  test('package-lock.json says of every package, also of other systems, what its content is', () => {
    const bare = Object.entries(lock.packages).filter(
      ([path, entry]) => path !== '' && !entry['link'] && !/^sha512-[\w+/]{86}==$/.test(String(entry['integrity'] ?? '')),
    );
    const advice = 'has no integrity: take its entry out and run npm install --package-lock-only --omit-lockfile-registry-resolved.';
    expect(bare.map(([path]) => `${path} ${advice}`)).toEqual([]);
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

describe('continuous integration', () => {
  const workflows = readdirSync(join(ROOT, '.github/workflows')).map((name) => `.github/workflows/${name}`);

  test('names every action by its commit', () => {
    const used = workflows.flatMap((path) => [...readSource(path).matchAll(/uses:\s*(\S+)/g)].map(([, action]) => `${path}: ${action}`));
    expect(used.length).toBeGreaterThan(0);
    const loose = used.filter((line) => !/@[0-9a-f]{40}$/.test(line));
    expect(loose.map((line) => `${line}: a tag can be moved: name the commit, and the tag in a comment.`)).toEqual([]);
  });

  test('runs nothing that it fetched unseen', () => {
    const piped = workflows.filter((path) => /\b(curl|wget)\b[^\n]*\|\s*(sudo\s+)?(ba|z)?sh\b/.test(readSource(path)));
    expect(piped.map((path) => `${path} pipes a download into a shell.`)).toEqual([]);
  });
});
