import { afterEach, beforeEach, expect, test } from 'vitest';
import type { FleetNode } from '../../common/fleet-node.ts';
import { setZone } from '../widgets/format.ts';
import { silenceInWords, silentNow } from './silence-words.ts';

beforeEach(() => setZone('utc'));
afterEach(() => setZone('local'));

const LAST = Date.parse('2026-03-01T14:02:11Z');
const node = (nodeId: string, more: Partial<FleetNode> = {}): FleetNode =>
  ({
    nodeId,
    state: 'silent',
    lastSeenMs: LAST,
    labels: { region: 'gh', rack: nodeId },
    gateway: '',
    agentVersion: '1',
    spool: null,
    ...more,
  }) as FleetNode;
const told = (one: FleetNode, others: readonly FleetNode[] = [], events: Parameters<typeof silenceInWords>[0]['events'] = []): string =>
  silenceInWords({ node: one, nodes: new Map([one, ...others].map((each) => [each.nodeId, each])), events, nowMs: LAST + 240_000 });

test('a silent node says since when, and where to look', () => {
  expect(told(node('a'))).toBe(
    "Silent: no samples for 4 min. Last sample 14:02:11. The gateway sees no connection: check the machine, its network and the agent's service.",
  );
  expect(told(node('a', { gateway: 'gateway-1' }))).toContain('gateway-1 has not said that its connection ended, but no samples arrive');
  expect(told(node('a', { agentVersion: '' }))).toContain('check what pushes or imports its samples');
  expect(told(node('a', { state: 'live' }))).toBe('');
  expect(told(node('a', { lastSeenMs: null }))).toBe('');
});

test('it names those that fell silent with it, and what they share', () => {
  const others = [node('b', { lastSeenMs: LAST + 2000 }), node('c', { lastSeenMs: LAST - 3000 })];
  expect(told(node('a'), [...others, node('long ago', { lastSeenMs: 0 }), node('well', { state: 'live' })])).toContain(
    '2 other nodes fell silent within 10 s of it, all of region gh.',
  );
  expect(told(node('a'), [node('b', { labels: {} })])).toContain('1 other node fell silent within 10 s of it.');
});

test('it names what happened shortly before, and nothing older or later', () => {
  const event = (timeMs: number, text: string) => ({ timeMs, kind: 'agent_stopped', severity: 'info', text });
  expect(told(node('a'), [], [event(LAST - 1000, 'agent 1.2 stops'), event(LAST - 5000, 'earlier')])).toContain(
    'Last event, 14:02:10: agent 1.2 stops.',
  );
  expect(told(node('a'), [], [event(LAST - 3_600_000, 'long ago'), event(LAST + 60_000, 'after')])).not.toContain('Last event');
});

test('a node that is silent now has a mark at its last sample', () => {
  expect(silentNow(node('a'))).toEqual([{ timeMs: LAST, kind: 'silent', severity: 'error', text: 'Last sample: silent since' }]);
  expect([silentNow(node('a', { state: 'late' })), silentNow(node('a', { lastSeenMs: null }))]).toEqual([[], []]);
});
