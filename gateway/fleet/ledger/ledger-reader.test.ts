import { expect, test } from 'vitest';
import type { ReadDatabase, TextRow } from '../query/read-database.ts';
import { LedgerReader } from './ledger-reader.ts';

/** Answers each statement by the first pattern that it has; remembers all. */
function staged(answers: readonly [RegExp, TextRow[] | (() => TextRow[])][]) {
  const asked: string[] = [];
  const rows = async (sql: string): Promise<TextRow[]> => {
    asked.push(sql);
    const [, answer] = answers.find(([pattern]) => pattern.test(sql)) ?? [undefined, []];
    return typeof answer === 'function' ? answer() : answer;
  };
  return { ledger: new LedgerReader({ rows } as unknown as ReadDatabase), asked };
}

const TABLES: [RegExp, TextRow[]] = [/^select table_name from tables\(\)/, [['deliveries'], ['drops'], ['cpu'], ['plain']]];
const ALL = { nodeId: '', sinceUs: 0 };

test('the sums of an epoch stand under its node and epoch', async () => {
  const { ledger } = staged([TABLES, [/min\(seq\)/, [['n', 'e', '2', '9', '8', '7', '1', '60', '1970-01-01 00:00:01.000005', '3', '55']]]]);
  expect([...(await ledger.epochs(''))]).toEqual([
    [
      'n e',
      {
        nodeId: 'n',
        epoch: 'e',
        first: 2,
        last: 9,
        rows: 8,
        numbers: 7,
        badRows: 1,
        storedRows: 60,
        oldestUs: 1_000_005,
        ownRows: 55,
        uncompared: 3,
      },
    ],
  ]);
});

test('before the first batch there is no ledger, and nothing is asked of it', async () => {
  const { ledger, asked } = staged([[/^select table_name from tables\(\)/, [['cpu']]]]);
  expect(await ledger.lastNumbers('n')).toEqual(new Map());
  expect(await ledger.drops('n')).toEqual(new Map());
  expect(asked.every((sql) => sql.includes('tables()'))).toBe(true);
});

test('a node and a moment limit what is summed', async () => {
  const { ledger, asked } = staged([
    TABLES,
    [
      /sum\(rows/,
      [
        ['n', '5'],
        [null, '1'],
      ],
    ],
  ]);
  expect(await ledger.storedRows({ nodeId: "n'x", sinceUs: 12.4 })).toEqual(
    new Map([
      ['n', 5],
      ['', 1],
    ]),
  );
  expect(asked.at(-1)).toMatch(/ where node_id = 'n''x' and timestamp >= cast\(12 as timestamp\)$/);
  await ledger.storedRows(ALL);
  expect(asked.at(-1)).toMatch(/from deliveries( group by .*)?$/);
});

test('drops are gathered by epoch', async () => {
  const { ledger } = staged([
    TABLES,
    [
      /from drops/,
      [
        ['n', 'e', '1', '2', 'full'],
        ['n', 'e', '5', '5', 'old'],
        ['m', 'e', '3', '3', null],
      ],
    ],
  ]);
  expect(await ledger.drops('')).toEqual(
    new Map([
      [
        'n e',
        [
          { first: 1, last: 2, reason: 'full' },
          { first: 5, last: 5, reason: 'old' },
        ],
      ],
      ['m e', [{ first: 3, last: 3, reason: '' }]],
    ]),
  );
});

test('the tables of measurements have a node and are not Muster’s own', async () => {
  const { ledger } = staged([TABLES, [/questdb_columns/, [['deliveries'], ['drops'], ['cpu'], ['gone']]]]);
  expect(await ledger.telemetryTables()).toEqual(['cpu']);
});

test('rows are counted by node over all the tables', async () => {
  const { ledger, asked } = staged([
    [
      /from "cpu"/,
      [
        ['n', '2'],
        ['m', '1'],
        [null, '9'],
      ],
    ],
    [/from "mem"/, [['n', '3']]],
  ]);
  expect(await ledger.countRows(['cpu', 'mem'], { nodeId: 'n', sinceUs: 0 })).toEqual(
    new Map([
      ['n', 5],
      ['m', 1],
    ]),
  );
  expect(asked).toEqual([
    'select node_id, count() from "cpu" where node_id = \'n\'',
    'select node_id, count() from "mem" where node_id = \'n\'',
  ]);
});

test('the oldest row of some tables is of these alone, and there may be none', async () => {
  const times: TextRow[] = [
    ['cpu', '1970-01-01 00:00:02.000000'],
    ['mem', '1970-01-01 00:00:01.000000'],
    ['new', null],
  ];
  const { ledger } = staged([[/table_min_timestamp/, times]]);
  expect(await ledger.oldestUs(['cpu', 'new'])).toBe(2_000_000);
  expect(await ledger.oldestUs(['cpu', 'mem'])).toBe(1_000_000);
  expect(await ledger.oldestUs(['new'])).toBe(Number.POSITIVE_INFINITY);
});

test.each([
  [['30', 'DAY'], 30],
  [['2', 'WEEK'], 14],
  [['48', 'HOUR'], 2],
  [['0', 'DAY'], 0],
  [['5', 'PARSEC'], 0],
  [[null, null], 0],
])('a time to live of %j is %i days', async (row, days) => {
  const { ledger } = staged([[/ttlValue/, [row]]]);
  expect(await ledger.timeToLiveUs()).toBe(days * 86_400_000_000);
});

test('what was given until now is waited for, in the tables asked for, and a suspended one is not', async () => {
  let looks = 0;
  const applied: TextRow[] = [];
  const { ledger, asked } = staged([
    [
      /wal_tables/,
      () => {
        looks++;
        const writer = looks < 4 ? '4' : '5';
        return [['cpu', writer, '5', 'f'], ['mem', '1', '9', 't'], ['other', '0', '9', 'f'], ...applied];
      },
    ],
  ]);
  await ledger.untilApplied(['cpu', 'mem'], Date.now() + 10_000);
  expect(asked).toHaveLength(4);
});

test('at the deadline it is not waited for any longer', async () => {
  const { ledger, asked } = staged([[/wal_tables/, [['cpu', '4', '5', 'f']]]]);
  await ledger.untilApplied(['cpu'], Date.now() - 1);
  expect(asked).toHaveLength(2);
});

const sums = (epoch: string, first: number, last: number, rows: number, numbers: number) =>
  ({ nodeId: 'n', epoch, first, last, rows, numbers, badRows: 0, storedRows: 0, oldestUs: 0, ownRows: 0, uncompared: 0 }) as const;

test('an epoch without a hole is one run, and only the others are looked at', async () => {
  const { ledger, asked } = staged([]);
  expect(await ledger.storedNumbers([sums('e', 3, 7, 5, 5)])).toEqual(new Map([['n e', { runs: [{ first: 3, last: 7 }], repeated: [] }]]));
  expect(asked).toEqual([]);
});

test('holes part the runs, and a number twice is told', async () => {
  const { ledger, asked } = staged([
    [
      /./,
      [
        ['n', 'e', '2', '5'],
        ['n', 'e', '6', '6'],
      ],
    ],
  ]);
  const stored = await ledger.storedNumbers([sums('e', 1, 9, 8, 7)]);
  expect(stored.get('n e')).toEqual({
    runs: [
      { first: 1, last: 2 },
      { first: 5, last: 9 },
    ],
    repeated: [{ first: 6, last: 6 }],
  });
  expect(asked).toHaveLength(1);
});

test('a hundred broken epochs are looked at in one statement, more in several', async () => {
  const { ledger, asked } = staged([]);
  await ledger.storedNumbers(Array.from({ length: 250 }, (_, i) => sums(`e${i}`, 1, 9, 5, 5)));
  expect(asked.map((sql) => sql.match(/'e\d+'/g)?.length)).toEqual([100, 100, 50]);
});
