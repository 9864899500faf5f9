// What the palette can answer with: nodes, what can be done with them, the window's actions, saved views and queries, recent places.

import { Bookmark, Clock, LayoutGrid, Table2 } from 'lucide-react';
import type { ReactNode } from 'react';
import type { SchemaTable } from '../../common/console-api.ts';
import type { FleetNode } from '../../common/fleet-node.ts';
import { whereOf } from '../fleet/table/fleet-columns.ts';
import type { ConsoleState } from '../state/console-state.ts';
import { areStatesKnown, fleetKnownNow } from '../state/fleet-known.ts';
import { recentPlaces } from '../state/recent.ts';
import { formatRoute, parseRoute } from '../state/route.ts';
import { formatAge, plural } from '../widgets/format.ts';
import { STATE_WORDS, StateMark } from '../widgets/state-mark.tsx';
import { keyOfAction } from './keys.ts';
import { contextEntries } from './palette-contexts.tsx';
import type { PaletteEntry } from './palette-entry.ts';
import { type FoundNodes, findNodes, wordsOf } from './palette-nodes.ts';
import { savedPlaces } from './palette-saved.ts';
import { settingEntries } from './palette-settings.tsx';
import { windowActions } from './window-actions.tsx';

/** What is typed, what there is, and what has been fetched. */
export interface PaletteQuestion {
  text: string;
  nodes: ReadonlyMap<string, FleetNode>;
  /** Undefined until they came. */
  measurements: readonly SchemaTable[] | undefined;
}

const MAX_NODES = 8;
const MAX_OTHERS = 6;
const ICON = { size: 14, strokeWidth: 1.6, className: 't3', 'aria-hidden': true } as const;
/** What only opens or leaves the palette itself, or moves in history. */
const NOT_OFFERED = new Set(['palette', 'back', 'forward']);

export function findEntries(
  { text, nodes, measurements }: PaletteQuestion,
  state: ConsoleState,
): { entries: PaletteEntry[]; found: FoundNodes } {
  const mode = text[0] === '>' || text[0] === '#' ? text[0] : '';
  const asked = mode === '' ? text : text.slice(1).trim();
  const words = wordsOf(asked);
  const holds = ({ name, detail }: PaletteEntry): boolean => words.every((word) => `${name} ${detail}`.toLowerCase().includes(word));
  if (mode === '#') return { entries: ofMeasurements(measurements).filter(holds).slice(0, 30), found: NONE };
  const actions = [...ofActions(state), ...contextEntries(state), ...settingEntries(state)].filter(holds);
  if (mode === '>') return { entries: actions, found: NONE };
  const found = findNodes(asked, nodes, MAX_NODES);
  const known = areStatesKnown(fleetKnownNow(state));
  const saved = savedPlaces().map((place) => toPlace(place.address, place.name, place.kind, 'Saved', <Bookmark {...ICON} />));
  const recent = recentPlaces
    .get()
    .map(({ address, name, atMs }) => toPlace(address, name, `${formatAge(Date.now() - atMs)} ago`, 'Recent', <Clock {...ICON} />));
  const empty = words.length === 0;
  return {
    found,
    entries: [
      ...found.first.map((node) => toNode(node, known)),
      ...(empty ? [] : onThese(asked, found)),
      ...saved.filter(holds).slice(0, MAX_OTHERS),
      ...recent.filter(holds).slice(0, MAX_OTHERS),
      ...actions,
    ],
  };
}

const NONE: FoundNodes = { count: 0, first: [], problem: '' };

function toNode(node: FleetNode, known: boolean): PaletteEntry {
  const shown = known ? node.state : 'not_known';
  return {
    ...toPlace(
      formatRoute({ page: 'node', nodeId: node.nodeId }),
      node.name,
      [STATE_WORDS[shown], whereOf(node)].filter(Boolean).join(', '),
      'Nodes, worst first',
      <StateMark state={shown} />,
    ),
    id: `node ${node.nodeId}`,
  };
}

function onThese(text: string, { count, problem }: FoundNodes): PaletteEntry[] {
  if (count === 0 || problem !== '') return [];
  const group = `On ${count === 1 ? 'this node' : `these ${plural(count, 'node')}`}`;
  const view = (name: string, view: 'table' | 'heatmap' | 'map'): PaletteEntry =>
    toPlace(formatRoute({ page: 'fleet', filter: text.trim(), view }), name, text.trim(), group, <LayoutGrid {...ICON} />);
  return [view('Show in the fleet as a filter', 'table'), view('Show as a heat map', 'heatmap'), view('Show on the map', 'map')];
}

function ofActions(state: ConsoleState): PaletteEntry[] {
  return windowActions(state)
    .filter(({ id }) => !NOT_OFFERED.has(id))
    .map(({ id, name, detail, mark, to, run }) => ({
      id: `action ${id}`,
      group: 'Actions',
      name,
      detail,
      mark,
      keys: keyOfAction(id),
      ...(to === undefined ? {} : { address: formatRoute(to) }),
      run: () => void run(),
    }));
}

function ofMeasurements(tables: readonly SchemaTable[] | undefined): PaletteEntry[] {
  return (tables ?? []).map(({ name, columns, view }) => {
    const sql = `SELECT *\nFROM "${name.replaceAll('"', '""')}"\nWHERE timestamp BETWEEN $from AND $to\nLIMIT 1000`;
    const detail = `${view ? 'view, ' : ''}${plural(columns.length, 'column')}`;
    return toPlace(formatRoute({ page: 'explore', sql }), name, detail, 'Measurements', <Table2 {...ICON} />);
  });
}

function toPlace(address: string, name: string, detail: string, group: string, mark: ReactNode): PaletteEntry {
  return {
    id: `${group} ${address}`,
    group,
    name,
    detail,
    mark,
    address,
    run: () => {
      // Kept addresses are read again: what is no route of ours leads to the fleet.
      location.hash = formatRoute(parseRoute(address));
    },
  };
}
