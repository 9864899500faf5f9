// The window: sandboxed, without Node, unable to leave our pages; one session of the contract for its page.
import { join } from 'node:path';
import { app, BrowserWindow, type IpcMainEvent, ipcMain, screen, session } from 'electron';
import { toMusterError } from '../../core/common/muster-error.ts';
import { encodeBinaryMessage } from '../common/binary-message.ts';
import type { ConsoleApi } from '../common/console-api.ts';
import { HOST_CHANNEL, PAGE_CHANNEL } from '../common/preload-bridge.ts';
import { PageSession } from '../host/page-session.ts';
import type { MainEvents } from './events.ts';
import { listenToPages } from './ipc-guard.ts';
import { isOwnPage, START_PAGE } from './page-address.ts';
import { readWindowState, writeWindowState } from './window-state.ts';

export interface WindowParts {
  api: ConsoleApi;
  events: MainEvents;
  preloadFile: string;
}

export function openConsoleWindow({ api, events, preloadFile }: WindowParts): BrowserWindow {
  const stateFile = join(app.getPath('userData'), 'window.json');
  const { maximized, ...place } = readWindowState(
    stateFile,
    screen.getAllDisplays().map((display) => display.workArea),
  );
  const window = new BrowserWindow({
    ...place,
    minWidth: 960,
    minHeight: 600,
    show: false,
    title: 'Muster',
    backgroundColor: '#14171a',
    autoHideMenuBar: true,
    webPreferences: {
      preload: preloadFile,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webviewTag: false,
      spellcheck: false,
    },
  });
  if (maximized) window.maximize();
  window.once('ready-to-show', () => {
    window.show();
    events.windowOpened();
  });
  window.on('close', () => {
    try {
      writeWindowState(stateFile, { ...window.getNormalBounds(), maximized: window.isMaximized() });
    } catch (error) {
      events.windowStateNotKept(toMusterError(error).message);
    }
  });
  stayOnOwnPages(window, events);
  serveContract(window, api, events);
  void window.loadURL(START_PAGE);
  return window;
}

/** A page of the console goes nowhere else, opens no window and is granted nothing of the machine but the clipboard. */
function stayOnOwnPages(window: BrowserWindow, events: MainEvents): void {
  const { webContents } = window;
  webContents.setWindowOpenHandler(({ url }) => {
    events.navigationRefused(url);
    return { action: 'deny' };
  });
  for (const name of ['will-navigate', 'will-redirect'] as const) {
    webContents.on(name as 'will-navigate', (event, url) => {
      if (isOwnPage(url)) return;
      event.preventDefault();
      events.navigationRefused(url);
    });
  }
  webContents.on('render-process-gone', (_, { reason }) => {
    events.pageCrashed(reason);
    if (reason !== 'clean-exit' && !window.isDestroyed()) webContents.reload();
  });
  session.defaultSession.setPermissionRequestHandler((_, permission, decide) =>
    decide((permission as string) === 'clipboard-sanitized-write'),
  );
}

function serveContract(window: BrowserWindow, api: ConsoleApi, events: MainEvents): void {
  const { webContents } = window;
  let page: PageSession | undefined;
  const begin = (): PageSession =>
    new PageSession(api, (message) => {
      if (!webContents.isDestroyed()) webContents.send(HOST_CHANNEL, encodeBinaryMessage(message));
    });
  const end = (): void => {
    page?.end();
    page = undefined;
  };
  const receive = (event: IpcMainEvent, message: unknown): void => {
    if (event.sender !== webContents) return;
    try {
      page ??= begin();
      page.receive(message);
    } catch (error) {
      events.messageRefused(toMusterError(error).message);
    }
  };
  listenToPages(ipcMain, PAGE_CHANNEL, receive, events.messageRefused);
  // A page that loads anew has forgotten what it asked for.
  webContents.on('did-start-navigation', (_, __, inPlace, isMainFrame) => {
    if (isMainFrame && !inPlace) end();
  });
  webContents.on('render-process-gone', end);
  window.on('closed', end);
}
