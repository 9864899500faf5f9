import type { MenuItemConstructorOptions } from 'electron';
import { expect, test } from 'vitest';
import { menuTemplate } from './menu.ts';

const actions = { newWindow: () => {}, goTo: () => {}, history: () => {}, zoom: () => {} };

function labels(items: MenuItemConstructorOptions[]): string[] {
  return items.flatMap(({ label, submenu }) => [label ?? '', ...(Array.isArray(submenu) ? labels(submenu) : [])]);
}

test('updates are offered only where a feed is configured', () => {
  expect(labels(menuTemplate({ ...actions, checkForUpdates: undefined }, 'linux'))).not.toContain('Check for updates…');
  expect(labels(menuTemplate({ ...actions, checkForUpdates: () => {} }, 'linux'))).toContain('Check for updates…');
});

test('no entry opens the tools of developers', () => {
  expect(JSON.stringify(menuTemplate({ ...actions, checkForUpdates: undefined }, 'darwin'))).not.toMatch(/devtools/i);
});
