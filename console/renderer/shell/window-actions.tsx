// What the window can do, once: keys and palette run the same actions.
import {
  ArrowLeft,
  ArrowRight,
  Clock,
  Copy,
  CornerUpLeft,
  Grid3x3,
  Keyboard,
  LayoutGrid,
  Lock,
  LockOpen,
  Map as MapIcon,
  PictureInPicture2,
  Plus,
  Radar,
  Search,
  Settings,
  SquareTerminal,
  SunMoon,
  Waypoints,
} from 'lucide-react';
import type { ReactNode } from 'react';
import type { ConsoleState } from '../state/console-state.ts';
import { fleetKnownNow } from '../state/fleet-known.ts';
import { formatRoute, navigate, type Route } from '../state/route.ts';
import { shareAddress } from '../state/share-address.ts';
import { withTime } from '../state/time-address.ts';
import { SPANS, shifted } from '../state/time-range.ts';
import { nextNotLive } from './not-live.ts';

export interface WindowAction {
  /** As keys.ts names it. */
  id: string;
  name: string;
  detail: string;
  mark: ReactNode;
  /** Where it goes, if it goes somewhere: it can be opened in a new window too. */
  to?: Route;
  /** False where there was nothing to do, and the key may mean something else. */
  run(): unknown;
}

const ICON = { size: 14, strokeWidth: 1.6, className: 't3', 'aria-hidden': true } as const;

export function windowActions(state: ConsoleState): WindowAction[] {
  return [...goTo(), ...notLive(state), ...inTime(state), ...ofWindow(state), ...ofContext(state)];
}

function goTo(): WindowAction[] {
  const go = (id: string, name: string, detail: string, mark: ReactNode, to: Route): WindowAction => ({
    id,
    name: `Go to ${name}`,
    detail,
    mark,
    to,
    run: () => navigate(to),
  });
  return [
    go('go-fleet', 'Fleet', 'table', <LayoutGrid {...ICON} />, { page: 'fleet', filter: '' }),
    go('go-heatmap', 'Fleet heat map', '', <Grid3x3 {...ICON} />, { page: 'fleet', filter: '', view: 'heatmap' }),
    go('go-map', 'Fleet map', '', <MapIcon {...ICON} />, { page: 'fleet', filter: '', view: 'map' }),
    go('go-explore', 'Explore', 'SQL', <SquareTerminal {...ICON} />, { page: 'explore', sql: '' }),
    go('go-probes', 'Probes', 'latency between places', <Radar {...ICON} />, { page: 'probes' }),
    go('go-pipeline', 'Pipeline', 'ledger and hops', <Waypoints {...ICON} />, { page: 'pipeline' }),
    go('go-settings', 'Settings', '', <Settings {...ICON} />, { page: 'settings' }),
  ];
}

/** Walks through the nodes that need a look. */
function notLive({ connection, fleet, route, notice }: ConsoleState): WindowAction[] {
  const go = (step: 1 | -1) => (): void => {
    const { states } = fleetKnownNow({ connection, fleet });
    if (states.worth === 'unknown') {
      notice.set(`States are not known ${states.reason}.`);
      return;
    }
    const here = route.get();
    const next = nextNotLive(fleet.snapshot.get().nodes.values(), here.page === 'node' ? here.nodeId : '', step);
    if (next === undefined)
      notice.set(`No node is silent, late or quarantined${states.worth === 'partial' ? ` of the ${states.reason}` : ''}.`);
    else navigate({ page: 'node', nodeId: next.nodeId });
  };
  const action = (id: string, name: string, mark: ReactNode, step: 1 | -1): WindowAction => ({ id, name, detail: '', mark, run: go(step) });
  return [
    action('next-not-live', 'Next node that is not live', <ArrowRight {...ICON} />, 1),
    action('previous-not-live', 'Previous node that is not live', <ArrowLeft {...ICON} />, -1),
  ];
}

function inTime({ time, fleet, returnToLive }: ConsoleState): WindowAction[] {
  const shift = (spans: number) => (): void => time.set(shifted(time.get(), spans, fleet.now()));
  const action = (id: string, name: string, mark: ReactNode, run: () => unknown, detail = ''): WindowAction => ({
    id,
    name,
    detail,
    mark,
    run,
  });
  const back = (): boolean => {
    if (time.get().kind === 'live') return false;
    returnToLive();
    return true;
  };
  return [
    action('live', 'Back to live', <CornerUpLeft {...ICON} />, back),
    action('span-back', 'One span back in time', <ArrowLeft {...ICON} />, shift(-1)),
    action('span-forward', 'One span forward in time', <ArrowRight {...ICON} />, shift(1)),
    ...SPANS.map(({ label, spanMs }) =>
      action(`span-${spanMs}`, `Time: ${label}`, <Clock {...ICON} />, () => time.set({ kind: 'live', spanMs }), 'live'),
    ),
  ];
}

function ofWindow(state: ConsoleState): WindowAction[] {
  const action = (id: string, name: string, detail: string, mark: ReactNode, run: () => unknown): WindowAction => ({
    id,
    name,
    detail,
    mark,
    run,
  });
  return [
    action('palette', 'Search', '', <Search {...ICON} />, () => state.paletteOpen.set(!state.paletteOpen.get())),
    action('add-machine', 'Add a machine…', 'the line to paste on it', <Plus {...ICON} />, () => state.addOpen.set(true)),
    action('keys', 'Show all keys', '', <Keyboard {...ICON} />, () => state.keysOpen.set(true)),
    action('filter', 'Filter the page, or the fleet', '', <Search {...ICON} />, filterPage),
    action('back', 'Back', '', <ArrowLeft {...ICON} />, () => history.back()),
    action('forward', 'Forward', '', <ArrowRight {...ICON} />, () => history.forward()),
    action('copy-address', 'Copy the address of this view', '', <Copy {...ICON} />, () => {
      void navigator.clipboard.writeText(shareAddress(state.route.get(), state.time.get())).then(
        () => state.notice.set('Address copied.'),
        () => state.notice.set('The clipboard is not available: copy the address from the browser.'),
      );
    }),
    action('new-window', 'Open this view in a new window', '', <PictureInPicture2 {...ICON} />, () => {
      window.open(withTime(formatRoute(state.route.get()), state.time.get()), '_blank');
    }),
    action('theme', 'Change the theme', state.theme.choice.get(), <SunMoon {...ICON} />, () => state.theme.next()),
  ];
}

function ofContext({ api, desk, unlockOpen, notice }: ConsoleState): WindowAction[] {
  const now = desk.get();
  if (now === null || !now.context.readOnly) return [];
  const lock = (): void => void api.request('lock', {}).catch((error: Error) => notice.set(error.message));
  return now.unlockedUntilMs > 0
    ? [{ id: 'lock', name: `Lock ${now.context.name}`, detail: 'read-only again', mark: <Lock {...ICON} />, run: lock }]
    : [
        {
          id: 'unlock',
          name: `Unlock ${now.context.name}…`,
          detail: 'for 15 minutes',
          mark: <LockOpen {...ICON} />,
          run: () => unlockOpen.set(true),
        },
      ];
}

/** The page's own filter line; where it has none, the fleet's. */
function filterPage(): void {
  if (focusFilter()) return;
  navigate({ page: 'fleet', filter: '' });
  // The page stands a moment later.
  let frames = 60;
  const wait = (): void => {
    if (!focusFilter() && frames-- > 0) requestAnimationFrame(wait);
  };
  requestAnimationFrame(wait);
}

function focusFilter(): boolean {
  const filter = document.querySelector<HTMLInputElement>('[data-filter-line]');
  filter?.focus();
  filter?.select();
  return filter !== null;
}
