// What a page may ask of the program around it, beside the gateway: which contexts there are, the lock of a read-only one, the window.
import type { ContextView } from '../../core/common/context-view.ts';

/** What holds the page: a window of the desktop program, or a browser. */
export type Surface = 'window' | 'browser';

export interface DeskState {
  surface: Surface;
  context: ContextView;
  /** Fingerprint of the fleet's certificate authority; empty while it cannot be read. */
  fleet: string;
  /** All of the contexts file, to open; empty where another cannot be opened from here. */
  contexts: readonly ContextView[];
  /** Why the contexts file cannot be read; empty where it can. */
  contextsProblem: string;
  /** Until when changes are allowed in a read-only context, Unix ms; 0 while it is locked. */
  unlockedUntilMs: number;
  /** Null where this surface has none of its own. */
  notifications: boolean | null;
  /** Null where the browser has its own. */
  zoomPercent: number | null;
  /** Name → version of what runs here. */
  versions: Readonly<Record<string, string>>;
}

type Nothing = Readonly<Record<string, never>>;

export interface DeskRequests {
  /** `confirm` is the context's name, typed by a person. */
  unlock: { arguments: { confirm: string }; result: null };
  lock: { arguments: Nothing; result: null };
  /** Opens a window of its own on that context. */
  openContext: { arguments: { name: string }; result: null };
  setNotifications: { arguments: { on: boolean }; result: null };
  setZoom: { arguments: { percent: number }; result: null };
}

export interface DeskSubscriptions {
  desk: { arguments: Nothing; event: DeskState };
}

export const LEAST_ZOOM_PERCENT = 60;
export const MOST_ZOOM_PERCENT = 200;
