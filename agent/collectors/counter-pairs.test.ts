import { expect, test } from 'vitest';
import { CounterPairs } from './counter-pairs.ts';

function read(pairs: CounterPairs, text: string): number[] {
  const values = new Float64Array(3);
  pairs.read(Buffer.from(text), values);
  return [...values];
}

test('columns are found by their names, in any order, and found anew when the kernel has other ones', () => {
  const pairs = new CounterPairs(['Tcp.InSegs', 'Udp.NoPorts', 'Tcp.New']);
  expect(read(pairs, 'Tcp: MaxConn InSegs\nTcp: -1 7\nUdp: InDatagrams NoPorts\nUdp: 1 2\n')).toEqual([7, 2, Number.NaN]);
  expect(read(pairs, 'Tcp: MaxConn InSegs\nTcp: -1 8\nUdp: InDatagrams NoPorts\nUdp: 1 3\n')).toEqual([8, 3, Number.NaN]);
  expect(read(pairs, 'IcmpMsg: InType3\nIcmpMsg: 2\nTcp: New MaxConn InSegs\nTcp: 5 -1 9\n')).toEqual([9, Number.NaN, 5]);
});

test('what is cut short or not there is absent', () => {
  const pairs = new CounterPairs(['Tcp.InSegs', 'Udp.NoPorts', 'Udp.InErrors']);
  expect(read(pairs, '')).toEqual([Number.NaN, Number.NaN, Number.NaN]);
  expect(read(pairs, 'Tcp: MaxConn InSegs\nTcp: 1\nUdp: NoPorts\n')).toEqual([Number.NaN, Number.NaN, Number.NaN]);
});
