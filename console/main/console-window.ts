// A window: sandboxed, without Node, unable to leave our pages; its page has a port to its backend and hears nothing else.
import { BrowserWindow, dialog, type IpcMainEvent, ipcMain, session, type WebContents } from 'electron';
import { fault } from '../../core/node/faults.ts';
import { PAGE_CHANNEL } from '../common/preload-bridge.ts';
import { CrashReloads } from './crash-reloads.ts';
import type { MainEvents } from './events.ts';
import { listenToPages } from './ipc-guard.ts';
import { isOwnPage, START_PAGE } from './page-address.ts';
import type { WindowPlace } from './window-state.ts';

export interface WindowParts {
  /** Gives the page a port to its backend. */
  connect(page: WebContents): void;
  events: MainEvents;
  preloadFile: string;
  place: WindowPlace;
  /** Where its page begins, as `#/fleet`; empty for the start. */
  fragment: string;
  /** A page of ours was asked for in a window of its own; `fragment` as above. */
  onNewWindow(fragment: string): void;
}

export function openConsoleWindow(parts: WindowParts): BrowserWindow {
  const { connect, events, preloadFile, place, fragment } = parts;
  const { maximized, ...bounds } = place;
  const window = new BrowserWindow({
    ...bounds,
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
      // Kept from the first start on, and not from the third: the second is the one people feel.
      v8CacheOptions: 'bypassHeatCheck',
    },
  });
  if (maximized) window.maximize();
  window.once('ready-to-show', () => {
    window.show();
    events.windowOpened();
  });
  stayOnOwnPages(window, parts);
  giveBackend(window, connect, events);
  window.loadURL(START_PAGE + fragment).catch(fault);
  return window;
}

/** The fragment a window shows now, empty where it shows none. */
export function fragmentOf(window: BrowserWindow): string {
  const url = window.webContents.getURL();
  const at = url.indexOf('#');
  return at < 0 || !isOwnPage(url) ? '' : url.slice(at);
}

/** A page of the console goes nowhere else, opens windows of ours alone and is granted nothing of the machine but the clipboard. */
function stayOnOwnPages(window: BrowserWindow, { events, onNewWindow }: WindowParts): void {
  const { webContents } = window;
  webContents.setWindowOpenHandler(({ url }) => {
    // The window that opens is one of our making; the page gets no hold of it.
    if (url.startsWith(`${START_PAGE}#/`)) onNewWindow(url.slice(START_PAGE.length));
    else events.navigationRefused(url);
    return { action: 'deny' };
  });
  for (const name of ['will-navigate', 'will-redirect'] as const) {
    webContents.on(name as 'will-navigate', (event, url) => {
      if (isOwnPage(url)) return;
      event.preventDefault();
      events.navigationRefused(url);
    });
  }
  webContents.on('will-attach-webview', (event) => event.preventDefault());
  reloadCrashed(window, events);
  session.defaultSession.setPermissionRequestHandler((_, permission, decide) =>
    decide((permission as string) === 'clipboard-sanitized-write'),
  );
  session.defaultSession.setPermissionCheckHandler((_, permission) => (permission as string) === 'clipboard-sanitized-write');
}

/** A page that dies is loaded again, later each time where it goes on dying; then it is left to a person. */
function reloadCrashed(window: BrowserWindow, events: MainEvents): void {
  const { webContents } = window;
  const reloads = new CrashReloads();
  let timer: NodeJS.Timeout | undefined;
  webContents.on('render-process-gone', (_, { reason }) => {
    events.pageCrashed(reason);
    if (reason === 'clean-exit') return;
    const waitMs = reloads.crashed(Date.now());
    if (waitMs === undefined) askForReload(window, reason, () => reloads.forget());
    else timer = setTimeout(() => !window.isDestroyed() && webContents.reload(), waitMs);
  });
  window.on('closed', () => clearTimeout(timer));
}

function askForReload(window: BrowserWindow, reason: string, agreed: () => void): void {
  if (window.isDestroyed()) return;
  const options = {
    type: 'error',
    message: 'The page of this window ended several times in a row.',
    detail: `Reason from the system: ${reason}. Other windows are not affected.`,
    buttons: ['Load it again', 'Close the window'],
    defaultId: 0,
    cancelId: 1,
  } as const;
  dialog
    .showMessageBox(window, { ...options, buttons: [...options.buttons] })
    .then(({ response }) => {
      if (window.isDestroyed()) return;
      if (response === 1) {
        window.destroy();
        return;
      }
      agreed();
      window.webContents.reload();
    })
    .catch(fault);
}

/** Its page asks for a port to the backend once it has loaded. */
function giveBackend(window: BrowserWindow, connect: (page: WebContents) => void, events: MainEvents): void {
  const { webContents } = window;
  const asked = ({ sender }: IpcMainEvent): void => {
    if (sender === webContents) connect(webContents);
  };
  const stopListening = listenToPages(ipcMain, PAGE_CHANNEL, asked, events.messageRefused);
  window.on('closed', stopListening);
}
