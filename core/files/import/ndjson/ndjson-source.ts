// A file of JSON objects, one a line, as a source of rows.
import { open } from 'node:fs/promises';
import { MusterError } from '../../../common/muster-error.ts';
import { fingerprint } from '../fingerprint.ts';
import { FoldRows } from '../fold-rows.ts';
import { type ImportMapping, planMapping, type WantedMapping } from '../import-mapping.ts';
import type { ImportSource } from '../import-source.ts';
import { hasChanges } from '../time/time-zone.ts';
import { cellOf, type Line, ownValue, parseLine } from './json-line.ts';
import { KeySamples } from './key-samples.ts';
import { LineReader } from './line-reader.ts';
import { NdjsonImport } from './ndjson-import.ts';

/** Throws `malformed` where the first line is no object. */
export async function openNdjson(path: string): Promise<ImportSource> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const keys = await readKeys(path);
    const { headers, cells, texts, nested } = keys;
    const plan = (wanted: WantedMapping): ImportMapping => {
      if (nested !== undefined && wanted.fields.length === 0) throw nested;
      const shown = cells.map((some) => some[0] ?? '');
      return planMapping(headers, [shown], wanted, path, texts, { cells });
    };
    return {
      path,
      bytes: size,
      format: 'ndjson',
      description: 'NDJSON',
      fingerprint: await fingerprint(file, size),
      plan,
      read: async (options, from) => {
        const folds = await findFolds(path, headers, options.mapping);
        return new NdjsonImport(headers, options, await LineReader.open(path, from, options.pieceBytes), folds);
      },
      newestUs: (mapping) => newestUs(path, mapping, headers),
      // What cannot be read on was thrown when its keys were looked for.
      assertReadable: async () => undefined,
    };
  } finally {
    await file.close();
  }
}

/** Looks through the whole file: a key may first come in its last line. */
async function readKeys(path: string): Promise<KeySamples> {
  const keys = new KeySamples(path);
  await eachLine(path, (text, row) => {
    const line = parseLine(text);
    if (typeof line !== 'string') keys.add(line, row);
    // The first line says what kind of file it is; a bad one further down costs itself.
    else if (keys.rows === 0) throw new MusterError('malformed', `row ${row} of ${path}: ${line}`);
  });
  return keys;
}

/** Which pass of the hour a row is of, where clocks were set back. */
async function findFolds(path: string, headers: readonly string[], mapping: ImportMapping): Promise<ReadonlyMap<number, boolean>> {
  const { time, node, tags } = mapping;
  if (!hasChanges(time.zone)) return new Map();
  let fold: [firstUs: number, secondUs: number] | undefined;
  const toTime = NdjsonImport.timeOf(mapping, (firstUs, secondUs) => {
    fold = [firstUs, secondUs];
    return firstUs;
  });
  const keyOf = (column: number): string => headers[column]!;
  const eachTime = (look: (line: Line, us: number, row: number) => void): Promise<void> =>
    eachLine(path, (text, row) => {
      const line = parseLine(text);
      if (typeof line !== 'string') look(line, toTime(ownValue(line, keyOf(time.column))), row);
    });
  await eachTime(() => undefined);
  if (fold === undefined) return new Map();
  const named = [...(node.column < 0 ? [] : [node.column]), ...tags.map((tag) => tag.column)].map(keyOf);
  const rows = new FoldRows();
  fold = undefined;
  await eachTime((line, us, row) => {
    if (!Number.isNaN(us)) rows.add(JSON.stringify(named.map((key) => cellOf(ownValue(line, key)))), row, us, ...(fold ?? []));
    fold = undefined;
  });
  return rows.choices();
}

async function newestUs(path: string, mapping: ImportMapping, headers: readonly string[]): Promise<number> {
  const key = headers[mapping.time.column]!;
  const toTime = NdjsonImport.timeOf(mapping, (_, secondUs) => secondUs);
  let newest = Number.NEGATIVE_INFINITY;
  await eachLine(path, (text) => {
    const line = parseLine(text);
    if (typeof line !== 'string') newest = Math.max(newest, toTime(ownValue(line, key)) || Number.NEGATIVE_INFINITY);
  });
  return Number.isFinite(newest) ? newest : Number.NaN;
}

async function eachLine(path: string, look: (text: string, row: number) => void): Promise<void> {
  const lines = await LineReader.open(path);
  try {
    while (await lines.next(look)) {
      // Each call looks at one piece of the file.
    }
  } finally {
    await lines.close();
  }
}
