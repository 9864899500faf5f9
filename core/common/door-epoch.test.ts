import { expect, it } from 'vitest';
import { doorEpoch, doorOf } from './door-epoch.ts';

const hex = (bytes: Uint8Array): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');

it('tells the door of an epoch by its hexadecimal text', () => {
  const epoch = doorEpoch('push', new Uint8Array(12).fill(7));
  expect(epoch).toHaveLength(16);
  expect(hex(epoch)).toBe(`70757368${'07'.repeat(12)}`);
  expect(doorOf(hex(epoch))).toBe('push');
  expect(doorOf(hex(doorEpoch('import', new Uint8Array(20))))).toBe('import');
  expect(doorOf(hex(doorEpoch('restore', new Uint8Array(12))))).toBe('restore');
  expect(doorOf('00'.repeat(16))).toBeUndefined();
});
