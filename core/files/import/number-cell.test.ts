import { expect, it } from 'vitest';
import { decimalSign, hasDecimalComma, NOT_A_NUMBER, NOT_EXACT, numberOf, withUnit } from './number-cell.ts';

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
  const isLost = (text: string): boolean => /^-?\d+$/.test(text) && !Number.isSafeInteger(Number(text));
  for (const text of texts) expect(Object.is(read(text), isLost(text) ? NOT_EXACT : Number(text)), text).toBe(true);
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

const of = (text: string, comma = false): number => {
  const bytes = Buffer.from(text);
  return numberOf(bytes, 0, bytes.length, comma);
};

it.each([
  ...[
    '',
    ' ',
    'NA',
    'N/A',
    '#N/A',
    'null',
    'NULL',
    'None',
    'nan',
    'NaN',
    '-',
    '?',
    '\\N',
    '<NA>',
    '(null)',
    'NaT',
    '#DIV/0!',
    '—',
    ' NAN ',
  ],
])('takes %j for no value', (word) => expect(of(word)).toBeNaN());

it('refuses what is infinite, and an integer whose last digits a double has no place for', () => {
  for (const text of ['inf', '-inf', 'Infinity', '1e999', 'fast', '0x10', '1_000', '5 %', '1.2.3']) expect(of(text)).toBe(NOT_A_NUMBER);
  for (const text of ['9007199254740993', '-9007199254740993', '18446744073709551615', '9007199254740992', '9 007 199 254 740 993'])
    expect(of(text)).toBe(NOT_EXACT);
  expect(of('9007199254740991')).toBe(2 ** 53 - 1);
  expect(of('1e20')).toBe(1e20);
  expect(of('9007199254740994.0')).toBe(9007199254740994);
});

it('reads thousands by one rule, and never a point for a comma', () => {
  expect([
    of(' 7 '),
    of('7\u00a0'),
    of('\u22125.5'),
    of('1,034'),
    of('1,234,567.5'),
    of("1'234.5"),
    of('1 234.5'),
    of('1\u202f234'),
  ]).toEqual([...[7, 7, -5.5, 1034, 1_234_567.5, 1234.5, 1234.5, 1234]]);
  expect([of('1.034', true), of('1.034,5', true), of('12,5', true), of('-1.234.567,25', true), of('1 234,5', true)]).toEqual([
    ...[1034, 1034.5, 12.5, -1_234_567.25, 1234.5],
  ]);
  for (const text of ['1.5', '0.500', '1.0345', '12.34,5', '1,034,5']) expect(of(text, true)).toBe(NOT_A_NUMBER);
  for (const text of ['1,5', '0,500', '1,23,456', '1.034,5', '12,34.5', "1'234,567.0"]) expect(of(text)).toBe(NOT_A_NUMBER);
});

it('tells the decimal sign of a file', () => {
  const comma = (delimiter: string, ...cells: string[]): boolean => hasDecimalComma(cells, delimiter);
  expect(comma(';', '12,5', '1.034')).toBe(true);
  expect(comma(';', '1.034,5')).toBe(true);
  expect(comma(';', '12,5', '1.5')).toBe(false);
  expect(comma(';', '1,034')).toBe(true);
  expect(comma(',', '1,034')).toBe(false);
  expect(comma(',', '0,5', 'x')).toBe(true);
  expect(comma(';', '1,034.5', '1.5')).toBe(false);
  expect(comma(';', '5,5 %')).toBe(true);
  expect(comma(';', '30.11.2026', '10.0.0.1', 'v1,5')).toBe(false);
});

it('splits a number from its unit', () => {
  expect(
    ['5 %', '12.5ms', '34°C', '-3 kB/s', '1,034 rpm', '5 A', '2 GiB', '7 req/s', '3 µs'].map((cell) => withUnit(cell, false)?.unit),
  ).toEqual([...['%', 'ms', '°C', 'kB/s', 'rpm', 'A', 'GiB', 'req/s', 'µs']]);
  for (const cell of ['12A', '5', 'web-1', '10.0.0.1', 'eth0', '5 apples and pears', '3h 5m', 'a 5 %'])
    expect(withUnit(cell, false)).toBeUndefined();
  expect(withUnit('1.034,5 %', true)?.number).toBe('1.034,5');
});

it('looks at a cell of a megabyte as quickly as at any other', () => {
  const cells = [' ', '1', '1 ', '1,', "1'", '.', '-', 'e', '1e', '%', '½'].map(
    (piece) => `1${piece.repeat(1_000_000 / piece.length)}xxxxxxxx`,
  );
  const before = process.cpuUsage();
  for (const cell of cells) {
    withUnit(cell, true);
    hasDecimalComma([cell], ';');
    of(cell);
    of(cell, true);
  }
  // Of the processor: the clock on the wall goes on beside other work.
  expect(process.cpuUsage(before).user / 1000).toBeLessThan(2000);
});

it.each([
  [['1.5'], ';', 'point'],
  [['1,5'], ';', 'comma'],
  [['1,5', '1.5'], ';', 'point'],
  [['1.034'], ';', 'point'],
  [['1,034'], ';', 'comma'],
  [['1,034'], ',', 'point'],
  [['1,034', '2.034'], ';', 'point'],
  [['0,034'], ',', 'comma'],
  [['1.034,5'], ',', 'comma'],
  [['1,034.5'], ';', 'point'],
  [['5', 'x', ''], ';', undefined],
  [['1,034,567'], ';', undefined],
  [[`${'1'.repeat(500)},5`], ';', undefined],
] as const)('the decimal sign of %j between %j is %s', (cells, delimiter, sign) => {
  expect(decimalSign(cells, delimiter)).toBe(sign);
});
