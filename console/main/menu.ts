// The native menu: what every desktop program has where its system wants it.
import type { MenuItemConstructorOptions } from 'electron';

export interface MenuActions {
  newWindow(): void;
  goTo(fragment: string): void;
  history(by: -1 | 1): void;
  zoom(by: -1 | 0 | 1): void;
  /** Undefined where no feed is configured: then there is no such entry. */
  checkForUpdates: (() => void) | undefined;
}

export function menuTemplate(actions: MenuActions, platform: NodeJS.Platform): MenuItemConstructorOptions[] {
  const updates: MenuItemConstructorOptions[] =
    actions.checkForUpdates === undefined ? [] : [{ label: 'Check for updates…', click: actions.checkForUpdates }, { type: 'separator' }];
  const go = (label: string, fragment: string): MenuItemConstructorOptions => ({ label, click: () => actions.goTo(fragment) });
  return [
    ...(platform === 'darwin' ? [{ role: 'appMenu' } as const] : []),
    {
      label: 'File',
      submenu: [
        { label: 'New window', accelerator: 'CmdOrCtrl+Shift+N', click: () => actions.newWindow() },
        { role: 'close' },
        ...(platform === 'darwin' ? [] : [{ type: 'separator' } as const, { role: 'quit' } as const]),
      ],
    },
    { role: 'editMenu' },
    {
      label: 'View',
      submenu: [
        { label: 'Larger', accelerator: 'CmdOrCtrl+=', click: () => actions.zoom(1) },
        { label: 'Smaller', accelerator: 'CmdOrCtrl+-', click: () => actions.zoom(-1) },
        { label: 'Actual size', accelerator: 'CmdOrCtrl+0', click: () => actions.zoom(0) },
        { type: 'separator' },
        { role: 'togglefullscreen' },
        { role: 'reload' },
      ],
    },
    {
      label: 'Go',
      submenu: [
        { label: 'Back', click: () => actions.history(-1) },
        { label: 'Forward', click: () => actions.history(1) },
        { type: 'separator' },
        go('Fleet', '#/fleet'),
        go('Explore', '#/explore'),
        go('Probes', '#/probes'),
        go('Pipeline', '#/pipeline'),
        go('Settings', '#/settings'),
      ],
    },
    { role: 'windowMenu' },
    { role: 'help', submenu: [...updates, go('About Muster', '#/settings')] },
  ];
}
