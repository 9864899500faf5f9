import { expect, test } from 'vitest';
import { hasAgent, isMachine, kindOf, kindWord } from './node-kind.ts';
import type { RegistryEntry } from './registry-entry.ts';

const INFO = { simulated: false, agentVersion: '' } as RegistryEntry['info'];
const IDENTITY = {} as NonNullable<RegistryEntry['identity']>;

test.each([
  ['an agent', { identity: IDENTITY, info: { ...INFO, agentVersion: '1' } }, 'machine'],
  ['an agent that has not said anything yet', { identity: IDENTITY }, 'machine'],
  ['an agent of a time when enrolment left no mark', { info: { ...INFO, agentVersion: '1' } }, 'machine'],
  ['a simulated agent', { identity: IDENTITY, info: { ...INFO, simulated: true, agentVersion: '1' } }, 'simulation'],
  ['what was pushed', { source: 'push' }, 'push'],
  ['what was imported', { source: 'import' }, 'import'],
  ['what was extracted', { source: 'extraction' }, 'extraction'],
  ['an entry without a source', {}, 'push'],
  ['the smoke test, whichever door came first', { nodeId: 'smoke-test', source: 'push' }, 'smoke'],
  ['a small agent that an operator calls a machine', { source: 'push', operatorLabels: { machine: 'true' } }, 'machine'],
] as [string, Partial<RegistryEntry>, string][])('%s is told by what it is', (_, entry, kind) => {
  expect(kindOf({ nodeId: 'n', info: INFO, ...entry })).toBe(kind);
});

test('what an earlier gateway does not say counts as a machine: better one too many than a machine that is not missed', () => {
  expect(isMachine({})).toBe(true);
  expect(isMachine({ kind: 'NODE_KIND_UNSPECIFIED' })).toBe(true);
  expect(isMachine({ kind: 'NODE_KIND_IMPORT' })).toBe(false);
  expect(kindWord('NODE_KIND_EXTRACTION')).toBe('extraction');
});

test('a kind that only a later gateway knows counts as a machine, as its number or its name', () => {
  expect([7, 'NODE_KIND_ROBOT', 'NODE_KIND_CONSTRUCTOR'].map(kindWord)).toEqual(['machine', 'machine', 'machine']);
  expect(isMachine({ kind: 7 })).toBe(true);
});

test('machines and simulations have an agent, a source has none', () => {
  expect(['NODE_KIND_MACHINE', 'NODE_KIND_SIMULATION', 'NODE_KIND_PUSH', 'NODE_KIND_SMOKE'].map((kind) => hasAgent({ kind }))).toEqual([
    ...[true, true, false, false],
  ]);
});
