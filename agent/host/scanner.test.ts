import { expect, test } from 'vitest';
import { numberAfter, Scanner } from './scanner.ts';

test('numbers are read with their fraction and stop at the end of the line', () => {
  const scanner = new Scanner(Buffer.from('a 12 0.07\n3'));
  expect(scanner.number()).toBeNaN();
  expect(scanner.word()).toBe('a');
  expect(scanner.number()).toBe(12);
  expect(scanner.number()).toBe(0.07);
  expect(scanner.number()).toBeNaN();
  expect(scanner.nextLine()).toBe(true);
  expect(scanner.number()).toBe(3);
  expect(scanner.number()).toBeNaN();
  expect(scanner.done).toBe(true);
});

test('a key is found at the start of a line only', () => {
  const scanner = new Scanner(Buffer.from('xFree: 1\nFree: 2 kB\nLast: 3\n'));
  expect(numberAfter(scanner, 'Free:')).toBe(2);
  expect(numberAfter(scanner, 'Missing:')).toBeNaN();
  expect(numberAfter(scanner, 'Last:')).toBe(3);
});

test('a text is looked for on this line only', () => {
  const scanner = new Scanner(Buffer.from('some avg10=1.5\nfull avg60=2'));
  expect(scanner.seekInLine('avg60=')).toBe(false);
  expect(scanner.seekInLine('avg10=')).toBe(true);
  expect(scanner.number()).toBe(1.5);
});
