import { expect, it } from 'vitest';
import type { ConfigProfile } from '../../proto/gen/messages.ts';
import { reachWords, toPutRequest, wideningQuestion } from './config-put.ts';

const stored = { name: 'base', document: 'interval: 1s', filter: 'region:gh', sharePercent: 10, nodes: 3 } as ConfigProfile;

it('keeps what is stored where nothing is said: document, filter and share', () => {
  expect(toPutRequest('base', { document: 'interval: 2s' }, stored)).toEqual({
    ...{ name: 'base', document: 'interval: 2s', filter: 'region:gh', sharePercent: 10, validateOnly: false },
  });
  expect(toPutRequest('base', { share: 50, filter: '' }, stored)).toMatchObject({ document: 'interval: 1s', filter: '', sharePercent: 50 });
  expect(toPutRequest('new', { document: 'x' }, undefined)).toMatchObject({ filter: '', sharePercent: 100 });
});

it('asks before a larger share than the stored one, and says how many nodes that are', () => {
  const wider = toPutRequest('base', { share: 100 }, stored);
  expect(wideningQuestion(wider, 30, stored)).toEqual({
    question: 'base is at 10 % (3 now). Send it to 30 nodes, 100 % of those that match region:gh?',
    unasked: 'base is at 10 % and would go to 30 nodes, 100 % of those that match region:gh: say so with --yes',
    refused: 'nothing was changed: base stays at 10 %',
  });
  expect(wideningQuestion(toPutRequest('base', {}, stored), 3, stored)).toBeUndefined();
  expect(wideningQuestion(toPutRequest('base', { share: 5 }, stored), 1, stored)).toBeUndefined();
  expect(wideningQuestion(toPutRequest('new', {}, undefined), 30, undefined)).toBeUndefined();
});

it('counts one node as one', () => {
  expect(reachWords(toPutRequest('base', { filter: '' }, stored), 1)).toBe('1 node, 10 % of all');
});
