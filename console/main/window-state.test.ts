import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { writeKept } from './kept-file.ts';
import { isFragment, MAX_WINDOWS, placeAside, readWindows, toPlace, windowsFull } from './window-state.ts';

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

test('a window of a large screen fits a small one', () => {
  const laptop = [{ x: 0, y: 25, width: 1366, height: 743 }];
  expect(toPlace({ x: 0, y: 25, width: 3840, height: 2160 }, laptop)).toEqual({ ...laptop[0], maximized: false });
  expect(toPlace({ x: 400, y: 100, width: 1300, height: 2160 }, laptop)).toEqual({
    x: 400,
    y: 25,
    width: 1300,
    height: 743,
    maximized: false,
  });
  expect(toPlace({ x: 5000, y: 5000, width: 3840, height: 2160 }, laptop)).toEqual({ width: 1366, height: 743, maximized: false });
  // On two screens at once, as a person put it.
  const two = [...SCREENS, { x: 1920, y: 0, width: 1920, height: 1080 }];
  expect(toPlace({ x: 1500, y: 30, width: 1200, height: 760 }, two)).toMatchObject({ x: 1500, width: 1200 });
});

test('new windows step aside, and begin at the corner where they would leave the screen', () => {
  let place = { x: 40, y: 30, width: 1440, height: 900 };
  for (let window = 0; window < 50; window++) {
    place = { x: 0, y: 0, ...placeAside(place, SCREENS) };
    expect(place.x + place.width).toBeLessThanOrEqual(1920);
    expect(place.y + place.height).toBeLessThanOrEqual(1080);
  }
});

test('only an address within our page is kept', () => {
  expect(['#/fleet?filter=a%20b', '#/node/x/disks'].map(isFragment)).toEqual([true, true]);
  expect(['', 'https://x/', '#fleet', '#/a b', '#/a\n', `#/${'x'.repeat(4000)}`].map(isFragment)).toEqual(Array(6).fill(false));
});

test('one window too many is refused in words', () => {
  expect(windowsFull(MAX_WINDOWS - 1)).toBeUndefined();
  expect(windowsFull(MAX_WINDOWS)).toMatchObject({
    code: 'limit_exceeded',
    message: 'there are 20 windows already: close one of them first',
  });
});
