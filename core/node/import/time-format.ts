// How the times of a column are written, guessed from its first cells.
import { MusterError } from '../../common/muster-error.ts';
import { createTimeParser } from './time-cell.ts';

const MOST = 0.7;

/** Every number of seconds since 1970 that a fleet can mean has its own size in each unit. */
export function guessFormat(header: string, cells: readonly string[]): string {
  if (cells.length === 0) return 'iso';
  const numbers = cells.filter((cell) => /^\d+(\.\d+)?$/.test(cell));
  if (numbers.length >= cells.length * MOST) {
    const size = Number(numbers[0]);
    if (size >= 1e8 && size < 1e11) return 's';
    if (size >= 1e11 && size < 1e14) return 'ms';
    if (size >= 1e14 && size < 1e17) return 'us';
    if (size >= 1e17) return 'ns';
    throw new MusterError(
      'invalid_argument',
      `${header} is ${numbers[0]} in one of the first rows: name its unit with --time-format s, ms, us or ns`,
    );
  }
  for (const format of ['iso', 'DD.MM.YYYY HH:mm:ss', 'DD.MM.YYYY HH:mm', 'YYYY/MM/DD HH:mm:ss']) {
    const parse = createTimeParser(format, 'UTC');
    const reads = (cell: string): boolean => !Number.isNaN(parse(Buffer.from(cell), 0, Buffer.byteLength(cell)));
    if (cells.filter(reads).length >= cells.length * MOST) return format;
  }
  // 11/12/2026 may be a day of November or of December: that is not for us to decide.
  throw new MusterError(
    'invalid_argument',
    `${header} is ${JSON.stringify(cells[0])} in the first row: name its format with --time-format, such as DD/MM/YYYY HH:mm:ss`,
  );
}
