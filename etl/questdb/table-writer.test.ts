import { expect, it } from 'vitest';
import type { EtlEvents } from '../events.ts';
import type { TableChunk } from '../telemetry/table-chunk.ts';
import type { QuestdbHttp, WriteAnswer } from './questdb-http.ts';
import { TableWriter } from './table-writer.ts';

const ROWS = 1000;

/** A chunk whose rows are their numbers, a line each. */
const CHUNK = {
  ...{ table: 'm', rows: ROWS, shape: { measurement: 'm', tags: [], fields: [], textFields: [] } },
  slice: (from: number, to: number) => Buffer.from(Array.from({ length: to - from }, (_, i) => `${from + i}\n`).join('')),
} as unknown as TableChunk;

function stage(answer: (rows: number[]) => WriteAnswer): { writer: TableWriter; stored: Set<number>; requests: () => number } {
  const stored = new Set<number>();
  let requests = 0;
  const database = {
    renewWrites: () => undefined,
    write: async (lines: Buffer) => {
      requests++;
      const rows = lines.toString().trim().split('\n').map(Number);
      const given = answer(rows);
      if (given.status === 204) for (const row of rows) stored.add(row);
      return given;
    },
  } as unknown as QuestdbHttp;
  const events = { writeRetried: () => undefined } as unknown as EtlEvents;
  return { writer: new TableWriter(database, async () => false, events, new AbortController().signal), stored, requests: () => requests };
}

it("finds the row that the database refuses by itself, with the database's words, and stores the others", async () => {
  const { writer, stored, requests } = stage((rows) =>
    rows.includes(123) ? { status: 400, words: 'bad row' } : { status: 204, words: '' },
  );
  const rejected: [number, string][] = [];
  await writer.store(CHUNK, (_, row, words) => rejected.push([row, words]));
  expect(rejected).toEqual([[123, 'bad row']]);
  expect(stored.size).toBe(ROWS - 1);
  expect(requests()).toBeLessThan(25);
});

it('sends the same rows again while the outcome is not certain', async () => {
  let failures = 2;
  const { writer, stored, requests } = stage(() => (failures-- > 0 ? { status: 503, words: 'busy' } : { status: 204, words: '' }));
  await writer.store(CHUNK, () => expect.unreachable());
  expect([stored.size, requests()]).toEqual([ROWS, 3]);
});
