import { expect, it } from 'vitest';
import { nodesWords } from './verify.ts';

it('tells machines, sources and what is not in the fleet apart', () => {
  expect(nodesWords({ nodes: 1, machines: 1, sources: 0 })).toBe('1 machine');
  expect(nodesWords({ nodes: 23, machines: 2, sources: 20 })).toBe('2 machines, 20 sources, 1 not in the fleet');
  expect(nodesWords({ nodes: 4 })).toBe('4 nodes, sources among them');
});
