import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { rememberedCheck } from './runtime-cache.mjs';

/** @type {string} */
let cache;
beforeEach(() => {
  cache = mkdtempSync(join(tmpdir(), 'runtime-cache-'));
});
afterEach(() => rmSync(cache, { recursive: true }));

it.each([
  ['empty', ''],
  ['of zeros', '\0\0\0\0'],
  ['cut off', '{"mtimeMs":'],
  ['no record', 'null'],
])('checks again where what it remembered is %s', async (_, content) => {
  const program = join(cache, 'program');
  writeFileSync(program, 'x');
  const file = join(cache, '.checked', `${encodeURIComponent(program)}.json`);
  mkdirSync(join(cache, '.checked'));
  writeFileSync(file, content);
  let checks = 0;
  const check = async () => `said ${++checks}`;
  expect(await rememberedCheck(cache, program, check)).toBe('said 1');
  expect(JSON.parse(readFileSync(file, 'utf8')).said).toBe('said 1');
  expect(await rememberedCheck(cache, program, check)).toBe('said 1');
});
