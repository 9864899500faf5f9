// How the times of a column are written, guessed from its first cells.
import { MusterError } from '../../../common/muster-error.ts';
import { shownHeader } from '../column-names.ts';
import { createTimeParser } from './time-cell.ts';
import { createPatternReader, type PatternReader } from './time-pattern.ts';

const MOST = 0.7;
/** Of a time in any notation. */
const MAX_TIME = 64;
/** Digits alone that are a date, longest first; a year between 1970 and 2100 and a day of the calendar tell them from seconds and milliseconds. */
const COMPACT = ['YYYYMMDDHHmmssSSSSSS', 'YYYYMMDDHHmmssSSS', 'YYYYMMDDHHmmss', 'YYYYMMDDHHmm', 'YYYYMMDDHH', 'YYYYMMDD'];
const DATES = [
  ...['DD.MM.YYYY', 'YYYY/MM/DD', 'YYYY-MM-DD', 'YYYY.MM.DD', 'DD/MM/YYYY', 'MM/DD/YYYY', 'DD-MM-YYYY', 'MM-DD-YYYY'],
  ...['DD MMM YYYY', 'DD-MMM-YYYY', 'DD/MMM/YYYY', 'DD. MMM YYYY', 'MMM DD YYYY', 'MMM DD, YYYY', 'YYYYMMDD', 'YYYY MMM DD'],
  ...['DD.MM.YY', 'DD/MM/YY', 'MM/DD/YY', 'DD-MM-YY', 'MM-DD-YY', 'DD-MMM-YY'],
];
const BETWEEN = [' ', 'T', ', ', ':', '_', '-'];
const CLOCKS = [
  ...['HH:mm:ss', 'HH:mm', 'HH:mm:ss.S', 'HH:mm:ss,S', 'HH:mm:ssZ', 'HH:mm:ss Z', 'HH:mm:ss.SZ', 'hh:mm:ss A', 'hh:mm A', 'hh:mm:ss.S A'],
  ...['hh:mm:ssA', 'hh:mmA', 'HHmmss', 'HHmm', 'HH.mm.ss', 'HH.mm', 'H'],
];
const WHOLE = ['ddd, DD MMM YYYY HH:mm:ss Z', 'ddd MMM DD HH:mm:ss YYYY', 'ddd MMM DD HH:mm:ss Z YYYY', 'ddd MMM DD YYYY HH:mm:ss'];
const PARTS = ['YYYY M D', 'YYYY M D H', 'YYYY M D H m', 'YYYY M D H m s'];

interface Candidate {
  format: string;
  read: PatternReader;
}

let made: Candidate[] | undefined;

/** Some two thousand, made once. */
function candidates(): readonly Candidate[] {
  made ??= [
    ...DATES.flatMap((date) => CLOCKS.flatMap((clock) => BETWEEN.map((between) => `${date}${between}${clock}`))),
    ...DATES,
    ...WHOLE,
    ...PARTS,
  ].map((format) => ({ format, read: createPatternReader(format) }));
  return made;
}

/** Throws `invalid_argument` where the cells do not tell. Every number of seconds since 1970 that a fleet can mean has its own size in each unit. */
export function guessFormat(header: string, cells: readonly string[]): string {
  if (cells.length === 0) return 'iso';
  const share = (read: (cell: string) => boolean): number => cells.filter(read).length / cells.length;
  const numbers = cells.filter((cell) => /^\d+([.,]\d+)?$/.test(cell));
  if (numbers.length >= cells.length * MOST) {
    const compact = COMPACT.find((format) => share(readsCompact(format)) >= MOST);
    if (compact !== undefined) return compact;
    const size = Number(numbers[0]!.replace(',', '.'));
    if (size >= 1e8 && size < 1e11) return 's';
    if (size >= 1e11 && size < 1e14) return 'ms';
    if (size >= 1e14 && size < 1e17) return 'us';
    if (size >= 1e17) return 'ns';
    throw new MusterError(
      'invalid_argument',
      `${header} is ${shownHeader(numbers[0] as string)} in one of the first rows: name its unit with --time-format s, ms, us or ns, or another column with --time`,
    );
  }
  const iso = createTimeParser('iso', 'UTC');
  if (share((cell) => !Number.isNaN(iso(Buffer.from(cell), 0, Buffer.byteLength(cell)))) >= MOST) return 'iso';
  return guessPattern(header, cells);
}

function readsCompact(format: string): (cell: string) => boolean {
  const read = createPatternReader(format);
  return (cell) => {
    const year = Number(cell.slice(0, 4));
    return cell.length === format.length && year >= 1970 && year <= 2100 && read(cell) !== undefined;
  };
}

function guessPattern(header: string, cells: readonly string[]): string {
  const [sample = ''] = cells.filter((cell) => cell.length <= MAX_TIME);
  const count = ({ read }: Candidate): number => cells.filter((cell) => cell.length <= MAX_TIME && read(cell) !== undefined).length;
  // One that reads not even one of three cells has nothing to do with them.
  const few = [sample, cells[Math.floor(cells.length / 2)]!, cells.at(-1) as string].filter((cell) => cell.length <= MAX_TIME);
  const fitting = candidates()
    .filter(({ read }) => few.some((cell) => read(cell) !== undefined))
    .map((candidate) => ({ ...candidate, count: count(candidate) }))
    .filter((candidate) => candidate.count >= cells.length * MOST);
  const best = fitting.reduce<(typeof fitting)[number] | undefined>((a, b) => (a === undefined || b.count > a.count ? b : a), undefined);
  if (best === undefined) {
    const culprit = unlikeOthers(cells) ?? sample;
    throw new MusterError(
      'invalid_argument',
      `${header} is ${shownHeader(culprit)}${culprit === cells[0] ? ' in the first row' : ', unlike others'}: name its format with --time-format, such as DD/MM/YYYY HH:mm:ss, or another column with --time`,
    );
  }
  // 11/12/2026 may be a day of November or of December: that is not for us to decide, unless some day of the file is beyond the 12th.
  const twin = dayAndMonthSwapped(best.format);
  if (twin !== undefined && fitting.some(({ format, count: other }) => format === twin && other === best.count)) {
    throw new MusterError(
      'invalid_argument',
      `${header} is ${shownHeader(sample)} in the first row, and no row tells day from month: name its format with --time-format, ${best.format} or ${twin}`,
    );
  }
  return best.format;
}

/** The first cell that the notation of most of the others does not read; undefined where none of ours reads any. */
function unlikeOthers(cells: readonly string[]): string | undefined {
  const iso = createTimeParser('iso', 'UTC');
  const short = cells.filter((cell) => cell.length <= MAX_TIME).slice(0, 100);
  const readers = [
    (cell: string) => !Number.isNaN(iso(Buffer.from(cell), 0, Buffer.byteLength(cell))),
    ...candidates().map(
      ({ read }) =>
        (cell: string) =>
          read(cell) !== undefined,
    ),
  ];
  let [most, best] = [0, readers[0]];
  for (const reads of readers) {
    const count = short.filter(reads).length;
    if (count > most) [most, best] = [count, reads];
  }
  return most === 0 ? undefined : cells.find((cell) => cell.length > MAX_TIME || !best?.(cell));
}

function dayAndMonthSwapped(format: string): string | undefined {
  if (/^DD([/-])MM\1/.test(format)) return format.replace(/^DD(.)MM/, 'MM$1DD');
  return /^MM([/-])DD\1/.test(format) ? format.replace(/^MM(.)DD/, 'DD$1MM') : undefined;
}
