import { expect, it } from 'vitest';
import { doorEpoch, doorOf, doorOfBytes } from './door-epoch.ts';

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

it('tells the same of its bytes, wherever they lie', () => {
  for (const door of ['push', 'import', 'restore', 'prometheus', 'replay'] as const) {
    const epoch = doorEpoch(door, new Uint8Array(12).fill(9));
    expect([doorOfBytes(epoch), doorOfBytes(Uint8Array.of(1, 2, ...epoch).subarray(2)), doorOf(hex(epoch))]).toEqual([door, door, door]);
  }
  for (const epoch of [new Uint8Array(16), new Uint8Array(0), Uint8Array.of(0x70, 0x75, 0x73), new Uint8Array(16).fill(255)])
    expect([doorOfBytes(epoch), doorOf(hex(epoch))]).toEqual([undefined, undefined]);
  expect(doorOf('no epoch at all')).toBeUndefined();
});
