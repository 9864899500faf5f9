import { expect, it } from 'vitest';
import { isPlain } from './plain-rows.ts';

function look(text: string, pieceBytes: number): Promise<boolean> {
  const bytes = Buffer.from(text);
  let at = 0;
  return isPlain({
    next: async () => {
      const piece = bytes.subarray(at, at + pieceBytes);
      at += piece.length;
      return piece.length === 0 ? undefined : piece;
    },
  });
}

const ROW = `${'1,'.repeat(2000)}1\n`;
const LONG = `${'1,'.repeat(6000)}1\n`;

it.each([1000, 4001, 9999, 65_536])('passes short rows without quotes, in pieces of %i bytes', async (pieceBytes) => {
  expect(await look(ROW.repeat(50), pieceBytes)).toBe(true);
  expect(await look(`${ROW.repeat(50)}1,2`, pieceBytes)).toBe(true);
  expect(await look('', pieceBytes)).toBe(true);
});

it.each([1000, 4001, 9999, 65_536])('has a quote or a long row scanned, wherever it is, in pieces of %i bytes', async (pieceBytes) => {
  for (const before of [0, 1, 7]) {
    expect(await look(`${ROW.repeat(before)}"a\n${ROW}`, pieceBytes)).toBe(false);
    expect(await look(ROW.repeat(before) + LONG + ROW, pieceBytes)).toBe(false);
    expect(await look(ROW.repeat(before) + LONG.trimEnd(), pieceBytes)).toBe(false);
  }
});
