import { appendFileSync, closeSync, mkdtempSync, openSync, readFileSync, rmSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { rotateBeforeStart, rotateWhileOpen } from './log-rotation.ts';

let log: string;
beforeEach(() => {
  log = join(mkdtempSync(join(tmpdir(), 'muster-log-')), 'part.log');
});
afterEach(() => rmSync(join(log, '..'), { recursive: true }));

it('moves a large log away before a start, and leaves a small or absent one', () => {
  rotateBeforeStart(log, 10);
  writeFileSync(log, 'short');
  rotateBeforeStart(log, 10);
  expect(readFileSync(log, 'utf8')).toBe('short');
  appendFileSync(log, ' and longer');
  rotateBeforeStart(log, 10);
  expect(readFileSync(`${log}.1`, 'utf8')).toBe('short and longer');
});

it('cuts a log that its writer holds open, which goes on at its beginning', () => {
  const writer = openSync(log, 'a');
  writeSync(writer, 'x'.repeat(20));
  rotateWhileOpen(log, 10);
  writeSync(writer, 'next');
  closeSync(writer);
  expect(readFileSync(log, 'utf8')).toBe('next');
  expect(statSync(`${log}.1`).size).toBe(20);
});
