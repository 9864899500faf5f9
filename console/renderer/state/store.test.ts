import { expect, test, vi } from 'vitest';
import { shareAddress } from './share-address.ts';
import { Store } from './store.ts';
import { FIRST_SPAN_MS } from './time-range.ts';

const LIVE = { kind: 'live', spanMs: FIRST_SPAN_MS } as const;

test('listeners hear of another value, not of the same one, and not after their end', () => {
  const store = new Store(1);
  const listener = vi.fn();
  const end = store.subscribe(listener);
  store.set(1);
  expect(listener).not.toHaveBeenCalled();
  store.set(2);
  expect([listener.mock.calls.length, store.get()]).toEqual([1, 2]);
  end();
  store.set(3);
  expect(listener).toHaveBeenCalledTimes(1);
});

test('a listener that ends itself keeps no other from hearing', () => {
  const store = new Store('a');
  const heard: string[] = [];
  const end = store.subscribe(() => {
    heard.push('first');
    end();
  });
  store.subscribe(() => heard.push('second'));
  store.set('b');
  store.set('c');
  expect(heard).toEqual(['first', 'second', 'second']);
});

test('an address to share opens the desktop program, and carries no SQL', () => {
  expect(shareAddress({ page: 'fleet', filter: 'country:gh' }, LIVE)).toBe('muster://fleet?filter=country%3Agh');
  expect(shareAddress({ page: 'node', nodeId: 'a b' }, LIVE)).toBe('muster://node/a%20b');
  expect(shareAddress({ page: 'explore', sql: 'select secret from x' }, LIVE)).toBe('muster://explore');
});
