import { expect, it } from 'vitest';
import { type Column, tableLines } from './table.ts';

interface Row {
  name: string;
  rows: number;
}
const COLUMNS: Column<Row>[] = [
  { header: 'NAME', text: ({ name }) => name, maxWidth: 8 },
  { header: 'ROWS', text: ({ rows }) => String(rows), align: 'right' },
];

it('aligns text to the left and numbers to the right', () => {
  expect(
    tableLines(COLUMNS, [
      { name: 'cpu', rows: 7 },
      { name: 'memory', rows: 12_000 },
    ]),
  ).toEqual(['NAME     ROWS', 'cpu         7', 'memory  12000']);
});

it('counts wide letters as two columns and cuts what is too long', () => {
  expect(
    tableLines(COLUMNS, [
      { name: '日本', rows: 1 },
      { name: 'a-very-long-name', rows: 2 },
    ]).slice(1),
  ).toEqual(['日本         1', 'a-very-…     2']);
});

it('shows what could move the cursor instead of obeying it', () => {
  const [, line] = tableLines(
    COLUMNS.slice(0, 1),
    [{ name: 'a\u001b[2J\n\u202eb', rows: 0 }].map((row) => ({ ...row, name: row.name })),
  );
  expect(line).toBe('a\\u{1b}…');
});

it('keeps the padding where a cell is coloured', () => {
  const paint = (text: string): string => `<${text}>`;
  const [, line] = tableLines([{ ...COLUMNS[0], paint } as Column<Row>, COLUMNS[1] as Column<Row>], [{ name: 'ab', rows: 1 }]);
  expect(line).toBe('<ab  >     1');
});
