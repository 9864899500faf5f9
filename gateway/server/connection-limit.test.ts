import { expect, test } from 'vitest';
import { connectionLimit, parseOpenFiles } from './connection-limit.ts';

const GIB = 1024 ** 3;

test.each([
  ['much of both', 64 * GIB, 1_000_000, 20_000],
  ['a container of 1 GiB', GIB, 1_000_000, 6553],
  ['few descriptors', 64 * GIB, 1024, 768],
  ['next to nothing', 100 * 1024 ** 2, 300, 256],
  ['no limit of descriptors', 2 * GIB, Number.POSITIVE_INFINITY, 13_107],
])('with %s', (_, memoryBytes, descriptors, limit) => {
  expect(connectionLimit({ memoryBytes, descriptors })).toBe(limit);
});

test('of this process it is between the least and the most', () => {
  expect(connectionLimit()).toBeGreaterThanOrEqual(256);
  expect(connectionLimit()).toBeLessThanOrEqual(20_000);
});

test('the limit of open files is read as Linux writes it', () => {
  const text =
    'Limit                     Soft Limit           Hard Limit           Units     \nMax open files            1024                 524288               files     \n';
  expect(parseOpenFiles(text)).toBe(1024);
  expect(parseOpenFiles(text.replace('1024 ', 'unlimited'))).toBe(Number.POSITIVE_INFINITY);
  expect(parseOpenFiles('')).toBe(Number.POSITIVE_INFINITY);
});
