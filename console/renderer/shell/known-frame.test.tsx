// What the frame of the window says in words while not all is known: rail, status line, facets, title.
import { renderToStaticMarkup } from 'react-dom/server';
import { beforeAll, expect, test } from 'vitest';
import type { ConnectionState } from '../../common/console-api.ts';
import type { FleetNode, NodeStateName } from '../../common/fleet-node.ts';
import type { PipelineView } from '../../common/pipeline-view.ts';
import { StateFacets } from '../fleet/filter/state-facets.tsx';
import { ConsoleContext, type ConsoleState } from '../state/console-state.ts';
import { fleetKnown } from '../state/fleet-known.ts';
import { type FleetSnapshot, NO_COUNTS } from '../state/fleet-store.ts';
import { mapKnown } from '../state/known.ts';
import { Store } from '../state/store.ts';
import { setZone } from '../widgets/format.ts';
import { countNotLive } from './not-live.ts';
import { StatusLine } from './status-line.tsx';
import { titleBadge } from './window-title.ts';

const NOW = Date.parse('2026-12-01T17:41:00Z');
const CONNECTED: ConnectionState = { kind: 'connected', gateway: 'g', sinceMs: 0, roundTripMs: 1 };
const LOST: ConnectionState = { kind: 'lost', gateway: 'g', sinceMs: NOW - 5000, nextTryMs: NOW, tries: 1, reason: 'no answer' };
const VIEW = {
  ...{ rowsPerSecond: 1000, lagSeconds: 0.1, completenessPercent: 100, problems: [], deadLetters: {} },
  ...{ asOfMs: NOW - 1000, etlAsOfMs: NOW - 1000, completenessAsOfMs: NOW - 1000 },
} as unknown as PipelineView;

beforeAll(() => setZone('utc'));

function told(given: Partial<FleetSnapshot> = {}, states: readonly NodeStateName[] = ['live', 'live', 'silent']): FleetSnapshot {
  const nodes = new Map(states.map((state, at) => [`n${at}`, { nodeId: `n${at}`, state } as FleetNode]));
  const counts = { ...NO_COUNTS };
  for (const state of states) counts[state]++;
  return { version: 1, described: 1, nodes, counts, complete: true, asOfMs: NOW - 2000, outdated: '', ...given };
}

function statusLine(connection: ConnectionState, snapshot: FleetSnapshot, view: PipelineView | null = VIEW): string {
  const state = {
    ...{
      connection: new Store(connection),
      pipeline: new Store(view),
      clock: new Store(NOW),
      time: new Store({ kind: 'live', spanMs: 1 }),
    },
    theme: { theme: new Store('dark') },
    fleet: { snapshot: new Store(snapshot), now: () => NOW },
  } as unknown as ConsoleState;
  const markup = renderToStaticMarkup(
    <ConsoleContext.Provider value={state}>
      <StatusLine />
    </ConsoleContext.Provider>,
  );
  return markup.replace(/<[^>]+>/g, ' ').replace(/\s+/g, ' ');
}

test('the status line of a fleet that is known', () => {
  expect(statusLine(CONNECTED, told())).toMatch(/3 nodes 1 silent 2 live 1,000 rows\/s lag 0\.1 s 100 % complete/);
});

test('the status line says machines and sources apart', () => {
  const fleet = told();
  for (const id of ['n1', 'n2']) (fleet.nodes.get(id) as FleetNode).kind = 'push';
  expect(statusLine(CONNECTED, fleet)).toMatch(/1 machine, 2 sources 1 silent 2 live/);
});

test('a fleet of which not all is received yet has at least so many', () => {
  expect(statusLine(CONNECTED, told({ complete: false }))).toMatch(/3\+ nodes 1\+ silent 2\+ live/);
});

test('before the first answer, and before the states are told again, no state is claimed', () => {
  expect(statusLine(CONNECTED, told({ asOfMs: 0, complete: false }, []), null)).not.toMatch(/\d nodes|live|complete/);
  const again = statusLine(CONNECTED, told({ outdated: 'yet: the gateway is sending the states again' }));
  expect(again).toMatch(/3 nodes states not known/);
  expect(again).not.toMatch(/\d live/);
});

test('without the gateway the line claims neither states nor rates', () => {
  const words = statusLine(LOST, told());
  expect(words).toMatch(/3 nodes states not known/);
  expect(words).not.toMatch(/\d live|rows\/s|complete/);
});

test('a gateway that no longer answers for the pipeline, and an ETL and a ledger that are silent', () => {
  expect(statusLine(CONNECTED, told(), { ...VIEW, asOfMs: NOW - 60_000 })).toMatch(/live pipeline not known/);
  const words = statusLine(CONNECTED, told(), { ...VIEW, etlAsOfMs: null, completenessAsOfMs: null });
  expect(words).toMatch(/rows\/s not known lag 0\.1 s completeness not known/);
});

test('facets and title carry the same worth', () => {
  const facets = (connection: ConnectionState, snapshot: FleetSnapshot): string =>
    renderToStaticMarkup(<StateFacets shown={fleetKnown(connection, snapshot, NOW)} filter="" nowMs={NOW} onChange={() => undefined} />);
  const text = (markup: string): string => markup.replace(/<[^>]+>/g, ' ').replace(/\s+/g, ' ');
  expect(text(facets(CONNECTED, told()))).toMatch(/Silent 1 .*Live 2/);
  expect(text(facets(CONNECTED, told({ complete: false })))).toMatch(/Silent 1\+ .*Live 2\+/);
  expect(text(facets(LOST, told()))).toMatch(/^ Not known 3 $/);
  expect(facets(LOST, told())).toContain('Not known since 17:40:58: this console is not connected to the gateway');
  const badge = (connection: ConnectionState, snapshot: FleetSnapshot): string =>
    titleBadge(mapKnown(fleetKnown(connection, snapshot, NOW).states, countNotLive));
  expect(badge(CONNECTED, told())).toBe('(1) ');
  expect(badge(CONNECTED, told({}, ['live']))).toBe('');
  expect(badge(CONNECTED, told({ complete: false }))).toBe('(1+) ');
  expect(badge(LOST, told())).toBe('(?) ');
});
