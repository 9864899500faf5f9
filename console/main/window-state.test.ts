import { expect, test } from 'vitest';
import { FIRST_STATE, fitted, readWindowState } from './window-state.ts';

const SCREENS = [{ x: 0, y: 0, width: 1920, height: 1080 }];

test('a window that would be off all screens keeps its size and loses its place', () => {
  const state = { x: 100, y: 50, width: 1200, height: 800, maximized: true };
  expect(fitted(state, SCREENS)).toEqual(state);
  expect(fitted({ ...state, x: 5000 }, SCREENS)).toEqual({ width: 1200, height: 800, maximized: true });
  expect(fitted({ ...state, y: -300 }, SCREENS)).not.toHaveProperty('y');
});

test('a size too small is raised, nonsense counts as none', () => {
  expect(fitted({ width: 10, height: 10 }, SCREENS)).toEqual({ width: 960, height: 600, maximized: false });
  expect(() => fitted({ width: 'wide', height: 10 }, SCREENS)).toThrow();
  expect(readWindowState('/nowhere/window.json', SCREENS)).toEqual(FIRST_STATE);
});
