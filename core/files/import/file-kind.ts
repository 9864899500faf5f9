// Files that are no CSV, Parquet or NDJSON, by their first bytes, and what to do with each.

/** Enough for every signature below: that of tar stands at 257. */
export const KIND_BYTES = 4096;

interface Kind {
  at?: number;
  begins: string;
  /** Follows "PATH is". */
  words: string;
}

const UNPACK = 'unpack it first, or pack it with gzip, which is read as it is';
const KINDS: readonly Kind[] = [
  { begins: 'PARE', words: 'encrypted Parquet: write it without encryption' },
  { begins: '\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1', words: 'a workbook of old Excel: save the sheet as CSV' },
  { begins: 'SQLite format 3\0', words: 'a SQLite database: write a table as CSV with sqlite3 -header -csv FILE "select * from TABLE"' },
  { at: 8, begins: 'DUCK', words: "a DuckDB database: write a table as Parquet with COPY table TO 'table.parquet'" },
  { begins: '\x28\xb5\x2f\xfd', words: `packed with zstd: ${UNPACK} (zstd -d)` },
  { begins: 'BZh', words: `packed with bzip2: ${UNPACK} (bunzip2)` },
  { begins: '\xfd7zXZ\0', words: `packed with xz: ${UNPACK} (unxz)` },
  { begins: '\x04\x22\x4d\x18', words: `packed with lz4: ${UNPACK} (lz4 -d)` },
  { begins: '\xff\x06\0\0sNaPpY', words: `packed with snappy: ${UNPACK}` },
  { begins: '\x1f\x9d', words: `packed with compress: ${UNPACK} (uncompress)` },
  { begins: '7z\xbc\xaf\x27\x1c', words: 'a 7z archive: unpack it first' },
  { begins: 'Rar!\x1a\x07', words: 'a RAR archive: unpack it first' },
  { at: 257, begins: 'ustar', words: 'a tar archive: unpack it first' },
  { begins: 'ARROW1\0\0', words: 'an Arrow (Feather) file: write it as Parquet' },
  { begins: '\xff\xff\xff\xff', words: 'a stream of Arrow: write it as Parquet' },
  { begins: 'FEA1', words: 'a Feather file: write it as Parquet' },
  { begins: 'ORC', words: 'an ORC file: write it as Parquet' },
  { begins: 'Obj\x01', words: 'an Avro file: write it as Parquet or NDJSON' },
  { begins: '\x89HDF\r\n\x1a\n', words: 'an HDF5 file: write it as Parquet or CSV' },
  { begins: 'CDF\x01', words: 'a NetCDF file: write it as CSV' },
  { begins: 'CDF\x02', words: 'a NetCDF file: write it as CSV' },
  { begins: 'MATLAB 5.0', words: 'a MATLAB file: write it as CSV' },
  { begins: '\x93NUMPY', words: 'an array of NumPy: write it as CSV with a header' },
  { begins: '\x80\x04\x95', words: 'a pickle of Python: write it as Parquet or CSV' },
  { begins: '\x80\x05\x95', words: 'a pickle of Python: write it as Parquet or CSV' },
  { begins: '%PDF', words: 'a PDF: a CSV, Parquet or NDJSON file is needed' },
  { begins: '{\\rtf', words: 'a rich text document: save it as CSV' },
  { begins: '\x89PNG', words: 'a picture: a CSV, Parquet or NDJSON file is needed' },
  { begins: '\xff\xd8\xff', words: 'a picture: a CSV, Parquet or NDJSON file is needed' },
  { begins: '\x7fELF', words: 'a program: a CSV, Parquet or NDJSON file is needed' },
  { begins: '\xff\xfe\0\0', words: 'written in UTF-32: save it as UTF-8' },
  { begins: '\0\0\xfe\xff', words: 'written in UTF-32: save it as UTF-8' },
];

const ZIP = ['PK\x03\x04', 'PK\x05\x06', 'PK\x07\x08'];

/** What a file is that cannot be read, and what to do, as the end of a sentence that begins with its path; undefined for one that may be read. */
export function foreignKind(head: Buffer): string | undefined {
  const text = head.toString('latin1');
  const kind = KINDS.find(({ at = 0, begins }) => text.startsWith(begins, at) && (!/^\w+$/.test(begins) || hasControls(head)));
  if (kind !== undefined) return kind.words;
  if (ZIP.some((begins) => text.startsWith(begins))) return zipKind(text);
  const start = text.replace(/^(\xef\xbb\xbf)?\s+|^\xef\xbb\xbf/, '');
  if (/^\[\s*(\{|\[|\]|"|-?\d)/.test(start) && !/^\[[^\]\n]*\][,;\t|]/.test(start))
    return "one JSON list: write one object a line, for example with jq -c '.[]' FILE > FILE.ndjson";
  if (/^<\?xml|^<!doctype|^<html|^<table/i.test(start)) return 'XML or HTML: save the table as CSV';
  return isBinary(head) ? 'no text: a CSV, Parquet or NDJSON file is needed' : undefined;
}

function zipKind(text: string): string {
  if (/xl\/|\[Content_Types\]\.xml/.test(text)) return 'an Excel workbook: save the sheet as CSV UTF-8';
  if (text.includes('opendocument.spreadsheet')) return 'an OpenDocument spreadsheet: save the sheet as CSV';
  return text.includes('.npy') ? 'arrays of NumPy: write them as CSV with a header' : 'a zip archive: unpack it first';
}

/** A header may begin with letters that are a signature elsewhere. */
function hasControls(head: Buffer): boolean {
  return head.some((byte) => byte < 0x09);
}

/** One control character in ten, other than those that files separate rows and cells by. UTF-16 has zeros in every other byte alone. */
function isBinary(head: Buffer): boolean {
  const bytes = head.subarray(0, KIND_BYTES);
  let controls = 0;
  const zeros = [0, 0];
  for (const [at, byte] of bytes.entries()) {
    if (byte === 0) zeros[at % 2] = zeros[at % 2]! + 1;
    else if (byte < 0x20 && !(byte >= 0x09 && byte <= 0x0d) && byte !== 0x01 && byte < 0x1c) controls++;
  }
  const [even = 0, odd = 0] = zeros;
  const isWide = Math.max(even, odd) > 4 * Math.min(even, odd) && (head[0] === 0xff || head[0] === 0xfe || even + odd > bytes.length / 4);
  return controls * 10 > bytes.length || (!isWide && (even + odd) * 10 > bytes.length);
}
