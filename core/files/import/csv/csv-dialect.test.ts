import { expect, test } from 'vitest';
import { commonWidth, detectDialect, sampleRows } from './csv-dialect.ts';

const detect = (text: string, told = {}, whole = true) => detectDialect(Buffer.from(text), told, whole);
const rowsOf = (...widths: number[]) =>
  widths.map((width, i) => ({ cells: Array.from({ length: width }, () => 'x'), number: i + 1, offset: 0 }));

test.each([',', ';', '\t', '|', '^', '~', '\x1f', '\x01'])('%j separates cells', (delimiter) => {
  const text = ['time', 'host', 'v'].join(delimiter).concat('\n', ['2026-01-01', 'a', '1'].join(delimiter), '\n');
  expect(detect(text).delimiter).toBe(delimiter);
});

test('the delimiter that cuts the rows alike is the right one, of two that do the one that cuts more', () => {
  expect(detect('a;b\n1,5;2\n1;2\n').delimiter).toBe(';');
  expect(detect('a;b,c;d\n1;2,3;4\n').delimiter).toBe(';');
  expect(detect('alone\nalone\n').delimiter).toBe(',');
});

test('blanks separate cells only where nothing else does, three of them and in each row', () => {
  expect(detect('time host v\n2026 a 1\n').delimiter).toBe(' ');
  expect(detect('time v\n2026 1\n').delimiter).toBe(',');
  expect(detect('time host v\n2026 a\n').delimiter).toBe(',');
  expect(detect('a b c,d\n1 2 3,4\n').delimiter).toBe(',');
});

test('what is told is taken, and not looked for', () => {
  expect(detect('a,b\n1,2\n', { delimiter: ';' }).delimiter).toBe(';');
  expect(detect('a;b\n1,5;2\n', { decimalComma: false })).toMatchObject({ decimalComma: false, isSignUnclear: false });
  expect(detect('a;b\n1.5;2\n', { decimalComma: true })).toMatchObject({ decimalComma: true, isSignUnclear: false });
});

test('the decimal sign is told by the cells, and is unclear where none has one', () => {
  expect(detect('a;b\n1,5;x\n2,25;x\n')).toMatchObject({ delimiter: ';', decimalComma: true, isSignUnclear: false });
  expect(detect('a;b\n1.5;x\n')).toMatchObject({ decimalComma: false, isSignUnclear: false });
  expect(detect('a;b\n1,034;x\n')).toMatchObject({ decimalComma: true, isSignUnclear: false });
  expect(detect('a;b\n1;x\n')).toMatchObject({ decimalComma: false, isSignUnclear: true });
  expect(detect('a,b\n1,x\n').isSignUnclear).toBe(false);
});

test('blanks behind every delimiter belong to no cell; in some rows alone they do', () => {
  expect(detect('a, b\n1, 2\n3, 4\n').padded).toBe(true);
  expect(detect('a, b\n1, 2\n3,4\n').padded).toBe(false);
  expect(detect('a,b\n1, 2\n').padded).toBe(false);
  expect(detect('time host v\n2026 a 1\n').padded).toBe(false);
});

test('the width is what most rows have, the header’s where as many have another', () => {
  expect(commonWidth(rowsOf(1, 1, 1))).toBe(1);
  expect(commonWidth([])).toBe(1);
  expect(commonWidth(rowsOf(2, 3, 3))).toBe(3);
  expect(commonWidth(rowsOf(3, 2))).toBe(3);
  expect(commonWidth(rowsOf(2, 3))).toBe(2);
  expect(commonWidth(rowsOf(1, 1, 1, 2))).toBe(2);
});

test('whole rows are sampled with where they are, and the last without an end only of a whole file', () => {
  const text = Buffer.from('a,b\n1,2\n3,4');
  expect(sampleRows(text, ',')).toEqual([
    { cells: ['a', 'b'], number: 1, offset: 0 },
    { cells: ['1', '2'], number: 2, offset: 4 },
  ]);
  expect(sampleRows(text, ',', 100, true)).toHaveLength(3);
  expect(sampleRows(text, ',', 1, true)).toHaveLength(1);
  expect(sampleRows(Buffer.from('a,b'), ',').map(({ cells }) => cells)).toEqual([['a', 'b']]);
});
