import { parse } from 'csv-parse/sync';
import { expect, it } from 'vitest';
import { CsvScanner, cellText } from './csv-scanner.ts';

/** Rows of a text that is handed over in pieces of `size` bytes. */
function scan(text: string, size = 1_000_000, delimiter = ','): string[][] {
  const rows: string[][] = [];
  const scanner = new CsvScanner(delimiter, (row) => rows.push(Array.from({ length: row.cells }, (_, cell) => cellText(row, cell))));
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) scanner.push(bytes.subarray(at, at + size));
  scanner.end();
  return rows;
}

const HARD = 'a,b,c\r\n1,"x, y",\n"say ""hi""","two\r\nlines",é\n\n,,\n"",z,\r"last",line,no end';

it('reads quotes, newlines in fields, empty cells and every line end, however the bytes are cut', () => {
  const expected = [
    ['a', 'b', 'c'],
    ['1', 'x, y', ''],
    ['say "hi"', 'two\r\nlines', 'é'],
    ['', '', ''],
    ['', 'z', ''],
    ['last', 'line', 'no end'],
  ];
  for (const size of [1, 2, 3, 7, 1000]) expect(scan(HARD, size)).toEqual(expected);
});

it('agrees with csv-parse on files made at random', () => {
  const pieces = ['a', '1.5', '', '"q"', '"a,b"', '"x""y"', '"n\nl"', 'ü€😀'];
  let seed = 7;
  const random = (n: number): number => {
    seed = (seed * 1103515245 + 12345) & 0x7fffffff;
    return seed % n;
  };
  for (let run = 0; run < 300; run++) {
    const rows = Array.from({ length: 1 + random(5) }, () =>
      Array.from({ length: 2 + random(3) }, () => pieces[random(pieces.length)]).join(';'),
    );
    const text = rows.join('\r\n');
    const expected = parse(text, { delimiter: ';', relax_column_count: true, skip_empty_lines: true }) as string[][];
    expect(scan(text, 1 + random(9), ';'), JSON.stringify(text)).toEqual(expected);
  }
});

it('counts the bytes of whole rows, so that reading can go on there', () => {
  const scanner = new CsvScanner(',', () => undefined);
  scanner.push(Buffer.from('a,b\n1,2\n3,'));
  expect(scanner.offset).toBe(8);
});

it.each([
  ['"never closed\n1,2', 'row 1 has a quote that is never closed'],
  ['a,b\n"x"y,2\n', 'row 2 goes on after a closing quote'],
  ['x'.repeat(1_100_000), 'row 1 has more than 1048576 bytes'],
])('refuses %.20s', (text, words) => expect(() => scan(text, 65_536)).toThrow(words));
