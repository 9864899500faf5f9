import { expect, test } from 'vitest';
import { encodingOf } from './csv-encoding.ts';

const of = (...bytes: number[]) => encodingOf(Buffer.from(bytes));

test.each([
  [[0xef, 0xbb, 0xbf, 0x61], 'utf-8', 3],
  [[0xff, 0xfe, 0x61, 0x00], 'utf-16le', 2],
  [[0xfe, 0xff, 0x00, 0x61], 'utf-16be', 2],
  // Half a mark, or another letter in its place, is none.
  [[0xff, 0x61, 0x62, 0x63], 'utf-8', 0],
  [[0x61, 0xfe, 0x62, 0x63], 'utf-8', 0],
  [[0xfe, 0x61, 0x62, 0x63], 'utf-8', 0],
  [[0x61, 0xff, 0x62, 0x63], 'utf-8', 0],
  [[0xef, 0xbb, 0x61, 0x62], 'utf-8', 0],
  [[0xef, 0x61, 0xbf, 0x62], 'utf-8', 0],
  // Latin letters without a mark.
  [[0x61, 0x00, 0x62, 0x00], 'utf-16le', 0],
  [[0x00, 0x61, 0x00, 0x62], 'utf-16be', 0],
  [[0x61, 0x00, 0x62], 'utf-8', 0],
  [[0x61, 0x00, 0x62, 0x63], 'utf-8', 0],
  [[0x00, 0x00, 0x00, 0x62], 'utf-8', 0],
  [[0x61, 0x62, 0x63, 0x64], 'utf-8', 0],
  [[], 'utf-8', 0],
])('%j begins a file in %s, after %i bytes', (bytes, encoding, markBytes) => {
  expect(of(...bytes)).toEqual({ encoding, markBytes });
});

test('what the caller names counts, and a mark of its own is left out', () => {
  const marked = Buffer.from([0xef, 0xbb, 0xbf, 0x61]);
  expect(encodingOf(marked, 'utf8')).toEqual({ encoding: 'utf-8', markBytes: 3 });
  expect(encodingOf(marked, 'shift_jis')).toEqual({ encoding: 'shift_jis', markBytes: 0 });
  expect(encodingOf(Buffer.from('a'), 'windows-1252')).toEqual({ encoding: 'latin1', markBytes: 0 });
  expect(() => encodingOf(Buffer.from('a'), 'klingon')).toThrow('encoding is "klingon": utf-8, windows-1252');
});
