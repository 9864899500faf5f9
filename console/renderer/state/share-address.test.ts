import { afterEach, expect, test } from 'vitest';
import { shareAddress, sharedFrom, toSharedFrom } from './share-address.ts';

afterEach(() => sharedFrom.set({ context: '', fleet: '' }));

test('an address says which fleet it is of, and which context where others may know its name', () => {
  const desk = (name: string) => toSharedFrom({ context: { name }, fleet: '0123456789abcdef' } as never);
  sharedFrom.set(desk('prod'));
  expect(shareAddress({ page: 'fleet', filter: 'state:silent' })).toBe(
    'muster://fleet?filter=state%3Asilent&context=prod&fleet=0123456789abcdef',
  );
  sharedFrom.set(desk('127.0.0.1:7443'));
  expect(shareAddress({ page: 'node', nodeId: 'a b' })).toBe('muster://node/a%20b?fleet=0123456789abcdef');
});
