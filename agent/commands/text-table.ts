// Lines of aligned columns, for output that people read.

/** Numbers stand to the right. The last column is not padded. */
export function tableText(header: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const cells = [header, ...rows.map((row) => row.map((cell) => (typeof cell === 'number' ? String(cell) : oneLine(cell))))];
  const widths = header.map((_, column) => cells.reduce((widest, row) => Math.max(widest, (row[column] ?? '').length), 0));
  const toRight = header.map((_, column) => rows.some((row) => typeof row[column] === 'number'));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) => (toRight[column] ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0)))
      .join('  ')
      .trimEnd();
  return `${cells.map(line).join('\n')}\n`;
}

/** A name with a line break must not look like a line of its own. */
function oneLine(text: string): string {
  return text.replace(/[\n\r\t]/g, ' ');
}
