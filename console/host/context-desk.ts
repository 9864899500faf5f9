// The desk of one context: what its pages may know and change of the program around them. Electron and the web server fill in what they have.
import type { ContextView } from '../../core/common/context-view.ts';
import { MusterError } from '../../core/common/muster-error.ts';
import type { DeskRequests, DeskState } from '../common/desk-api.ts';
import type { SurfaceState } from './backend-message.ts';
import { ContextLock } from './context-lock.ts';
import { fleetFingerprint } from './fleet-fingerprint.ts';

/** What only some surfaces can do. */
export interface DeskSurface {
  state(): SurfaceState;
  openContext(name: string): Promise<void>;
  setNotifications(on: boolean): Promise<void>;
  setZoom(percent: number): Promise<void>;
}

type Handlers = { [K in keyof DeskRequests]: (args: DeskRequests[K]['arguments']) => Promise<null> };

export class ContextDesk {
  readonly #context: ContextView;
  readonly #surface: DeskSurface;
  readonly #caFile: string;
  readonly #listeners = new Set<(state: DeskState) => void>();
  #fleet = '';
  readonly lock: ContextLock;

  /** `caFile` tells which fleet it is. */
  constructor(context: ContextView, caFile: string, surface: DeskSurface) {
    this.#context = context;
    this.#caFile = caFile;
    this.#surface = surface;
    this.lock = new ContextLock(context, this.changed);
  }

  get state(): DeskState {
    // Read once it can be.
    this.#fleet ||= fleetFingerprint(this.#caFile);
    return { ...this.#surface.state(), context: this.#context, fleet: this.#fleet, unlockedUntilMs: this.lock.unlockedUntilMs };
  }

  /** Tells the pages of this context what is so now. */
  readonly changed = (): void => {
    const { state } = this;
    for (const listener of [...this.#listeners]) listener(state);
  };

  readonly subscribe = (listener: (state: DeskState) => void): (() => void) => {
    this.#listeners.add(listener);
    listener(this.state);
    return () => this.#listeners.delete(listener);
  };

  readonly requests: Handlers = {
    unlock: async ({ confirm }) => {
      this.lock.unlock(confirm);
      return null;
    },
    lock: async () => {
      this.lock.lock();
      return null;
    },
    openContext: async ({ name }) => {
      await this.#surface.openContext(name);
      return null;
    },
    setNotifications: async ({ on }) => {
      await this.#surface.setNotifications(on);
      return null;
    },
    setZoom: async ({ percent }) => {
      await this.#surface.setZoom(percent);
      return null;
    },
  };
}

/** The desk of a page in a browser: one context, and windows, zoom and notifications are the browser's. */
export function browserSurface(versions: Readonly<Record<string, string>>): DeskSurface {
  const refuse = (what: string) => async (): Promise<never> => {
    throw new MusterError('failed_precondition', `${what} is the browser's own business here: the desktop console can`);
  };
  return {
    state: () => ({ surface: 'browser', contexts: [], contextsProblem: '', notifications: null, zoomPercent: null, versions }),
    openContext: refuse('opening another context'),
    setNotifications: refuse('notifying'),
    setZoom: refuse('zooming'),
  };
}

/** A gateway that is in no contexts file: named by options, or by `muster up`. */
export function contextOfGateway(gateway: string): ContextView {
  return { name: gateway, gateway, colour: 'teal', tags: [], readOnly: false };
}
