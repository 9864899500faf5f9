// The hour that comes twice, in each format: the same rows have the same times, or are refused alike.
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ByteWriter, ParquetWriter } from 'hyparquet-writer';
import { expect, it } from 'vitest';
import { BatchBuilder } from './batch-builder.ts';
import { openSource } from './open-source.ts';

const folder = mkdtempSync(join(tmpdir(), 'muster-folds-'));
const DAY_US = Date.UTC(2026, 9, 25) * 1000;
const MINUTE_US = 60_000_000;

type Row = readonly [host: string, clock: string];

const usOf = (clock: string): number => {
  const [hour = 0, minute = 0] = clock.split(':').map(Number);
  return DAY_US + (hour * 60 + minute) * MINUTE_US;
};

type Formats = Record<string, (rows: readonly Row[]) => Promise<string>>;
const FORMATS: Formats = {
  csv: async (rows) => file('a.csv', `time,host,v\n${rows.map(([host, clock], i) => `2026-10-25 ${clock}:00,${host},${i}`).join('\n')}\n`),
  ndjson: async (rows) =>
    file('a.ndjson', rows.map(([host, clock], v) => JSON.stringify({ time: `2026-10-25 ${clock}:00`, host, v })).join('\n')),
  'parquet of local times': (rows) =>
    parquet(rows, {
      element: { type: 'INT64', logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: false, unit: 'MICROS' } },
      data: rows.map(([, clock]) => BigInt(usOf(clock))),
    }),
  'parquet of texts': (rows) =>
    parquet(rows, {
      element: { type: 'BYTE_ARRAY', converted_type: 'UTF8' },
      data: rows.map(([, clock]) => `2026-10-25 ${clock}:00`),
    }),
};

function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

async function parquet(rows: readonly Row[], time: { element: object; data: unknown[] }): Promise<string> {
  const bytes = new ByteWriter();
  const writer = new ParquetWriter({
    writer: bytes,
    schema: [
      { name: 'root', num_children: 3 },
      { name: 'time', repetition_type: 'REQUIRED', ...time.element },
      { name: 'host', repetition_type: 'REQUIRED', type: 'BYTE_ARRAY', converted_type: 'UTF8' },
      { name: 'v', repetition_type: 'REQUIRED', type: 'DOUBLE' },
    ],
  });
  // Row groups of three: what tells the passes lies in several.
  for (let from = 0; from < rows.length; from += 3) {
    const part = <T>(all: readonly T[]): T[] => all.slice(from, from + 3);
    const columnData = [
      { name: 'time', data: part(time.data) },
      { name: 'host', data: part(rows.map(([host]) => host)) },
      { name: 'v', data: part(rows.map((_, i) => i)) },
    ];
    await writer.write({ columnData: columnData as Parameters<ParquetWriter['write']>[0]['columnData'] });
  }
  await writer.finish();
  return file('a.parquet', bytes.getBytes());
}

/** By `v`, minutes of UTC since midnight; and the rows that were refused. */
async function read(path: string) {
  const source = await openSource(path);
  const mapping = source.plan({
    ...{ timeColumn: 'time', timeFormat: '', timeZone: 'Europe/Berlin', nodeColumn: '', node: 'n', measurement: 'm' },
    ...{ tags: ['host'], fields: ['v'], texts: [] },
  });
  const minutes: number[] = [];
  const refused: string[] = [];
  const builder = new BatchBuilder({
    ...{ measurement: 'm', tags: ['host'], fields: ['v'], identity: 'x' },
    onBatch: ({ frame }) => {
      for (const [row, us] of frame.timeUs.entries()) minutes[frame.values[row] as number] = (us - DAY_US) / MINUTE_US;
    },
  });
  const window = { oldestUs: 0, newestUs: Number.MAX_SAFE_INTEGER };
  const reader = await source.read({ builder, mapping, shiftUs: 0, window, onRefused: ({ reason }) => refused.push(reason) });
  while (await reader.next()) {
    // Each call reads a piece.
  }
  builder.flush();
  await reader.close();
  return { minutes, refused, newest: ((await source.newestUs(mapping)) - DAY_US) / MINUTE_US };
}

const clocks = (host: string, ...times: string[]): Row[] => times.map((clock) => [host, clock]);

it.each(Object.keys(FORMATS))('tells the passes by the order of the rows of each series: %s', async (format) => {
  const [a, b] = ['a', 'b'].map((host) => clocks(host, '01:30', '02:00', '02:30', '02:00', '02:30', '03:00')) as [Row[], Row[]];
  const { minutes, refused, newest } = await read(await (FORMATS[format] as Formats[string])([...a, ...b]));
  expect(refused).toEqual([]);
  expect(minutes).toEqual([-30, 0, 30, 60, 90, 120, -30, 0, 30, 60, 90, 120]);
  expect(newest).toBe(120);
});

it.each(Object.keys(FORMATS))('refuses by number what the order does not tell, and what no clock showed: %s', async (format) => {
  const { minutes, refused } = await read(await (FORMATS[format] as Formats[string])(clocks('a', '01:30', '02:00', '02:30', '03:00')));
  expect([minutes[0], minutes[3]]).toEqual([-30, 120]);
  const firstRow = format === 'csv' ? 2 : 1;
  expect(refused).toEqual(
    [1, 2].map((i) => expect.stringMatching(new RegExp(`^row ${firstRow + i}: time is .*comes twice in Europe/Berlin`))),
  );
});
