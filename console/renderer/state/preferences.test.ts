import { expect, test } from 'vitest';
import { createPreference, type PreferenceStorage, preferenceTrouble } from './preferences.ts';

function storageOf(content: Record<string, string> = {}): PreferenceStorage & { content: Record<string, string> } {
  return {
    content,
    getItem: (key) => content[key] ?? null,
    setItem: (key, value) => {
      content[key] = value;
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
