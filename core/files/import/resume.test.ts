// An import that goes on in the middle makes the very batches that it would have made in one run, and keeps to its limit of rows.
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { BatchBuilder } from './batch-builder.ts';
import type { ReadOptions, SourcePosition } from './import-source.ts';
import { openSource } from './open-source.ts';

const folder = mkdtempSync(join(tmpdir(), 'muster-resume-'));
const FIRST_MS = Date.UTC(2026, 10, 20, 8);

interface Stop {
  position: SourcePosition;
  numbers: Record<string, number>;
  offered: Record<string, number>;
}

function write(name: string, line: (time: string, node: string, value: number) => string, head = ''): string {
  const path = join(folder, name);
  const lines = Array.from({ length: 2000 }, (_, i) => line(new Date(FIRST_MS + i * 1000).toISOString(), `n${i % 3}`, i * 1.25));
  writeFileSync(path, head + lines.join('\n'));
  return path;
}

/** The batches of each piece as text, and where the reader stood after it. */
async function read(path: string, from?: Stop, limit?: number): Promise<{ pieces: string[]; stops: Stop[] }> {
  const source = await openSource(path);
  const mapping = source.plan({
    ...{ timeColumn: '', timeFormat: '', timeZone: '', nodeColumn: '', node: '', tags: [], fields: [], texts: [], measurement: 'm' },
  });
  let batches: string[] = [];
  const builder = new BatchBuilder({
    ...{ measurement: 'm', tags: [], fields: mapping.fields.map((field) => field.name), identity: 'x' },
    onBatch: ({ nodeId, seq, frame }) => batches.push(`${nodeId} ${seq}: ${frame.timeUs.join()} ${frame.values.join()}`),
  });
  if (from !== undefined) builder.restore(from.numbers, from.offered);
  const options: ReadOptions = {
    ...{ builder, mapping, shiftUs: 0, pieceBytes: 4096, window: { oldestUs: 0, newestUs: Number.MAX_SAFE_INTEGER } },
    ...(limit === undefined ? {} : { maxRowsPerNode: limit }),
    onRefused: ({ reason }) => {
      throw new Error(reason);
    },
  };
  const reader = await source.read(options, from?.position);
  const pieces: string[] = [];
  const stops: Stop[] = [];
  for (let more = true; more; ) {
    more = await reader.next();
    builder.flush();
    if (batches.length > 0) {
      pieces.push(batches.join('\n'));
      stops.push({ position: { ...reader.position }, numbers: builder.numbers(), offered: builder.offered() });
    }
    batches = [];
  }
  await reader.close();
  return { pieces, stops };
}

const CSV = write('a.csv', (time, node, value) => `${time},${node},${value}`, '\ufefftime,node,value\n');
const NDJSON = write('a.ndjson', (time, node, value) => JSON.stringify({ time, node, value }));

it.each([CSV, NDJSON])('cuts the same batches of %s wherever it goes on', async (path) => {
  const { pieces, stops } = await read(path);
  expect(pieces.length).toBeGreaterThan(15);
  for (const [i, stop] of stops.entries()) expect((await read(path, stop)).pieces).toEqual(pieces.slice(i + 1));
});

it('counts the rows of a node over all runs where their number is limited', async () => {
  const { pieces, stops } = await read(CSV, undefined, 300);
  expect(pieces.length).toBeLessThan(15);
  for (const [i, stop] of stops.entries()) expect((await read(CSV, stop, 300)).pieces).toEqual(pieces.slice(i + 1));
});
