import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { writeKept } from './kept-file.ts';
import { isFragment, MAX_WINDOWS, readWindows, toPlace } from './window-state.ts';

const folder = mkdtempSync(join(tmpdir(), 'muster-windows-'));
const file = join(folder, 'windows.json');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const SCREENS = [{ x: 0, y: 0, width: 1920, height: 1080 }];
const WINDOW = { x: 40, y: 30, width: 1200, height: 760, maximized: false, context: 'prod', fragment: '#/fleet?filter=a' };

test('windows are found again as they were', () => {
  writeKept(file, [WINDOW, { ...WINDOW, fragment: '#/node/x' }]);
  expect(readWindows(file, SCREENS)).toEqual([WINDOW, { ...WINDOW, fragment: '#/node/x' }]);
});

test.each(['', '{', '{}', 'null', '[null, 5, {"width": "x"}]', '[{"width": 1200, "height": 800}]'])('%s counts as none', (text) => {
  writeFileSync(file, text);
  expect(readWindows(file, SCREENS)).toEqual([]);
});

test('more windows than are opened are left', () => {
  writeKept(file, Array(100).fill(WINDOW));
  expect(readWindows(file, SCREENS)).toHaveLength(MAX_WINDOWS);
});

test('a window that would be on no screen, or too small, is put right', () => {
  expect(toPlace({ x: 5000, y: 30, width: 1200, height: 760 }, SCREENS)).toEqual({ width: 1200, height: 760, maximized: false });
  expect(toPlace({ x: 0, y: 0, width: 10, height: 10, maximized: true }, SCREENS)).toEqual({
    x: 0,
    y: 0,
    width: 960,
    height: 600,
    maximized: true,
  });
  expect(toPlace({ width: -1, height: 760 }, SCREENS)).toBeUndefined();
});

test('only an address within our page is kept', () => {
  expect(['#/fleet?filter=a%20b', '#/node/x/disks'].map(isFragment)).toEqual([true, true]);
  expect(['', 'https://x/', '#fleet', '#/a b', '#/a\n', `#/${'x'.repeat(4000)}`].map(isFragment)).toEqual(Array(6).fill(false));
});
