import { expect, it } from 'vitest';
import { type ColumnKind, isMeasured, toNumbers, toTexts, toTimes } from './column-kind.ts';

const DAY_US = 86_400_000_000;
const HOUR_US = 3_600_000_000;
/** A zone two hours east. */
const east = (): number => 2 * HOUR_US;
const none = (): number => 0;
const NOON_1970 = { int96: (2_440_588n << 64n) | (BigInt(12 * 3600) * 1_000_000_000n) };

it.each<[string, ColumnKind, ArrayLike<unknown>, number]>([
  ['a local time', { is: 'time', unit: 'us', zoned: false }, BigInt64Array.of(12n * BigInt(HOUR_US)), 10 * HOUR_US],
  ['a time in UTC', { is: 'time', unit: 'us', zoned: true }, BigInt64Array.of(12n * BigInt(HOUR_US)), 12 * HOUR_US],
  ['a day', { is: 'day' }, Int32Array.of(1), DAY_US - 2 * HOUR_US],
  ['an INT96', { is: 'int96' }, [NOON_1970.int96], 10 * HOUR_US],
  ['a number that only the caller knows to be a time', { is: 'number', unsigned: false }, BigInt64Array.of(12n), 12],
])('%s is moved by the zone exactly where it names none', (_, kind, stored, us) => {
  expect([...toTimes(kind, stored as never, 'us', east)]).toEqual([us]);
});

it.each<['s' | 'ms' | 'us' | 'ns', bigint, number]>([
  ['s', 3n, 3e6],
  ['ms', 3n, 3000],
  ['us', 3n, 3],
  ['ns', 2999n, 2],
  // Before 1970 too, the microsecond that has begun.
  ['ns', -1n, -1],
  ['ns', -1000n, -1],
  ['ns', -1001n, -2],
])('whole %s: %s are %s µs', (unit, value, us) => {
  expect([...toTimes({ is: 'time', unit, zoned: true }, BigInt64Array.of(value) as never, 'us', none)]).toEqual([us]);
});

it.each<['s' | 'ms' | 'us' | 'ns', number, number]>([
  ['s', 1.2345678, 1_234_568],
  ['ms', 1.0004, 1000],
  ['us', 1.9, 1],
  ['ns', 1999, 1],
])('doubles of %s: %s are %s µs', (unit, value, us) => {
  expect([...toTimes({ is: 'number', unsigned: false }, Float64Array.of(value) as never, unit, none)]).toEqual([us]);
});

it('reads integers exactly or not at all', () => {
  const stored = BigInt64Array.of(9_007_199_254_740_991n, 9_007_199_254_740_992n, -9_007_199_254_740_991n, -9_007_199_254_740_992n, -1n);
  const most = Number.MAX_SAFE_INTEGER;
  expect([...toNumbers({ is: 'number', unsigned: false }, stored as never)]).toEqual([most, Infinity, -most, -Infinity, -1]);
  expect([...toNumbers({ is: 'number', unsigned: true }, stored.subarray(4) as never)]).toEqual([Infinity]);
});

it.each<[string, ColumnKind, ArrayLike<unknown>, string[]]>([
  ['a text', { is: 'text' }, [Buffer.from('Zürich')], ['Zürich']],
  ['a UUID', { is: 'uuid' }, [Buffer.from('00112233445566778899aabbccddeeff', 'hex')], ['00112233-4455-6677-8899-aabbccddeeff']],
  ['a boolean', { is: 'boolean' }, [true, false], ['true', 'false']],
  ['a day', { is: 'day' }, Int32Array.of(1), ['1970-01-02T00:00:00.000000Z']],
  ['a decimal', { is: 'decimal', scale: 2 }, Int32Array.of(12345), ['123.45']],
  ['an integer with a sign', { is: 'number', unsigned: false }, BigInt64Array.of(-1n), ['-1']],
  ['one without', { is: 'number', unsigned: true }, BigInt64Array.of(-1n), ['18446744073709551615']],
  ['a time of the day', { is: 'clock', unit: 'ms' }, Int32Array.of(45_296_789), ['12:34:56.789000']],
])('%s as a tag shows it', (_, kind, stored, texts) => expect(toTexts(kind, stored as never)).toEqual(texts));

it('takes for measured what is a number whatever its values are', () => {
  const kinds: ColumnKind[] = [
    ...[
      { is: 'number', unsigned: false } as const,
      { is: 'decimal', scale: 1 } as const,
      { is: 'half' } as const,
      { is: 'boolean' } as const,
    ],
    ...[{ is: 'text' } as const, { is: 'uuid' } as const, { is: 'day' } as const, { is: 'int96' } as const],
  ];
  expect(kinds.map(isMeasured)).toEqual([true, true, true, true, false, false, false, false]);
});
