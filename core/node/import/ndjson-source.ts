// A file of JSON objects, one a line, as a source of rows.
import { open } from 'node:fs/promises';
import { MusterError } from '../../common/muster-error.ts';
import { fingerprint } from './fingerprint.ts';
import { type ImportMapping, planMapping, type WantedMapping } from './import-mapping.ts';
import type { ImportSource } from './import-source.ts';
import { LineReader } from './line-reader.ts';
import { cellOf, NdjsonImport, parseLine } from './ndjson-import.ts';

const SAMPLE_ROWS = 1000;

/** Throws `malformed` where the first line is no object. */
export async function openNdjson(path: string): Promise<ImportSource> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const { headers, rows, texts, nested } = await readSamples(path);
    const plan = (wanted: WantedMapping): ImportMapping => {
      if (nested !== undefined && wanted.fields.length === 0) throw nested;
      return planMapping(headers, rows, wanted, path, texts);
    };
    return {
      path,
      bytes: size,
      format: 'ndjson',
      description: 'NDJSON',
      fingerprint: await fingerprint(file, size),
      plan,
      read: async (options, from) => new NdjsonImport(headers, options, await LineReader.open(path, from, options.pieceBytes)),
      newestUs: (mapping) => newestUs(path, mapping, headers),
      assertReadable: async (mapping) => void (await newestUs(path, mapping, headers)),
    };
  } finally {
    await file.close();
  }
}

interface Samples {
  headers: string[];
  rows: string[][];
  /** Keys whose values are all texts. */
  texts: ReadonlySet<number>;
  nested: MusterError | undefined;
}

/** Keys in the order in which they first come, and the first rows as texts. */
async function readSamples(path: string): Promise<Samples> {
  const headers = new Map<string, number>();
  const objects: Record<string, unknown>[] = [];
  let nested: MusterError | undefined;
  const lines = await LineReader.open(path);
  try {
    for (let more = true; more && objects.length < SAMPLE_ROWS; ) {
      more = await lines.next((line, row) => {
        const object = parseLine(line);
        // The first line says what kind of file it is; a bad one further down costs itself.
        if (typeof object === 'string') {
          if (objects.length === 0) throw new MusterError('malformed', `row ${row} of ${path}: ${object}`);
          return;
        }
        for (const [key, value] of Object.entries(object)) {
          if (typeof value === 'object' && value !== null)
            nested ??= new MusterError(
              'invalid_argument',
              `row ${row} of ${path} has ${JSON.stringify(key)} with ${Array.isArray(value) ? 'a list' : 'an object'} in it: flatten it, or name the keys to take with --fields and --tags`,
            );
          else if (!headers.has(key)) headers.set(key, headers.size);
        }
        objects.push(object);
      });
    }
  } finally {
    await lines.close();
  }
  const keys = [...headers.keys()];
  const isText = (key: string): boolean => objects.every((object) => typeof (object[key] ?? '') === 'string');
  return {
    headers: keys,
    rows: objects.map((object) => keys.map((key) => cellOf(object[key]))),
    texts: new Set(keys.flatMap((key, i) => (isText(key) ? [i] : []))),
    nested,
  };
}

async function newestUs(path: string, mapping: ImportMapping, headers: readonly string[]): Promise<number> {
  const key = headers[mapping.time.column] as string;
  const toTime = NdjsonImport.timeOf(mapping);
  let newest = Number.NEGATIVE_INFINITY;
  const lines = await LineReader.open(path);
  const look = (line: string): void => {
    const object = parseLine(line);
    if (typeof object !== 'string') newest = Math.max(newest, toTime(object[key]) || Number.NEGATIVE_INFINITY);
  };
  try {
    while (await lines.next(look)) {
      // Each call looks at one piece of the file.
    }
  } finally {
    await lines.close();
  }
  return Number.isFinite(newest) ? newest : Number.NaN;
}
