import { expect, it } from 'vitest';
import type { PushSample } from '../../core/common/push-sample.ts';
import { KnownKeys } from './known-keys.ts';

const sample = (more: Partial<PushSample> = {}): PushSample => ({
  ...{ nodeId: 'n', measurement: 'm', timeUs: 1, tags: { a: '1', b: '2' }, fields: { v: 1 }, metadata: '', labels: {} },
  ...more,
});

it('takes a sample again, and none with the same key and other fields', () => {
  const keys = new KnownKeys();
  expect(keys.take(sample())).toBe(true);
  expect(keys.take(sample({ tags: { b: '2', a: '1' } }))).toBe(true);
  expect(keys.take(sample({ fields: { w: 1 } }))).toBe(false);
  expect(keys.take(sample({ metadata: '{}' }))).toBe(false);
  for (const other of [{ timeUs: 2 }, { measurement: 'o' }, { tags: { a: '1' } }])
    expect(keys.take(sample({ ...other, fields: { w: 1 } }))).toBe(true);
});

it('forgets the key that was handed over the longest ago', () => {
  const keys = new KnownKeys(2);
  for (const timeUs of [1, 2, 1, 3]) keys.take(sample({ timeUs }));
  const other = { fields: { w: 1 } };
  expect([keys.take(sample({ timeUs: 1, ...other })), keys.take(sample({ timeUs: 2, ...other }))]).toEqual([false, true]);
});
