// A file of JSON lines with keys that strangers chose, some of them absent here and there, through the whole pipeline: what was absent is NULL.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Pipeline, startPipeline } from '../harness/pipeline.ts';
import { until } from '../harness/until.ts';

const ROWS = 4000;
let pipeline: Pipeline;

beforeAll(async () => {
  pipeline = await startPipeline();
});
afterAll(() => pipeline?.stop());

it('stores absent, empty and late values for what they are, in few batches', async () => {
  const firstMs = Math.floor(Date.now() / 1000) * 1000 - 3_600_000;
  const lines = Array.from({ length: ROWS }, (_, i) => {
    const texts = Array.from({ length: 12 }, (_, t) => ((i * 2_654_435_761) >>> (t + 4)) % 2 === 0);
    return JSON.stringify({
      ...{ time: new Date(firstMs + i * 100).toISOString(), host: 'a', v: i },
      ...(i % 2 === 0 ? { constructor: i % 4 === 0 ? 'ferrari' : 'mclaren' } : {}),
      ...Object.fromEntries(texts.flatMap((has, t) => (has ? [[`note${t}`, i % 10 === 0 ? '' : `text ${i}`]] : []))),
      ...(i >= ROWS - 5 ? { late: 1 } : {}),
    });
  });
  const path = join(pipeline.home, 'strange.ndjson');
  writeFileSync(path, lines.join('\n'));
  const texts = Array.from({ length: 12 }, (_, t) => `note${t}`);
  const { code, stdout, stderr } = await pipeline.muster('import', path, '--json', '--texts', texts.join());
  expect([code, stderr.includes('left out')]).toEqual([0, false]);
  expect(JSON.parse(stdout)).toMatchObject({ rowsStored: ROWS, rowsRefused: 0 });
  const count = async (where: string): Promise<number> =>
    Number((await pipeline.sql(`select count() from strange where ${where}`))[0]?.[0]);
  await until('the rows are stored', async () => (await count('true')) === ROWS);
  const expected = (is: (line: Record<string, unknown>) => boolean): number => lines.filter((line) => is(JSON.parse(line))).length;
  expect(await count('note0 is null')).toBe(expected((line) => !Object.hasOwn(line, 'note0')));
  expect(await count("note0 = ''")).toBe(expected((line) => line['note0'] === ''));
  expect(await count('note11 is null')).toBe(expected((line) => !Object.hasOwn(line, 'note11')));
  expect(await pipeline.sql('select constructor, count() from strange order by 1')).toEqual([
    [null, ROWS / 2],
    ['ferrari', ROWS / 4],
    ['mclaren', ROWS / 4],
  ]);
  expect(await count('late = 1')).toBe(5);
  expect(Number((await pipeline.sql("select count() from deliveries where rows > 0 and node_id = 'a'"))[0]?.[0])).toBeLessThan(10);
  const account = await pipeline.client.call('verify', { nodeId: '', waitMs: 10_000 }, { timeoutMs: 60_000 });
  expect(account).toMatchObject({ lost: 0, doubled: 0, missingRows: 0, holes: [] });
});
