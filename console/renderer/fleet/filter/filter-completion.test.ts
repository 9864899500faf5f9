import { expect, test } from 'vitest';
import type { FleetNode } from '../../../common/fleet-node.ts';
import { completions } from './filter-completion.ts';
import { compileFilter } from './node-match.ts';

const node = (nodeId: string, labels: Record<string, string>, more: Partial<FleetNode> = {}): FleetNode =>
  ({ nodeId, name: nodeId, state: 'live', labels, addresses: [], values: null, spool: null, skewMs: 0, ...more }) as FleetNode;
const nodes = new Map(
  [
    node('a', { city: 'São Paulo', role: 'edge' }),
    node('b', { city: 'Accra', role: 'edge' }),
    node('c', { city: 'Accra', role: 'db', 'odd name': 'x' }),
  ].map((each) => [each.nodeId, each]),
);
const labelsOf = (text: string, at = text.length): string[] => completions(text, at, nodes).map(({ label }) => label);
const after = (text: string, index = 0): string => {
  const { insert, from } = completions(text, text.length, nodes)[index] as { insert: string; from: number };
  return text.slice(0, from) + insert;
};

test('keys, and labels by their own name', () => {
  expect(labelsOf('reg')).toEqual(['region']);
  expect(labelsOf('x:1 rol')).toEqual(['label.role']);
  expect(labelsOf('label.')).toEqual(['label.role']);
  expect(after('cp')).toBe('cpu>');
  expect(after('-ci')).toBe('-city:');
  expect(labelsOf('')).toEqual([]);
});

test('values of the nodes, the frequent first, quoted where they need it', () => {
  expect(labelsOf('city:')).toEqual(['Accra', 'São Paulo']);
  expect(after('city:pau')).toBe('city:"São Paulo"');
  expect(after('label.role:edge,d')).toBe('label.role:edge,db');
  expect(labelsOf('city:Accra')).toEqual([]);
  expect(labelsOf('state:la')).toEqual(['late']);
  expect(labelsOf('cpu>8')).toEqual([]);
});

test('what is offered can be parsed', () => {
  for (const text of ['city:pau', 'st', 'label.role:e'])
    expect(compileFilter(`${after(text)}${/:$/.test(after(text)) ? 'live' : ''}`).problem).toBe('');
});
