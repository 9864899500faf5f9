// Everything a window knows: wired once, given to the components by context.
import { createContext, useContext } from 'react';
import type { MusterError } from '../../../core/common/muster-error.ts';
import { type ConnectionState, type ConsoleApi, NODES_INTERVAL_MS } from '../../common/console-api.ts';
import type { DeskState } from '../../common/desk-api.ts';
import type { PipelineView } from '../../common/pipeline-view.ts';
import { CpuTrends } from './cpu-trends.ts';
import { FleetStore } from './fleet-store.ts';
import { keepLiveSpan } from './live-span.ts';
import { Painter } from './painter.ts';
import { Playback } from './playback.ts';
import { chooseFleet } from './preferences.ts';
import { createRouteStore, type Route } from './route.ts';
import { sharedFrom, toSharedFrom } from './share-address.ts';
import { Store } from './store.ts';
import { ThemeState } from './theme.ts';
import { keepTimeInAddress, timeOf } from './time-address.ts';
import { FIRST_SPAN_MS, type TimeRange } from './time-range.ts';

export interface Undo {
  /** The notice it belongs to. */
  notice: string;
  run(): void;
}

export interface ConsoleState {
  api: ConsoleApi;
  painter: Painter;
  fleet: FleetStore;
  trends: CpuTrends;
  connection: Store<ConnectionState>;
  /** Null until the first answer. */
  pipeline: Store<PipelineView | null>;
  route: Store<Route>;
  time: Store<TimeRange>;
  /** Back to now, over the span that was live last. */
  returnToLive(): void;
  playback: Playback;
  theme: ThemeState;
  /** The gateway's clock, a second at a time; stands still in a hidden window. */
  clock: Store<number>;
  /** Node ids opened in this window, newest first. */
  openNodes: Store<readonly string[]>;
  paletteOpen: Store<boolean>;
  keysOpen: Store<boolean>;
  unlockOpen: Store<boolean>;
  addOpen: Store<boolean>;
  /** What the program around the page says of itself and of the context; null until it did. */
  desk: Store<DeskState | null>;
  /** One sentence on what was just done, or could not be; empty where there is none. */
  notice: Store<string>;
  /** How what a notice tells is taken back, as long as it shows. */
  undo: Store<Undo | undefined>;
}

/** Subscribes to what the frame of the window always shows. */
export function createConsoleState(api: ConsoleApi): ConsoleState {
  const painter = new Painter();
  const trends = new CpuTrends(api);
  const fleet = new FleetStore(painter, trends);
  const connection = new Store<ConnectionState>({ kind: 'connecting', gateway: '', sinceMs: Date.now() });
  const pipeline = new Store<PipelineView | null>(null);
  const desk = new Store<DeskState | null>(null);
  const clock = new Store(Math.floor(Date.now() / 1000) * 1000);
  const time = new Store<TimeRange>(timeOf(location.hash) ?? { kind: 'live', spanMs: FIRST_SPAN_MS });
  keepTimeInAddress(time);
  const liveSpanMs = keepLiveSpan(time);
  api.subscribe('connection', {}, (state) => {
    // The page's own loss of its host knows no gateway's name: keep the one that is known.
    connection.set({ ...state, gateway: state.gateway || connection.get().gateway });
    if (state.kind !== 'connected') fleet.lost();
  });
  const notice = new Store('');
  const refused = (what: string) => (error: MusterError) => notice.set(`${what} shown here are not being updated: ${error.message}`);
  api.subscribe('nodes', { intervalMs: NODES_INTERVAL_MS }, fleet.receive, (error) => {
    refused('The nodes')(error);
    fleet.refused(error.message);
  });
  api.subscribe(
    'desk',
    {},
    (state) => {
      chooseFleet(state.fleet);
      sharedFrom.set(toSharedFrom(state));
      desk.set(state);
    },
    refused('The settings of this console'),
  );
  api.subscribe('pipeline', {}, (view) => pipeline.set(view), refused('The numbers of the pipeline'));
  const tick = (): void => {
    if (!document.hidden) clock.set(Math.floor(fleet.now() / 1000) * 1000);
  };
  setInterval(tick, 1000);
  // The first word of the gateway tells how far this machine's clock is off: nothing shows by the wrong one.
  const untilHeard = fleet.snapshot.subscribe(() => {
    tick();
    untilHeard();
  });
  const returnToLive = (): void => time.set({ kind: 'live', spanMs: liveSpanMs() });
  return {
    api,
    painter,
    fleet,
    trends,
    connection,
    pipeline,
    route: createRouteStore(),
    time,
    returnToLive,
    playback: new Playback(time, () => fleet.now(), returnToLive),
    theme: new ThemeState(),
    clock,
    openNodes: new Store<readonly string[]>([]),
    paletteOpen: new Store(false),
    keysOpen: new Store(false),
    unlockOpen: new Store(false),
    addOpen: new Store(false),
    desk,
    notice,
    undo: new Store<Undo | undefined>(undefined),
  };
}

export const ConsoleContext = createContext<ConsoleState | null>(null);

export function useConsole(): ConsoleState {
  const state = useContext(ConsoleContext);
  if (state === null) throw new Error('a component stands outside the window');
  return state;
}
