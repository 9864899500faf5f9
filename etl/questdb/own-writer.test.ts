import { expect, it } from 'vitest';
import { MusterError } from '../../core/common/muster-error.ts';
import { OwnWriter, type OwnWriterParts } from './own-writer.ts';
import type { WriteAnswer } from './questdb-http.ts';
import { WriteProblems } from './write-problems.ts';

const STORED: WriteAnswer = { status: 204, words: '' };
const REFUSED: WriteAnswer = { status: 400, words: 'no such column' };

interface Staged {
  writer: OwnWriter<number>;
  problems: WriteProblems;
  stored: Set<number>;
  requests: () => number;
}

function stage(answer: (rows: number[]) => WriteAnswer, repair: OwnWriterParts['schema']['repair']): Staged {
  const stored = new Set<number>();
  const problems = new WriteProblems();
  let requests = 0;
  const write = async (lines: Buffer) => {
    requests++;
    const rows = [...lines.toString('latin1').matchAll(/n=(\d+)i/g)].map(([, row]) => Number(row));
    const given = answer(rows);
    if (given.status === 204) for (const row of rows) stored.add(row);
    return given;
  };
  const events = { writeRetried: () => undefined, retried: () => undefined };
  const database = { write, renewWrites: () => undefined };
  const parts = { database, schema: { repair }, problems, events, signal: new AbortController().signal };
  const put = new OwnWriter<number>(
    'events',
    (buffer, row) => {
      if (row === 13) throw new Error('13 is no row');
      buffer.table('events').intColumn('n', row).at(1, 'us');
    },
    parts,
  );
  return { writer: put, problems, stored, requests: () => requests };
}

const ROWS = Array.from({ length: 1000 }, (_, i) => i);

it('sets aside alone a row that the database refuses, and one of which no line can be made', async () => {
  const { writer, problems, stored, requests } = stage(
    (rows) => (rows.includes(500) ? REFUSED : STORED),
    async () => undefined,
  );
  const refused: [number, string][] = [];
  await writer.store(ROWS, (row, words) => refused.push([row, words]));
  expect(refused).toEqual([
    [13, '13 is no row'],
    [500, 'no such column'],
  ]);
  expect(stored.size).toBe(998);
  expect(requests()).toBeLessThan(25);
  expect(problems.problems).toEqual([]);
});

it('stores all rows after the table got what it lacked, and sets none aside', async () => {
  let whole = false;
  const { writer, stored } = stage(
    () => (whole ? STORED : REFUSED),
    async () => {
      whole = true;
      return undefined;
    },
  );
  await writer.store(ROWS.slice(0, 10), () => expect.unreachable());
  expect(stored.size).toBe(10);
});

it('holds on to the rows of a table that cannot be put right, says so, and stores them once somebody did', async () => {
  let looks = 0;
  const told: string[][] = [];
  const { writer, problems, stored } = stage(
    () => (looks > 2 ? STORED : REFUSED),
    async () => {
      told.push(problems.problems);
      return ++looks > 2 ? undefined : 'events is a view, and a table is needed';
    },
  );
  await writer.store(ROWS.slice(0, 10), () => expect.unreachable());
  expect(stored.size).toBe(10);
  expect(told[1]).toEqual([
    'the table events takes no rows, and what needs it waits in the stream: events is a view, and a table is needed',
  ]);
  expect(problems.problems).toEqual([]);
});

it('halves a request that takes too long, and grows again', async () => {
  const sizes: number[] = [];
  const { writer, stored } = stage(
    (rows) => {
      sizes.push(rows.length);
      if (rows.length > 2500) throw new MusterError('deadline_exceeded', 'no answer within 60000 ms');
      return STORED;
    },
    async () => undefined,
  );
  const rows = Array.from({ length: 9000 }, (_, i) => i + 100);
  await writer.store(rows, () => expect.unreachable());
  expect(stored.size).toBe(rows.length);
  expect(sizes.filter((size) => size === 9000)).toHaveLength(1);
  expect(sizes.length).toBeLessThan(16);
});
