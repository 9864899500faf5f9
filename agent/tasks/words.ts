// Tables, sizes and times for the terminal of the machine itself.
import { inByteUnits, inTimeUnits } from '../../core/common/quantity.ts';

/** Rows with aligned columns; the last one is left ragged. */
export function tableLines(rows: readonly (readonly string[])[]): string[] {
  const widths: number[] = [];
  for (const row of rows) for (const [i, cell] of row.entries()) widths[i] = Math.max(widths[i] ?? 0, cell.length);
  return rows.map((row) =>
    row
      .map((cell, i) => (i === row.length - 1 ? cell : cell.padEnd(widths[i] as number)))
      .join('  ')
      .trimEnd(),
  );
}

/** `1.5 GiB`; `–` where there is none. */
export function toByteWords(bytes: number | null): string {
  if (bytes === null) return '–';
  const { value, unit } = inByteUnits(bytes);
  return `${unit === 'B' || value >= 100 ? Math.round(value) : value.toFixed(1)} ${unit}`;
}

/** `3 d 4 h`, `5 min`, `12 s`: the two largest units. */
export function toTimeWords(ms: number): string {
  return inTimeUnits(Math.max(0, Math.round(ms / 1000)));
}

/** Up to four characters that say something of any number. */
export function toNumberWords(value: number): string {
  if (Number.isInteger(value)) return String(value);
  return Math.abs(value) >= 100 ? value.toFixed(0) : value.toFixed(Math.abs(value) >= 1 ? 1 : 3);
}

/** A text of the machine as a terminal may show it: control characters would be commands to it. */
export function toPrintable(text: string): string {
  let shown = '';
  for (const character of text) {
    const code = character.codePointAt(0) as number;
    shown += code < 0x20 || (code >= 0x7f && code < 0xa0) ? '?' : character;
  }
  return shown;
}
