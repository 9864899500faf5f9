// Tables for a terminal: aligned, numbers to the right, the unit in the header.
import { printable, visibleWidth } from './printable.ts';

export interface Column<Row> {
  header: string;
  /** What stands in the cell. Control characters in it are made visible. */
  text: (row: Row) => string;
  align?: 'left' | 'right';
  /** Colours the padded cell. */
  paint?: (text: string, row: Row) => string;
  /** Longer text is cut with `…`. */
  maxWidth?: number;
}

/** Header and rows as lines, without colour of their own but what `paint` gives. Trailing blanks are removed. */
export function tableLines<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  paintHeader = (text: string): string => text,
): string[] {
  const cells = rows.map((row) => columns.map((column) => cut(printable(column.text(row)), column.maxWidth)));
  const widths = columns.map((column, i) => Math.max(visibleWidth(column.header), ...cells.map((row) => visibleWidth(row[i] ?? ''))));
  const header = columns.map((column, i) => pad(column.header, widths[i] ?? 0, column.align));
  return [
    paintHeader(header.join('  ').trimEnd()),
    ...cells.map((row, r) =>
      columns
        .map((column, i) => {
          const last = i === columns.length - 1 && column.align !== 'right';
          const text = last ? (row[i] ?? '') : pad(row[i] ?? '', widths[i] ?? 0, column.align);
          return column.paint === undefined || text === '' ? text : column.paint(text, rows[r] as Row);
        })
        .join('  ')
        .trimEnd(),
    ),
  ];
}

function pad(text: string, width: number, align: 'left' | 'right' = 'left'): string {
  const blank = ' '.repeat(Math.max(0, width - visibleWidth(text)));
  return align === 'right' ? blank + text : text + blank;
}

function cut(text: string, maxWidth = Number.POSITIVE_INFINITY): string {
  if (visibleWidth(text) <= maxWidth) return text;
  let kept = '';
  for (const letter of text) {
    if (visibleWidth(kept + letter) > maxWidth - 1) break;
    kept += letter;
  }
  return `${kept}…`;
}
