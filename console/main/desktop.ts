// The desktop program: its fleets, their windows, and what they share: session, links, tray, notifications, zoom.
import { join } from 'node:path';
import { app, BrowserWindow, dialog, Notification, screen } from 'electron';
import { MusterError, toMusterError } from '../../core/common/muster-error.ts';
import { VERSION } from '../../core/common/version.ts';
import { type Context, readContexts, toContextView } from '../../core/node/contexts.ts';
import { fault } from '../../core/node/faults.ts';
import type { ChangeNote, SurfaceState } from '../host/backend-message.ts';
import { fleetFingerprint } from '../host/fleet-fingerprint.ts';
import { chooseFile } from './choose-file.ts';
import { fragmentOf, openConsoleWindow } from './console-window.ts';
import { parseDeepLink } from './deep-link.ts';
import { type DeskSettings, readDeskSettings, toZoom } from './desk-settings.ts';
import { mayEndExports } from './end-exports.ts';
import type { MainEvents } from './events.ts';
import { Fleet, type FleetParts } from './fleet.ts';
import { FleetTray } from './fleet-tray.ts';
import { idOf } from './handed-context.ts';
import { writeKept } from './kept-file.ts';
import { contextForLink } from './link-context.ts';
import { START_PAGE } from './page-address.ts';
import {
  FIRST_PLACE,
  isFragment,
  placeAside,
  readWindows,
  toPlace,
  type WindowPlace,
  type WindowState,
  windowsFull,
} from './window-state.ts';

const ZOOM_STEP = 10;

export interface DesktopParts {
  /** Of the first window, and of links that name none. */
  first: Context;
  contextsFile: string;
  preloadFile: string;
  backendFile: string;
  events: MainEvents;
}

export class Desktop {
  readonly #parts: DesktopParts;
  /** By what the context says: a context that was changed in its file is another. */
  readonly #fleets = new Map<string, Fleet>();
  readonly #windows = new Map<BrowserWindow, Fleet>();
  /** The newest note of each kind and fleet. */
  readonly #notes = new Map<string, Notification>();
  readonly #ending = new Set<Promise<void>>();
  readonly #mayClose = new WeakSet<BrowserWindow>();
  readonly #tray: FleetTray;
  readonly #windowsFile = join(app.getPath('userData'), 'windows.json');
  readonly #settingsFile = join(app.getPath('userData'), 'desk.json');
  #settings: DeskSettings;
  #quitting = false;

  constructor(parts: DesktopParts) {
    this.#parts = parts;
    this.#settings = readDeskSettings(this.#settingsFile);
    this.#tray = new FleetTray({ show: (fleet) => this.show(fleet.context), quit: () => app.quit() });
  }

  /** Opens the windows of the last time that are of contexts still there, or one; `link` over them. */
  start(link: string | undefined): void {
    this.#tray.start(this.#parts.events.trayNotShown);
    const screens = screen.getAllDisplays().map((display) => display.workArea);
    for (const state of readWindows(this.#windowsFile, screens)) {
      const context = this.#contextOf(state.context);
      if (context !== undefined) this.open(context, state.fragment, state);
    }
    const { first } = this.#parts;
    if (![...this.#windows.values()].some(({ context }) => context.name === first.name)) this.open(first, '');
    if (link !== undefined) this.follow(link);
  }

  /** A window on that context; undefined where there are as many as may be. */
  open(context: Context, fragment: string, place: WindowPlace = this.#nextPlace()): BrowserWindow | undefined {
    const full = windowsFull(this.#windows.size);
    if (full !== undefined) {
      this.#parts.events.contextNotOpened(full.message);
      return undefined;
    }
    const fleet = this.#fleetOf(context);
    const { events, preloadFile } = this.#parts;
    const window = openConsoleWindow({
      connect: (page) => fleet.connect(page),
      events,
      preloadFile,
      place,
      fragment: isFragment(fragment) ? fragment : '',
      onNewWindow: (wanted) => void this.open(context, wanted),
    });
    this.#windows.set(window, fleet);
    window.webContents.on('did-finish-load', () => window.webContents.setZoomFactor(this.#settings.zoomPercent / 100));
    window.on('close', (event) => {
      if (this.#holdsBack(window, fleet)) {
        event.preventDefault();
        return;
      }
      // The last one is what the next start begins with; one of several is gone for good.
      this.#keepWindows(this.#quitting || this.#windows.size === 1 ? undefined : window);
    });
    window.on('closed', () => this.#forget(window));
    return window;
  }

  /** A link from outside: opens what it names in a window of its context, or says that it names nothing. */
  follow(link: string): void {
    const found = parseDeepLink(link);
    const choice =
      found === undefined
        ? undefined
        : contextForLink(found, this.#current().context, this.#contexts().all, ({ caFile }) => fleetFingerprint(caFile));
    if (found === undefined || choice === undefined) {
      this.#parts.events.linkRefused(link);
      return;
    }
    const { context, question } = choice;
    if (question === '') this.show(context, found.fragment);
    else
      this.#agreed(question)
        .then((yes) => yes && this.show(context, found.fragment))
        .catch(fault);
  }

  /** Brings the program to the front. */
  focus(): void {
    this.show(this.#current().context);
  }

  newWindow(): void {
    const focused = BrowserWindow.getFocusedWindow();
    this.open(this.#current().context, focused === null ? '' : fragmentOf(focused));
  }

  goTo(fragment: string): void {
    this.show(this.#current().context, fragment);
  }

  history(by: -1 | 1): void {
    const contents = BrowserWindow.getFocusedWindow()?.webContents;
    if (by < 0) contents?.goBack();
    else contents?.goForward();
  }

  /** 0 is the actual size. */
  zoom(by: -1 | 0 | 1): void {
    this.#change({ zoomPercent: by === 0 ? 100 : toZoom(this.#settings.zoomPercent + by * ZOOM_STEP) });
  }

  /** Keeps all windows as they are for the next start. */
  quit(): void {
    this.#quitting = true;
    this.#keepWindows(undefined);
  }

  /** Exports under way, which end with the program. */
  get runningExports(): number {
    return [...this.#fleets.values()].reduce((sum, fleet) => sum + fleet.runningExports, 0);
  }

  /** Resolves when all backends are gone. */
  async stop(): Promise<void> {
    const fleets = [...this.#fleets.values()];
    this.#fleets.clear();
    this.#tray.stop();
    for (const fleet of fleets) this.#end(fleet);
    await Promise.all(this.#ending);
  }

  /** What its backend has half written goes before the program does. */
  #end(fleet: Fleet): void {
    const ended = fleet
      .stop()
      .catch(fault)
      .finally(() => this.#ending.delete(ended));
    this.#ending.add(ended);
  }

  /** The last window of a fleet takes its exports along: a person decides that, and the window stays meanwhile. */
  #holdsBack(window: BrowserWindow, fleet: Fleet): boolean {
    const isLast = [...this.#windows.values()].filter((each) => each === fleet).length === 1;
    if (this.#quitting || this.#mayClose.has(window) || !isLast || fleet.runningExports === 0) return false;
    mayEndExports(fleet.runningExports)
      .then((may) => {
        if (!may || window.isDestroyed()) return;
        this.#mayClose.add(window);
        window.close();
      })
      .catch(fault);
    return true;
  }

  #fleetOf(context: Context): Fleet {
    const known = this.#fleets.get(idOf(context));
    if (known !== undefined) return known;
    const { backendFile, events } = this.#parts;
    const fleet: Fleet = new Fleet({
      context,
      backendFile,
      events,
      surface: () => this.#surface(),
      favours: this.#favours,
      onNote: (note) => this.#notify(fleet, note),
      onCounts: () => this.#tray.update([...this.#fleets.values()]),
    });
    this.#fleets.set(idOf(context), fleet);
    fleet.start();
    return fleet;
  }

  /** The fleet somebody works with now. */
  #current(): Fleet {
    const focused = BrowserWindow.getFocusedWindow();
    return (focused === null ? undefined : this.#windows.get(focused)) ?? this.#fleetOf(this.#parts.first);
  }

  #surface(): SurfaceState {
    const { notifications, zoomPercent } = this.#settings;
    const versions = {
      Muster: VERSION,
      Electron: process.versions.electron,
      Chrome: process.versions['chrome'] ?? '',
      Node: process.versions.node,
    };
    const base = { surface: 'window', notifications, zoomPercent, versions } as const;
    const { all, problem } = this.#contexts();
    return { ...base, contexts: all.map(toContextView), contextsProblem: problem };
  }

  /** Those of the file as it is now, and the first one where it is not among them. */
  #contexts(): { all: readonly Context[]; problem: string } {
    const { contextsFile, first } = this.#parts;
    try {
      const listed = readContexts(contextsFile).all;
      return { all: listed.some(({ name }) => name === first.name) ? listed : [first, ...listed], problem: '' };
    } catch (error) {
      return { all: [first], problem: toMusterError(error).message };
    }
  }

  readonly #favours: FleetParts['favours'] = {
    chooseFile,
    openContext: async (name) => {
      const context = this.#contextOf(name);
      if (context === undefined) throw new MusterError('not_found', `there is no context ${name} in ${this.#parts.contextsFile} any more`);
      const full = windowsFull(this.#windows.size);
      if (full !== undefined) throw full;
      this.open(context, '');
      return null;
    },
    setNotifications: async (on) => {
      this.#change({ notifications: on });
      return null;
    },
    setZoom: async (percent) => {
      this.#change({ zoomPercent: percent });
      return null;
    },
  };

  /** Undefined where there is none of that name any more. */
  #contextOf(name: string): Context | undefined {
    const { all, problem } = this.#contexts();
    const found = all.find((context) => context.name === name);
    if (found === undefined) this.#parts.events.contextNotOpened(problem || `there is no context ${name} any more`);
    return found;
  }

  /** In the window of that context that was used last, or a new one; an empty fragment leaves it where it is. */
  show(context: Context, fragment = ''): void {
    const focused = BrowserWindow.getFocusedWindow();
    const own = [...this.#windows].filter(([, each]) => idOf(each.context) === idOf(context)).map(([window]) => window);
    const window = focused !== null && own.includes(focused) ? focused : own.at(-1);
    if (window === undefined) {
      this.open(context, fragment);
      return;
    }
    if (fragment !== '') window.loadURL(START_PAGE + fragment).catch(fault);
    if (window.isMinimized()) window.restore();
    window.show();
    window.focus();
  }

  async #agreed(question: string): Promise<boolean> {
    const { response } = await dialog.showMessageBox({
      type: 'question',
      message: 'This link belongs to another fleet.',
      detail: question,
      buttons: ['Cancel', 'Open'],
      defaultId: 0,
      cancelId: 0,
    });
    return response === 1;
  }

  /** A note takes the place of the one before it of the same kind: a storm leaves no heap of them. */
  #notify(fleet: Fleet, { kind, title, body, fragment }: ChangeNote): void {
    if (!this.#settings.notifications || !Notification.isSupported()) return;
    const named = this.#fleets.size > 1 ? `${fleet.context.name}: ${title}` : title;
    const note = new Notification({ title: named, body, silent: true });
    note.on('click', () => this.show(fleet.context, fragment));
    const place = `${kind} ${idOf(fleet.context)}`;
    this.#notes.get(place)?.close();
    this.#notes.set(place, note);
    note.show();
  }

  #change(change: Partial<DeskSettings>): void {
    this.#settings = { ...this.#settings, ...change };
    for (const window of this.#windows.keys()) window.webContents.setZoomFactor(this.#settings.zoomPercent / 100);
    for (const fleet of this.#fleets.values()) fleet.surfaceChanged();
    this.#keep(this.#settingsFile, this.#settings);
  }

  #nextPlace(): WindowPlace {
    const screens = screen.getAllDisplays().map((display) => display.workArea);
    const last = [...this.#windows.keys()].at(-1);
    return last === undefined ? (toPlace(FIRST_PLACE, screens) ?? FIRST_PLACE) : placeAside(last.getNormalBounds(), screens);
  }

  #keepWindows(without: BrowserWindow | undefined): void {
    const states = [...this.#windows]
      .filter(([window]) => window !== without && !window.isDestroyed())
      .map(
        ([window, { context }]): WindowState => ({
          ...window.getNormalBounds(),
          maximized: window.isMaximized(),
          context: context.name,
          fragment: fragmentOf(window),
        }),
      );
    // While the program ends its windows go one by one: those kept at first are the ones that count.
    if (states.length > 0 && !(this.#quitting && without !== undefined)) this.#keep(this.#windowsFile, states);
  }

  #keep(file: string, value: unknown): void {
    try {
      writeKept(file, value);
    } catch (error) {
      this.#parts.events.windowStateNotKept(toMusterError(error).message);
    }
  }

  /** A fleet without windows is not asked any more. */
  #forget(window: BrowserWindow): void {
    const fleet = this.#windows.get(window);
    this.#windows.delete(window);
    if (fleet === undefined || [...this.#windows.values()].includes(fleet)) return;
    this.#end(fleet);
    this.#fleets.delete(idOf(fleet.context));
    this.#tray.update([...this.#fleets.values()]);
  }
}
