import { expect, test } from 'vitest';
import type { Context } from '../../core/node/contexts.ts';
import { contextForLink } from './link-context.ts';

const context = (name: string): Context => ({ name }) as Context;
const [prod, lab, copy] = ['prod', 'lab', 'copy'].map(context) as [Context, Context, Context];
const FLEETS: Record<string, string> = { prod: 'aa', lab: 'bb', copy: 'aa' };
const choose = (name: string, fleet: string, current = lab, all = [prod, lab, copy]) =>
  contextForLink({ context: name, fleet }, current, all, (each) => FLEETS[each.name] ?? '');

test.each([
  ['', '', 'lab'],
  ['prod', '', 'prod'],
  ['prod', 'aa', 'prod'],
  ['', 'aa', 'prod'],
  ['', 'bb', 'lab'],
  ['theirs', 'aa', 'prod'],
])('a link of context %j and fleet %j opens in %s without a question', (name, fleet, chosen) => {
  expect(choose(name, fleet)).toEqual({ context: context(chosen), question: '' });
});

test('of several contexts of the fleet the one that somebody works with is taken', () => {
  expect(choose('', 'aa', copy)?.context).toBe(copy);
});

test('a name that is another fleet here, and a fleet that is none of ours, are asked about', () => {
  expect(choose('lab', 'aa')).toEqual({
    context: prod,
    question: expect.stringContaining('different fleet than your context lab. Open it in prod, which matches?'),
  });
  expect(choose('prod', 'cc')).toEqual({ context: prod, question: expect.stringContaining('none of your contexts leads to') });
  expect(choose('', 'cc')).toEqual({ context: lab, question: expect.stringContaining('Open it in lab all the same?') });
});

test('a context that is not there, without a fleet, opens nothing', () => {
  expect(choose('theirs', '')).toBeUndefined();
});
