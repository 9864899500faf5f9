import { afterEach, expect, test } from 'vitest';
import { shareAddress, sharedFrom, toSharedFrom } from './share-address.ts';
import { FIRST_SPAN_MS } from './time-range.ts';

const LIVE = { kind: 'live', spanMs: FIRST_SPAN_MS } as const;

afterEach(() => sharedFrom.set({ context: '', fleet: '' }));

test('an address says which fleet it is of, and which context where others may know its name', () => {
  const desk = (name: string) => toSharedFrom({ context: { name }, fleet: '0123456789abcdef' } as never);
  sharedFrom.set(desk('prod'));
  expect(shareAddress({ page: 'fleet', filter: 'state:silent' }, LIVE)).toBe(
    'muster://fleet?filter=state%3Asilent&context=prod&fleet=0123456789abcdef',
  );
  sharedFrom.set(desk('127.0.0.1:7443'));
  expect(shareAddress({ page: 'node', nodeId: 'a b' }, LIVE)).toBe('muster://node/a%20b?fleet=0123456789abcdef');
});

test('an address shows the time of the window that it was copied from', () => {
  sharedFrom.set({ context: 'prod', fleet: '' });
  const past = { kind: 'past', fromMs: Date.parse('2026-12-01T17:21:30Z'), toMs: Date.parse('2026-12-01T17:36:30Z') } as const;
  expect(shareAddress({ page: 'pipeline' }, past)).toBe('muster://pipeline?context=prod&time=2026-12-01T17:21:30Z/2026-12-01T17:36:30Z');
  expect(shareAddress({ page: 'probes', path: 'a b' }, { kind: 'live', spanMs: 86_400_000 })).toBe(
    'muster://probes?path=a+b&context=prod&time=last-86400s',
  );
});
