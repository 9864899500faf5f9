import { expect, test } from 'vitest';
import type { FleetNode, NodeStateName } from '../common/fleet-node.ts';
import { NodeChanges } from './node-changes.ts';

const node = (name: string, state: NodeStateName): FleetNode => ({ nodeId: `id/${name}`, name, state }) as FleetNode;

function tell(changes: NodeChanges, states: Record<string, NodeStateName>, begins = false): void {
  const nodes = Object.entries(states).map(([name, state]) => node(name, state));
  changes.receive({ begins, complete: true, nodes, removed: [], asOfMs: 0, heardMs: 0 });
}

test('what was so when the console came is no news; what changes then is', () => {
  const changes = new NodeChanges();
  tell(changes, { a: 'silent', b: 'live' }, true);
  expect(changes.take()).toEqual([]);
  tell(changes, { b: 'late' });
  tell(changes, { b: 'silent', a: 'live' });
  expect(changes.take()).toEqual([
    expect.objectContaining({ title: 'b is silent', fragment: '#/node/id%2Fb' }),
    expect.objectContaining({ title: 'a is back', fragment: '#/node/id%2Fa' }),
  ]);
  expect(changes.pending).toBe(false);
});

test('many are one note; there and back is none', () => {
  const changes = new NodeChanges();
  const names = Array.from({ length: 3000 }, (_, index) => `n${index}`);
  const all = (state: NodeStateName): Record<string, NodeStateName> => Object.fromEntries(names.map((name) => [name, state]));
  tell(changes, all('live'), true);
  tell(changes, all('silent'));
  expect(changes.take()).toEqual([
    { kind: 'silent', title: '3000 nodes are silent', body: 'n0, n1, n2, n3, n4 and 2995 more', fragment: '#/fleet?filter=state%3Asilent' },
  ]);
  tell(changes, { n0: 'live' });
  tell(changes, { n0: 'silent' });
  expect(changes.take()).toEqual([]);
  expect(changes.counts).toEqual({ silent: 3000 });
});

test('a console that was away tells nothing of the meantime', () => {
  const changes = new NodeChanges();
  tell(changes, { a: 'live' }, true);
  tell(changes, { a: 'silent' });
  changes.forget();
  tell(changes, { a: 'live' });
  tell(changes, { a: 'silent' }, true);
  expect(changes.take()).toEqual([]);
});

test('a node that fell silent while windows were shown or hidden is told, as another stream says the same', () => {
  const changes = new NodeChanges();
  tell(changes, { a: 'live', b: 'live', c: 'live' }, true);
  tell(changes, { a: 'silent' });
  tell(changes, { a: 'silent', b: 'silent' }, true);
  expect(changes.take()).toEqual([expect.objectContaining({ title: '2 nodes are silent', body: 'a, b' })]);
  // What a whole answer does not name is gone.
  expect(changes.counts).toEqual({ silent: 2 });
});

test('nodes that fall silent again and again are told once together, and after all when they stay silent', () => {
  let nowMs = 0;
  const changes = new NodeChanges(() => nowMs);
  const names = Array.from({ length: 500 }, (_, index) => `n${index}`);
  const all = (state: NodeStateName): Record<string, NodeStateName> => Object.fromEntries(names.map((name) => [name, state]));
  tell(changes, all('live'), true);
  const notes: string[] = [];
  const bodies: string[] = [];
  for (let minute = 0; minute < 60; minute++) {
    for (const state of ['silent', 'live'] as const) {
      nowMs += 30_000;
      tell(changes, all(state));
      const taken = changes.take();
      notes.push(...taken.map(({ kind, title }) => `${kind}: ${title}`));
      bodies.push(...taken.filter(({ kind }) => kind === 'flapping').map(({ body }) => body));
    }
  }
  expect(notes).toEqual([
    'silent: 500 nodes are silent',
    'back: 500 nodes are back',
    'silent: 500 nodes are silent',
    'back: 500 nodes are back',
    'flapping: 500 nodes keep falling silent',
  ]);
  expect(bodies).toEqual([expect.stringMatching(/ keep going silent and coming back\. Further changes are not notified one by one\.$/)]);
  nowMs += 30_000;
  tell(changes, { n7: 'silent' });
  tell(changes, { fresh: 'live' });
  nowMs += 9 * 60_000;
  tell(changes, { fresh: 'silent' });
  expect(changes.take()).toEqual([expect.objectContaining({ title: 'fresh is silent' })]);
  nowMs += 2 * 60_000;
  tell(changes, {});
  expect(changes.take()).toEqual([expect.objectContaining({ title: 'n7 is silent' })]);
});

test('under maintenance nobody is told, until it ends', () => {
  let nowMs = Date.parse('2026-03-01T12:00:00Z');
  const changes = new NodeChanges(() => nowMs);
  const held = (state: NodeStateName): FleetNode => ({ ...node('a', state), labels: { maintenance: '2026-03-01T13:00:00Z' } }) as FleetNode;
  const hear = (nodes: FleetNode[], begins = false): void =>
    changes.receive({ begins, complete: true, nodes, removed: [], asOfMs: 0, heardMs: 0 });
  hear([held('live')], true);
  hear([held('silent')]);
  expect([changes.take(), changes.counts]).toEqual([[], { maintenance: 1 }]);
  nowMs += 3_600_001;
  hear([]);
  expect(changes.take()).toEqual([expect.objectContaining({ title: 'a is silent' })]);
});
