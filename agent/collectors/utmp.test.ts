import { expect, test } from 'vitest';
import { parseUtmp } from './utmp.ts';

/** `struct utmp` of glibc, with 32-bit or 64-bit session and time (bits/utmp.h). */
function record(bytes: 384 | 400, bigEndian: boolean, type: number, pid: number, user: string, host: string): Buffer {
  const one = Buffer.alloc(bytes);
  if (bigEndian) one.writeInt16BE(type, 0);
  else one.writeInt16LE(type, 0);
  if (bigEndian) one.writeInt32BE(pid, 4);
  else one.writeInt32LE(pid, 4);
  one.write('pts/0', 8);
  one.write('ts/0', 40);
  one.write(user, 44);
  one.write(host, 76);
  const seconds = 1_790_000_000;
  if (bytes === 384 && !bigEndian) one.writeInt32LE(seconds, 340);
  else if (bytes === 400 && !bigEndian) one.writeBigInt64LE(BigInt(seconds), 344);
  else if (bytes === 400) one.writeBigInt64BE(BigInt(seconds), 344);
  one.write('unused', bytes === 384 ? 364 : 376);
  return one;
}

const ALICE = { user: 'alice', remote: true, pid: 4000 };

test.each([
  ['x86-64, ppc64le', 384, false],
  ['arm64, riscv64, loong64', 400, false],
  ['s390x', 400, true],
  ['a big-endian machine with records shared by 32-bit programs', 384, true],
] as const)('records of %s: %s bytes', (_, bytes, bigEndian) => {
  const make = (type: number, pid: number, user: string, host: string): Buffer => record(bytes, bigEndian, type, pid, user, host);
  const records = [
    make(2, 0, 'reboot', '6.1.0'),
    make(7, 4000, 'alice', '198.51.100.7'),
    make(8, 4001, '', ''),
    make(7, 4002, 'bob', ':0'),
  ];
  const expected = [ALICE, { user: 'bob', remote: false, pid: 4002 }];
  expect(parseUtmp(Buffer.concat(records))).toEqual(expected);
  expect(parseUtmp(Buffer.concat([...records, Buffer.alloc(100)])), 'one cut short is left out').toEqual(expected);
  // 24 of 400 bytes are as long as 25 of 384.
  for (const count of [24, 25]) {
    const many = Array.from({ length: count }, (_, at) => make(7, 4000 + at, `user${at}`, 'long-host-name.example.org'));
    expect(parseUtmp(Buffer.concat(many)).map(({ user }) => user)).toEqual(many.map((_, at) => `user${at}`));
  }
  expect(parseUtmp(make(7, 4000, 'alice', '198.51.100.7'))).toEqual([ALICE]);
});

test('an empty file has no sessions; what holds something else is said to', () => {
  expect(parseUtmp(Buffer.alloc(0))).toEqual([]);
  expect(() => parseUtmp(Buffer.alloc(800, 'text'))).toThrow('800 bytes that are no records');
});
