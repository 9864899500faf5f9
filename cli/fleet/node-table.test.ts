import { expect, test } from 'vitest';
import type { Node } from '../../proto/gen/messages.ts';
import { createPaint } from '../terminal/output.ts';
import { tableLines } from '../terminal/table.ts';
import { countWords, nodeColumns, stateWord } from './node-table.ts';

const NOW = Date.parse('2026-03-01T12:00:00Z');

function node(state: Node['state'], labels: Record<string, string> = {}): Node {
  return { nodeId: 'id', info: { name: 'web-1', labels }, state, problem: '' } as unknown as Node;
}

test('a silent node is under maintenance as long as its label holds', () => {
  const silent = node('NODE_STATE_SILENT', { maintenance: '2026-03-01T14:00:00Z' });
  expect(stateWord(silent, NOW)).toBe('maintenance');
  expect(stateWord(silent, NOW + 7_200_000)).toBe('silent');
  expect(stateWord(node('NODE_STATE_NEVER_SEEN', { maintenance: 'true' }), NOW)).toBe('never seen');
});

test('table and counts say the same state', () => {
  const nodes = [node('NODE_STATE_SILENT', { maintenance: 'true' }), node('NODE_STATE_LATE'), node('NODE_STATE_LIVE')];
  expect(countWords(nodes, NOW)).toBe('3 machines: 1 maintenance, 1 late, 1 live');
  const words = tableLines(nodeColumns(createPaint(false), NOW), nodes).map((line) => line.split(' ')[0]);
  expect(words).toEqual(['STATE', 'maintenance', 'late', 'live']);
});

test('machines are counted by state, and what is none beside them', () => {
  const nodes = [
    node('NODE_STATE_LIVE'),
    ...(['PUSH', 'SIMULATION', 'SIMULATION'] as const).map((kind) => ({ ...node('NODE_STATE_IDLE'), kind: `NODE_KIND_${kind}` as const })),
  ];
  expect(countWords(nodes, NOW)).toBe('1 machine: 1 live; beside it 1 pushed, 2 simulated');
  expect(countWords([], NOW)).toBe('0 machines');
});
