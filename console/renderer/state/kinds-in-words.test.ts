import { expect, it } from 'vitest';
import { countKindsOf } from '../../../core/common/kind-words.ts';
import { kindsInWords } from './kinds-in-words.ts';
import { known, notKnown } from './known.ts';

it('says machines and sources apart, and nodes where all are machines', () => {
  const words = (machines: number, sources: number, more = ''): string => kindsInWords(known({ machines, sources }, 1, 'live', more));
  expect([words(1200, 0), words(1, 0), words(0, 0)]).toEqual(['1,200 nodes', '1 node', '0 nodes']);
  expect([words(2, 20), words(1, 1), words(0, 20)]).toEqual(['2 machines, 20 sources', '1 machine, 1 source', '20 sources']);
  expect(words(1, 1, 'more to come')).toBe('1+ machines, 1+ sources');
  expect(kindsInWords(notKnown('yet'))).toBe('');
});

it('counts what has no agent, and what is simulated, as a source', () => {
  const kinds = ['machine', 'simulation', 'push', 'import', 'extraction', 'smoke', undefined].map((kind) => ({ kind }));
  expect(countKindsOf(kinds)).toEqual({ machines: 2, sources: 5 });
});
