// What the palette can answer with: nodes, worst first, then the window's actions.
import { Clock, LayoutGrid, SquareTerminal, SunMoon, Waypoints } from 'lucide-react';
import type { ReactNode } from 'react';
import type { FleetNode } from '../../common/fleet-node.ts';
import { whereOf } from '../fleet/fleet-columns.tsx';
import { STATE_ORDER, STATE_WORDS, StateMark } from '../parts/state-mark.tsx';
import type { ConsoleState } from '../state/console-state.ts';
import { navigate } from '../state/route.ts';
import { SPANS } from '../state/time-range.ts';

export interface PaletteEntry {
  id: string;
  group: string;
  name: string;
  detail: string;
  mark: ReactNode;
  run(): void;
}

const MAX_NODES = 8;
const ICON = { size: 14, strokeWidth: 1.6, className: 't3' } as const;

export function findEntries(
  text: string,
  nodes: ReadonlyMap<string, FleetNode>,
  state: ConsoleState,
): { entries: PaletteEntry[]; nodesFound: number } {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const holds = (name: string): boolean => words.every((word) => name.toLowerCase().includes(word));
  const found = [...nodes.values()].filter((node) => holds(`${node.name} ${node.nodeId} ${whereOf(node)}`));
  const known = state.connection.get().kind === 'connected';
  found.sort((a, b) => STATE_ORDER.indexOf(a.state) - STATE_ORDER.indexOf(b.state) || (a.name < b.name ? -1 : 1));
  const entries = found.slice(0, MAX_NODES).map((node) => toEntry(node, known));
  return { entries: [...entries, ...actions(state).filter((action) => holds(action.name)), ...searches(text)], nodesFound: found.length };
}

function toEntry(node: FleetNode, known: boolean): PaletteEntry {
  const shown = known ? node.state : 'not_known';
  return {
    id: node.nodeId,
    group: 'Nodes, worst first',
    name: node.name,
    detail: [STATE_WORDS[shown], whereOf(node)].filter(Boolean).join(', '),
    mark: <StateMark state={shown} />,
    run: () => navigate({ page: 'node', nodeId: node.nodeId }),
  };
}

/** What can be done with the text itself. */
function searches(text: string): PaletteEntry[] {
  if (text.trim() === '') return [];
  const run = (): void => navigate({ page: 'fleet', filter: text.trim() });
  return [
    { id: 'filter', group: 'With this text', name: 'Show in the fleet as a filter', detail: text, mark: <LayoutGrid {...ICON} />, run },
  ];
}

function actions({ time, theme }: ConsoleState): PaletteEntry[] {
  const action = (name: string, detail: string, mark: ReactNode, run: () => void): PaletteEntry => ({
    id: name,
    group: 'Actions',
    name,
    detail,
    mark,
    run,
  });
  return [
    action('Go to Fleet', '', <LayoutGrid {...ICON} />, () => navigate({ page: 'fleet', filter: '' })),
    action('Go to Explore', 'SQL', <SquareTerminal {...ICON} />, () => navigate({ page: 'explore', sql: '' })),
    action('Go to Pipeline', 'ledger and hops', <Waypoints {...ICON} />, () => navigate({ page: 'pipeline' })),
    ...SPANS.map(({ label, spanMs }) => action(`Time: ${label}`, 'live', <Clock {...ICON} />, () => time.set({ kind: 'live', spanMs }))),
    action('Change the theme', theme.choice.get(), <SunMoon {...ICON} />, () => theme.next()),
  ];
}
