import { expect, it } from 'vitest';
import type { ConfigProfile } from '../../proto/gen/messages.ts';
import { reachWords, toPutRequest, wideningQuestion } from './config-put.ts';

const stored = { name: 'base', document: 'interval: 1s', filter: 'region:gh', sharePercent: 10, nodes: 3, simulations: 0 } as ConfigProfile;

it('keeps what is stored where nothing is said: document, filter and share', () => {
  expect(toPutRequest('base', { document: 'interval: 2s' }, stored)).toEqual({
    ...{ name: 'base', document: 'interval: 2s', filter: 'region:gh', sharePercent: 10, validateOnly: false },
  });
  expect(toPutRequest('base', { share: 50, filter: '' }, stored)).toMatchObject({ document: 'interval: 1s', filter: '', sharePercent: 50 });
  expect(toPutRequest('new', { document: 'x' }, undefined)).toMatchObject({ filter: '', sharePercent: 100 });
});

it('asks before a larger share than the stored one, and says how many nodes that are', () => {
  const wider = toPutRequest('base', { share: 100 }, stored);
  expect(wideningQuestion(wider, { nodes: 30, simulations: 20 }, stored)).toEqual({
    question: 'base is at 10 % (3 machines now). Send it to 10 machines and 20 simulations, 100 % of those that match region:gh?',
    unasked: 'base is at 10 % and would go to 10 machines and 20 simulations, 100 % of those that match region:gh: say so with --yes',
    refused: 'nothing was changed: base stays at 10 %',
  });
  expect(wideningQuestion(toPutRequest('base', {}, stored), stored, stored)).toBeUndefined();
  expect(wideningQuestion(toPutRequest('base', { share: 5 }, stored), { nodes: 1, simulations: 0 }, stored)).toBeUndefined();
  expect(wideningQuestion(toPutRequest('new', {}, undefined), { nodes: 30, simulations: 0 }, undefined)).toBeUndefined();
});

it('counts machines, and simulations by themselves', () => {
  const reach = (nodes: number, simulations: number): string =>
    reachWords(toPutRequest('base', { filter: '' }, stored), { nodes, simulations });
  expect(reach(1, 0)).toBe('1 machine, 10 % of all');
  expect(reach(1, 1)).toBe('1 simulation, 10 % of all');
  expect(reach(0, 0)).toBe('0 machines, 10 % of all');
});
