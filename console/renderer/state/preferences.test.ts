import { expect, test } from 'vitest';
import { chooseFleet, createFleetPreference, createPreference, type PreferenceStorage, preferenceTrouble } from './preferences.ts';

function storageOf(content: Record<string, string> = {}): PreferenceStorage & { content: Record<string, string> } {
  return {
    content,
    getItem: (key) => content[key] ?? null,
    setItem: (key, value) => {
      content[key] = value;
    },
    removeItem: (key) => {
      delete content[key];
    },
  };
}

const size = (kept: unknown): number | undefined => (typeof kept === 'number' ? kept : undefined);

test('what is set is found again', () => {
  const storage = storageOf();
  createPreference('size', 13, size, storage).set(15);
  expect(storage.content).toEqual({ 'muster.size': '15' });
  expect(createPreference('size', 13, size, storage).get()).toBe(15);
});

test.each(['', '{', 'null', '"15"', '[15]', 'system', `"${'x'.repeat(300_000)}"`])('kept content %.20s counts as none', (content) => {
  expect(createPreference('size', 13, size, storageOf({ 'muster.size': content })).get()).toBe(13);
});

test('a parser that throws counts as none', () => {
  const parse = (kept: unknown): string => (kept as { name: string }).name.toUpperCase();
  expect(createPreference('name', 'none', parse, storageOf({ 'muster.name': '{"name":7}' })).get()).toBe('none');
});

test('a value that cannot be kept counts in this window, and it is said', () => {
  const full: PreferenceStorage = {
    ...storageOf(),
    setItem: () => {
      throw new DOMException('full', 'QuotaExceededError');
    },
  };
  const preference = createPreference('size', 13, size, full);
  preference.set(15);
  expect(preference.get()).toBe(15);
  expect(preferenceTrouble.get()).toBe('The setting size counts in this window only: the storage does not take it (QuotaExceededError).');
  createPreference('text', '', (kept) => String(kept), storageOf()).set('x'.repeat(300_000));
  expect(preferenceTrouble.get()).toMatch(/300002 characters, and 262144 can be kept/);
  createPreference('size', 13, size, storageOf()).set(15);
  expect(preferenceTrouble.get()).toBe('');
});

test('a value that is there already is not told again', () => {
  const preference = createPreference('size', 13, size, storageOf());
  let told = 0;
  preference.subscribe(() => told++);
  preference.set(13);
  preference.set(14);
  preference.set(14);
  expect(told).toBe(1);
});

test('what names something of a fleet is of that fleet alone', () => {
  const storage = storageOf({ 'muster.views': '1' });
  const views = createFleetPreference('views', 0, size, storage);
  const told: number[] = [];
  views.subscribe(() => told.push(views.get()));
  expect(views.get()).toBe(0);
  // What an earlier version kept for all goes to the first fleet.
  chooseFleet('aa');
  expect([views.get(), storage.content]).toEqual([1, { 'muster.aa.views': '1' }]);
  views.set(5);
  chooseFleet('bb');
  expect([views.get(), told]).toEqual([0, [1, 5, 0]]);
  views.set(7);
  chooseFleet('');
  expect(storage.content).toEqual({ 'muster.aa.views': '5', 'muster.bb.views': '7' });
  chooseFleet('aa');
  expect(views.get()).toBe(5);
});

test('what is set before the fleet is known is kept once it is, unless the fleet has its own', () => {
  chooseFleet('cc');
  const storage = storageOf({ 'muster.dd.early': '3' });
  const early = createFleetPreference('early', 0, size, storage);
  early.set(4);
  expect(storage.content['muster.cc.early']).toBe('4');
  chooseFleet('dd');
  expect(early.get()).toBe(3);
});
