import { expect, it } from 'vitest';
import { SCOPES } from '../../proto/gen/services.ts';
import { assertLabelsBind, assertWithinLabels } from './label-bounds.ts';

const GHANA = { country: 'gh' };

it('takes labels for a token that only pushes, and any token without them', () => {
  expect(() => assertLabelsBind(['push'], GHANA)).not.toThrow();
  expect(() => assertLabelsBind(SCOPES, {})).not.toThrow();
  expect(() => assertLabelsBind([], GHANA)).not.toThrow();
});

it.each([[['read']], [['push', 'read']], [['write']], [['admin']]] as const)('refuses labels for %j', (scopes) => {
  expect(() => assertLabelsBind(scopes, GHANA)).toThrow(/labels bind the scope push alone/);
});

it('lets a bound token push, and nothing that would pass its labels', () => {
  expect(() => assertWithinLabels('ghana', 'push', GHANA)).not.toThrow();
  for (const scope of SCOPES) expect(() => assertWithinLabels('all', scope, {})).not.toThrow();
  for (const scope of SCOPES.filter((each) => each !== 'push')) {
    expect(() => assertWithinLabels('ghana', scope, GHANA)).toThrow(
      `token ghana is bound to nodes with country=gh, which holds for the scope push alone`,
    );
  }
});
