// A partition that left the store for a cold file comes back by `muster retention cold restore` to the last bit.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readColdManifest } from '../../core/files/cold/cold-manifest.ts';
import { runColdPass } from '../../etl/cold/cold-pass.ts';
import { QuestdbHttp } from '../../etl/questdb/questdb-http.ts';
import { type Pipeline, startPipeline } from '../harness/pipeline.ts';
import { until } from '../harness/until.ts';

const DAY_MS = 86_400_000;
/** Noon two days ago: a whole partition of the past. */
const OLD_MS = Math.floor(Date.now() / DAY_MS) * DAY_MS - 2 * DAY_MS + DAY_MS / 2;

let pipeline: Pipeline;
let database: QuestdbHttp;

beforeAll(async () => {
  pipeline = await startPipeline();
  const { questdbHttp: url, questdbHttpUser: user, questdbHttpPasswordFile: passwordFile } = pipeline.addresses;
  database = new QuestdbHttp({ url, user, passwordFile });
});
afterAll(async () => {
  database?.close();
  await pipeline?.stop();
});

type Cells = Record<string, number | string | null>;
const HARD: Cells[] = [
  { unit: 'sshd', busy: 0.1 + 0.2, gap: 5e-324, note: 'two\nlines, "quoted"\r\n, and \\n', state: '' },
  { unit: 'ü☃😀 =,"\\', busy: -1.7976931348623157e308, gap: null, note: null, state: 'x' },
  { unit: null, busy: null, gap: null, note: 'é'.repeat(40_000), state: null },
  { unit: 'numbers', busy: 2 ** 53 - 1, gap: 0, note: null, state: null },
  { unit: 'nothing', busy: null, gap: null, note: null, state: null },
];

/** The hard ones first, then many of every kind; one of today keeps the table's newest partition apart. */
function recording(): string {
  const many = Array.from({ length: 5000 }, (_, i): Cells => {
    const absent = (n: number): boolean => (i >> n) % 2 === 0;
    return {
      ...{ unit: absent(0) ? null : `u${i % 7}`, busy: absent(1) ? null : i / 7, gap: i % 3 },
      ...{ note: absent(2) ? null : `line ${i}`, state: absent(3) ? '' : null },
    };
  });
  const rows = [...HARD, ...many].map((row, i) => ({ time: new Date(OLD_MS + i).toISOString(), host: `n${i % 3}`, ...row }));
  return [...rows, { time: new Date().toISOString(), host: 'n0', busy: 1 }].map((row) => `${JSON.stringify(row)}\n`).join('');
}

it('brings back every row and column as they were', async () => {
  const path = join(pipeline.home, 'log.ndjson');
  writeFileSync(path, recording());
  const columns = ['--tags', 'unit', '--fields', 'busy,gap', '--texts', 'note,state', '--measurement', 'log'];
  const { code, stderr } = await pipeline.muster('import', path, ...columns);
  expect([code, stderr]).toEqual([0, expect.stringContaining('texts   note, state')]);
  const old = `from log where timestamp < cast(${(OLD_MS + DAY_MS / 2) * 1000} as timestamp)`;
  const count = async (): Promise<number> => Number((await pipeline.sql(`select count() ${old}`).catch(() => [[0]]))[0]?.[0]);
  const rows = HARD.length + 5000;
  await until('all rows are stored', async () => (await count()) === rows);
  const wanted = await pipeline.sql(`select * ${old} order by timestamp`);
  expect(wanted.slice(0, HARD.length).map(([, , ...cells]) => cells)).toEqual(
    expect.arrayContaining(
      HARD.map(({ unit, busy, gap, note, state }) => expect.arrayContaining([unit, busy, gap, note, state] as unknown[])),
    ),
  );
  const shape = await pipeline.sql('select "column", type, upsertKey from (show columns from log)');

  const folder = join(pipeline.home, 'cold');
  const pass = await runColdPass(database, { folder, telemetryTtlDays: 1, nowMs: Date.now() });
  expect(pass).toMatchObject({ written: [expect.stringMatching(/^log\//)], released: 1, problems: [] });
  expect(await count()).toBe(0);

  const [partition] = readColdManifest(folder);
  const restore = () => pipeline.muster('retention', 'cold', 'restore', partition?.file ?? '', '--folder', folder);
  for (const _ of ['once', 'once more']) {
    const restored = await restore();
    expect([restored.code, restored.stdout]).toEqual([0, expect.stringContaining('5,005 rows stored in log, 0 refused')]);
    await until('all rows are back', async () => (await count()) === rows);
    expect(await pipeline.sql(`select * ${old} order by timestamp`)).toEqual(wanted);
  }
  expect(await pipeline.sql('select "column", type, upsertKey from (show columns from log)')).toEqual(shape);
  expect(await pipeline.client.call('verify', { nodeId: '', waitMs: 10_000 }, { timeoutMs: 60_000 })).toMatchObject({
    lost: 0,
    doubled: 0,
    missingRows: 0,
  });
});
