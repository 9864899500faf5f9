import { expect, it } from 'vitest';
import { HybridRuns } from './hybrid-runs.ts';

function all(bytes: number[], width: number, count: number, pieces = count): number[] {
  const runs = new HybridRuns(Uint8Array.from(bytes), 0, bytes.length, width);
  const into = new Uint32Array(count);
  for (let at = 0; at < count; at += pieces) runs.read(into, at, Math.min(pieces, count - at));
  return [...into];
}

/** Bit-packed, as the format has it: the lowest bit first. */
function packed(values: number[], width: number): number[] {
  const bytes = new Array<number>(Math.ceil((values.length * width) / 8)).fill(0);
  for (const [i, value] of values.entries())
    for (let bit = 0; bit < width; bit++) {
      const at = i * width + bit;
      if ((BigInt(value) >> BigInt(bit)) & 1n) bytes[at >> 3] = (bytes[at >> 3] as number) | (1 << (at & 7));
    }
  return bytes;
}

it('reads one value for many, of as many bytes as its width needs', () => {
  expect(all([5 << 1, 3], 2, 5)).toEqual([3, 3, 3, 3, 3]);
  expect(all([2 << 1, 0x34, 0x12], 13, 2)).toEqual([0x1234, 0x1234]);
  expect(all([1 << 1, 0xff, 0xff, 0xff, 0xff], 32, 1)).toEqual([4_294_967_295]);
  // A head of more than seven bits.
  expect(all([0x90, 0x03, 1], 1, 200)).toEqual(new Array(200).fill(1));
});

it.each([1, 2, 3, 5, 7, 8, 9, 13, 17, 24, 25, 27, 31, 32])('reads values of %i bits, whole and in pieces', (width) => {
  const most = 2 ** width;
  const values = Array.from({ length: 16 }, (_, i) => Math.floor(((most - 1) * ((i * 7) % 16)) / 15));
  const bytes = [(2 << 1) | 1, ...packed(values, width)];
  expect(all(bytes, width, 16)).toEqual(values);
  expect(all(bytes, width, 16, 3)).toEqual(values);
});

it('reads runs of both kinds behind each other', () => {
  expect(all([3 << 1, 1, (1 << 1) | 1, 0b10101010, 2 << 1, 0], 1, 13, 4)).toEqual([1, 1, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 0]);
});

it('reads nothing but zeros where values have no bits', () => {
  expect(all([(1 << 1) | 1], 0, 8)).toEqual(new Array(8).fill(0));
  expect(all([4 << 1], 0, 4)).toEqual([0, 0, 0, 0]);
});

it('reads plain booleans without a head', () => {
  const into = new Uint32Array(9);
  HybridRuns.bits(Uint8Array.of(9, 0b1010_0101, 1), 1).read(into, 0, 9);
  expect([...into]).toEqual([1, 0, 1, 0, 0, 1, 0, 1, 1]);
});

it.each([
  ['no head', [], 1, 1],
  ['a head that does not end', [0xff, 0xff, 0xff, 0xff, 0xff, 0xff], 1, 1],
  ['a value that is cut', [2 << 1, 1], 13, 2],
  ['bits that are cut', [(2 << 1) | 1, 0xff], 1, 16],
  ['fewer values than are asked for', [3 << 1, 1], 1, 4],
])('refuses %s', (_, bytes, width, count) => {
  expect(() => all(bytes, width, count)).toThrow('a page has fewer values than its head says');
});

it('refuses what lies outside of its page', () => {
  const bytes = new Uint8Array(4);
  expect(() => new HybridRuns(bytes, 0, 5, 1)).toThrow('does not fit its page');
  expect(() => new HybridRuns(bytes, 3, 2, 1)).toThrow('does not fit its page');
  expect(() => new HybridRuns(bytes, 0, 4, 33)).toThrow('does not fit its page');
  expect(() => new HybridRuns(bytes, 4, 4, 32)).not.toThrow();
});
