import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { openInBrowser } from './open-browser.ts';

const folder = mkdtempSync(join(tmpdir(), 'muster-browser-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** A program in place of the browser's opener. */
function opener(script: string): string {
  const path = join(folder, `opener-${Math.random()}`);
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o700);
  return path;
}

test('the browser gets a page that only this user can read, and no token as an argument', async () => {
  const given = join(folder, 'given');
  await openInBrowser('http://127.0.0.1:7444/?token=a"b<c&d', { command: [opener(`printf %s "$*" > ${given}`), '--new'] });
  const [option, url = ''] = readFileSync(given, 'utf8').split(' ');
  expect(option).toBe('--new');
  expect(url).not.toContain('token');
  const page = fileURLToPath(url);
  expect(statSync(page).mode & 0o777).toBe(0o600);
  expect(readFileSync(page, 'utf8')).toContain('content="0;url=http://127.0.0.1:7444/?token=a&#34;b&#60;c&#38;d"');
});

test('a missing opener, and one that cannot open anything, are told', async () => {
  await expect(openInBrowser('http://127.0.0.1/', { command: [join(folder, 'missing')] })).rejects.toThrow(
    /missing \(ENOENT\): open the address/,
  );
  await expect(openInBrowser('http://127.0.0.1/', { command: [opener('exit 3')] })).rejects.toThrow('it ended with code 3');
});
