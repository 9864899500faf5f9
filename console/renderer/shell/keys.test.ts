import { expect, test } from 'vitest';
import { KeyReader } from './key-reader.ts';
import { isPress, isSingle, KEY_ROWS, keyOfAction, keyWords, type Press } from './keys.ts';

const press = (key: string, held: Partial<Press> = {}): Press => ({
  key,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  shiftKey: false,
  ...held,
});

test('keys are named as they stand on the board', () => {
  expect(keyWords('Mod+K', false)).toBe('Ctrl K');
  expect(keyWords('Mod+K', true)).toBe('⌘K');
  expect(keyWords('g f', false)).toBe('g then f');
  expect(keyWords('Alt+ArrowLeft', false)).toBe('Alt ←');
  expect(keyOfAction('go-fleet')).toBe('g then f');
  expect(keyOfAction('')).toBe('');
});

test('a press is the one wanted with its modifiers and no others', () => {
  expect(isPress(press('k', { ctrlKey: true }), 'Mod+K', false)).toBe(true);
  expect(isPress(press('k', { metaKey: true }), 'Mod+K', true)).toBe(true);
  expect(isPress(press('k', { ctrlKey: true }), 'Mod+K', true)).toBe(false);
  expect(isPress(press('k'), 'Mod+K', false)).toBe(false);
  expect(isPress(press('?', { shiftKey: true }), '?', false)).toBe(true);
  expect(isPress(press('f', { ctrlKey: true }), 'f', false)).toBe(false);
});

test('no two of the window’s actions share a key, nor begin one with another', () => {
  const combinations = KEY_ROWS.filter(({ action }) => action !== '').flatMap(({ keys }) => keys);
  expect(new Set(combinations).size).toBe(combinations.length);
  const starts = combinations.filter((keys) => keys.includes(' ')).map((keys) => keys.split(' ')[0] as string);
  expect(combinations.filter((keys) => starts.includes(keys))).toEqual([]);
});

test('a second press completes a combination, in time', () => {
  let now = 0;
  const reader = new KeyReader(() => now);
  expect(reader.read(press('g'), true)).toBeUndefined();
  expect(reader.read(press('f'), true)).toBe('go-fleet');
  expect(reader.read(press('f'), true)).toBeUndefined();
  reader.read(press('g'), true);
  now += 1500;
  expect(reader.read(press('f'), true)).toBeUndefined();
});

test('without single keys only those with a modifier and Esc count', () => {
  const reader = new KeyReader(() => 0);
  expect(reader.read(press('?'), false)).toBeUndefined();
  expect(reader.read(press('g'), false)).toBeUndefined();
  expect(reader.read(press('f'), false)).toBeUndefined();
  expect(reader.read(press('Escape'), false)).toBe('live');
  expect(['?', 'g f', 'Mod+K', 'Escape'].map(isSingle)).toEqual([true, true, false, false]);
});
