import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { CUT_BATCH_BYTES, frameBytes } from '../../common/batch-size.ts';
import { textAt } from '../../common/frame.ts';
import { BatchBuilder } from './batch-builder.ts';
import { openSource } from './open-source.ts';
import { textProblem } from './text-rows.ts';

const TIME = '2026-11-20T08:00:00.';
const folder = mkdtempSync(join(tmpdir(), 'muster-texts-'));

/** The rows of a file as batches hold them, with the field names of each; what was refused. */
async function read(name: string, text: string) {
  const path = join(folder, name);
  writeFileSync(path, text);
  const source = await openSource(path);
  const mapping = source.plan({
    ...{ timeColumn: '', timeFormat: '', timeZone: '', nodeColumn: '', node: '', measurement: 'm' },
    ...{ tags: ['host'], fields: ['v'], texts: ['note', 'more'] },
  });
  const batches: { seq: number; bytes: number; rows: [number, number, Record<string, string>][] }[] = [];
  const refused: string[] = [];
  const builder = new BatchBuilder({
    ...{ measurement: 'm', tags: ['host'], fields: ['v'], texts: ['note', 'more'], identity: 'x' },
    onBatch: ({ seq, frame }) => {
      const { timeUs, values, textFields, texts } = frame;
      const rows = [...timeUs].map((us, row): [number, number, Record<string, string>] => [
        us % 1_000_000,
        values[row] as number,
        Object.fromEntries(
          textFields.flatMap((field, i) => {
            const text = textAt(frame, row, i);
            return text === undefined ? [] : [[field, text]];
          }),
        ),
      ]);
      batches.push({ seq, bytes: Buffer.byteLength(texts.join('')), rows });
    },
  });
  const window = { oldestUs: 0, newestUs: Number.MAX_SAFE_INTEGER };
  const reader = await source.read({ builder, mapping, shiftUs: 0, window, onRefused: ({ reason }) => refused.push(reason) });
  while (await reader.next()) {
    // Each call reads a piece.
  }
  builder.flush();
  await reader.close();
  return { batches, refused };
}

const ROWS: [number, Record<string, string>][] = [
  [1, { note: 'two\nlines, "quoted"', more: 'a' }],
  [2, { more: 'b' }],
  [3, { note: '', more: 'ü😀' }],
  [4, {}],
  [5, { note: '5', more: '6.0' }],
];
const EXPECTED = [{ seq: 1, bytes: expect.any(Number), rows: ROWS.map(([v, texts]) => [v, v, texts]) }];

const quoted = (text: string | undefined): string => (text === undefined ? '' : `"${text.replaceAll('"', '""')}"`);

it('keeps an absent text apart from an empty one, from CSV and NDJSON alike', async () => {
  const csv = ROWS.map(([v, { note, more }]) => `${TIME}00000${v}Z,a,${v},${quoted(note)},${quoted(more)}\n`);
  const ndjson = ROWS.map(([v, texts]) => `${JSON.stringify({ time: `${TIME}00000${v}Z`, host: 'a', v, ...texts })}\n`);
  expect(await read('a.csv', `time,host,v,note,more\n${csv.join('')}`)).toEqual({ batches: EXPECTED, refused: [] });
  expect(await read('a.ndjson', ndjson.join(''))).toEqual({ batches: EXPECTED, refused: [] });
});

it('cuts batches by the bytes of their texts, and refuses a row that no batch can hold', async () => {
  const line = (v: number, note: string): string => `${TIME}00000${v}Z,a,${v},${note},x\n`;
  const long = 'é'.repeat(60_000);
  const { batches, refused } = await read(
    'b.csv',
    `time,host,v,note,more\n${[1, 2, 3, 4, 5].map((v) => line(v, long)).join('')}${line(6, `${long}${long}${long}`)}${line(7, 'a\0b')}`,
  );
  expect(batches.map(({ rows }) => rows.length)).toEqual([4, 1]);
  for (const { bytes } of batches) expect(bytes).toBeLessThan(CUT_BATCH_BYTES);
  expect(refused).toEqual([
    'row 7: its texts have 360013 bytes, a row may have 262144: leave a column out',
    'row 8: note has a NUL character in it, which no text may have',
  ]);
});

it('makes a few batches of rows that lack any of their texts', async () => {
  const columns = Array.from({ length: 12 }, (_, i) => `x${i}`);
  let batches = 0;
  let texts = 0;
  const builder = new BatchBuilder({
    ...{ measurement: 'm', tags: ['t'], fields: [], texts: columns, identity: 'x' },
    onBatch: ({ frame }) => {
      batches++;
      expect(frameBytes(frame)).toBeLessThanOrEqual(CUT_BATCH_BYTES);
      for (let row = 0; row < frame.timeUs.length; row++) for (let i = 0; i < 12; i++) texts += textAt(frame, row, i) === undefined ? 0 : 1;
    },
  });
  const node = builder.node('n');
  const series = Array.from({ length: 1900 }, (_, i) => ({ node, tagValues: [`${i}`.padEnd(50, 'x')], index: -1 }));
  let given = 0;
  for (let row = 0; row < 4000; row++) {
    const some = columns.map((_, i) => ((row * 2654435761) >>> i) % 2 === 0);
    given += some.filter(Boolean).length;
    builder.add(
      series[row % 1900] as (typeof series)[0],
      1 + row,
      new Float64Array(0),
      0,
      some.map((has) => (has ? 'x' : null)),
    );
  }
  builder.flush();
  expect(batches).toBeLessThan(6);
  expect(texts).toBe(given);
});

it('refuses by its number a row of CSV, NDJSON or a builder whose tags are too long', async () => {
  const host = 'é'.repeat(3000);
  const csv = `time,host,v,note,more\n${TIME}000001Z,a,1,x,y\n${TIME}000002Z,${host},2,x,y\n${TIME}000003Z,"${host}",3,x,y\n`;
  const lines = csv
    .split('\n')
    .slice(1, -1)
    .map((line) => line.replaceAll('"', '').split(','));
  const ndjson = lines.map(([time, name, v]) => JSON.stringify({ time, host: name, v: Number(v), note: 'x', more: 'y' })).join('\n');
  const words = (row: number): string => `row ${row}: its tags have 6003 bytes, a row may have 4096: name fewer with --tags`;
  expect(await read('long.csv', csv)).toMatchObject({ batches: [{ rows: [[1, 1, {}]] }], refused: [words(3), words(4)] });
  expect(await read('long.ndjson', ndjson)).toMatchObject({ batches: [{ rows: [[1, 1, {}]] }], refused: [words(2), words(3)] });
  const builder = new BatchBuilder({ ...{ measurement: 'm', tags: ['t'], fields: [], identity: 'x' }, onBatch: () => undefined });
  const series = { node: builder.node('n'), tagValues: ['x'.repeat(600_000)], index: -1 };
  expect(() => builder.add(series, 1, new Float64Array(0), 0)).toThrow(/^a row has 6000\d\d bytes/);
});

it('takes texts of as many bytes as a row may have, and not one more', () => {
  const most = 256 * 1024;
  const problemOf = (...texts: (string | null)[]) => textProblem(texts, [{ header: 'note' }, { header: 'more' }]);
  // Beside its letters a text costs what says how long it is.
  const around = Number(/have (\d+) bytes/.exec(problemOf('x'.repeat(most), null) ?? '')?.[1]) - most;
  expect(around).toBeGreaterThan(0);
  expect(problemOf('x'.repeat(most - around), null)).toBeUndefined();
  expect(problemOf('x'.repeat(most - around + 1), null)).toBe(
    `its texts have ${most + 1} bytes, a row may have ${most}: leave a column out`,
  );
  expect(problemOf('é'.repeat(most / 2), null)).toContain('leave a column out');
});
