import { expect, it } from 'vitest';
import { NOT_A_NUMBER, numberOf } from './number-cell.ts';

function read(text: string, comma = false) {
  const bytes = Buffer.from(`x${text},`);
  return numberOf(bytes, 1, bytes.length - 1, comma);
}

it('reads what Number reads, bit for bit', () => {
  const texts = [
    '0',
    '-0',
    '1',
    '-1.5',
    '+2',
    '.5',
    '5.',
    '0.1',
    '123456789012345',
    '0.000000000000001',
    '1e3',
    '2.5E-7',
    '5e-324',
    '1.797e308',
  ];
  for (let i = 0; i < 2000; i++) texts.push(String((Math.random() - 0.5) * 10 ** Math.floor(Math.random() * 40 - 20)));
  for (const text of texts) expect(Object.is(read(text), Number(text)), text).toBe(true);
});

it.each(['', ' ', 'NaN', 'null', 'N/A', '-'])('takes %j for an absent value', (text) => expect(read(text)).toBeNaN());

it.each(['x', '1_000', '0x10', 'Infinity', '1.2.3', '1,5', '12 apples'])('takes %j for no number', (text) =>
  expect(read(text)).toBe(NOT_A_NUMBER),
);

it('takes a decimal comma where it is told to', () => {
  expect(read('12,5', true)).toBe(12.5);
  expect(read('-0,125', true)).toBe(-0.125);
  expect(read('1,5e3', true)).toBe(1500);
});

it('takes the words for true and false', () => expect([read('true'), read('False')]).toEqual([1, 0]));
