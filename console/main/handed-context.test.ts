import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import type { Context } from '../../core/node/contexts.ts';
import { fromHandOver, idOf, toHandOver } from './handed-context.ts';

const PROD: Context = { name: 'prod', gateway: 'p:1', caFile: 'ca.crt', tokenFile: '/t', readOnly: true, colour: 'plum', tags: ['eu'] };

test('a second start hands over the context that was named, with paths from its own folder', () => {
  expect(fromHandOver(toHandOver(PROD, { context: 'prod', gateway: '' }))).toEqual({ ...PROD, caFile: resolve('ca.crt') });
  expect(fromHandOver(toHandOver(PROD, { context: '', gateway: 'p:1' }))?.name).toBe('prod');
  expect(fromHandOver(toHandOver(PROD, { context: '', gateway: '' }))).toBeUndefined();
});

test.each([undefined, null, 'x', {}, { context: null }, { context: { ...PROD, colour: 'red' } }, { context: { ...PROD, tokenFile: 7 } }])(
  '%j is no context',
  (data) => {
    expect(fromHandOver(data)).toBeUndefined();
  },
);

test('a context that was changed is another', () => {
  expect(idOf({ ...PROD })).toBe(idOf(PROD));
  for (const change of [{ gateway: 'q:1' }, { tokenFile: '/u' }, { readOnly: false }, { caFile: '/other' }]) {
    expect(idOf({ ...PROD, ...change })).not.toBe(idOf(PROD));
  }
});
