import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { LICENCES } from './licences.ts';

const { packages } = JSON.parse(readFileSync(new URL('../../../package-lock.json', import.meta.url), 'utf8')) as {
  packages: Record<string, { license?: string }>;
};

test('each package is there, under the licence that is told', () => {
  expect(LICENCES.map(({ name }) => ({ name, licence: packages[`node_modules/${name}`]?.license }))).toEqual(LICENCES);
});
