// Rows that an import refuses come back as they stood, so that they can be put right and imported by themselves.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { BatchBuilder } from './batch-builder.ts';
import type { RefusedRow } from './import-source.ts';
import { openSource } from './open-source.ts';

const folder = mkdtempSync(join(tmpdir(), 'muster-refused-'));
afterAll(() => rmSync(folder, { recursive: true }));

async function refusedOf(name: string, text: string): Promise<{ reason: string; data: RefusedRow | undefined }[]> {
  const path = join(folder, name);
  writeFileSync(path, text);
  const source = await openSource(path);
  const mapping = source.plan({
    ...{
      timeColumn: '',
      timeFormat: '',
      timeZone: '',
      nodeColumn: '',
      node: '',
      measurement: 'm',
      tags: ['tag'],
      fields: ['v'],
      texts: [],
    },
  });
  const refused: { reason: string; data: RefusedRow | undefined }[] = [];
  const builder = new BatchBuilder({
    ...{ measurement: 'm', tags: ['tag'], fields: ['v'], texts: [], identity: 'x' },
    onBatch: () => undefined,
  });
  const reader = await source.read({
    ...{ builder, mapping, shiftUs: 0, window: { oldestUs: 0, newestUs: Number.MAX_SAFE_INTEGER } },
    onRefused: ({ reason, data }) => refused.push({ reason, data: data?.() }),
  });
  while (await reader.next()) {
    // Each call reads a piece.
  }
  await reader.close();
  return refused;
}

const RIGHT = '2026-01-01T00:00:00Z,plain,1\n2026-01-01T00:00:01Z,plain,2\n';

test('cells of a refused row are quoted where they have to be, and nowhere else', async () => {
  const bad = [
    '2026-01-01T00:00:02Z,plain,x',
    '2026-01-01T00:00:03Z,"a,b",x',
    '2026-01-01T00:00:04Z,"say ""hi""",x',
    '2026-01-01T00:00:05Z,"two\nlines",x',
  ];
  const refused = await refusedOf('a.csv', `time,tag,v\n${RIGHT}${bad.join('\n')}\n`);
  expect(refused.map(({ data }) => data)).toEqual(bad.map((text) => ({ header: 'time,tag,v', text })));
  expect(refused.map(({ reason }) => reason)).toEqual(
    [4, 5, 6, 7].map((row) => expect.stringMatching(new RegExp(`^row ${row}: v is "x": `))),
  );
});

test('a refused row has the delimiter of its file', async () => {
  const [refused] = await refusedOf('b.csv', 'time;tag;v\n2026-01-01T00:00:00Z;plain;1\n2026-01-01T00:00:01Z;"a;b";x\n');
  expect(refused?.data).toEqual({ header: 'time;tag;v', text: '2026-01-01T00:00:01Z;"a;b";x' });
});

test('a row of another width is refused with how many cells it has', async () => {
  const refused = await refusedOf('c.csv', `time,tag,v\n${RIGHT}2026-01-01T00:00:02Z\n2026-01-01T00:00:02Z,a,1,2\n`);
  expect(refused.map(({ reason }) => reason)).toEqual([
    'row 4: it has 1 cell, the header has 3',
    'row 5: it has 4 cells, the header has 3',
  ]);
});

test('a header that comes again, where files were put one behind the other, is no row and no refusal', async () => {
  const refused = await refusedOf('d.csv', `time,tag,v\n${RIGHT}time,tag,v\n2026-01-01T00:00:02Z,plain,3\ntime,other,v\n`);
  expect(refused.map(({ reason }) => reason)).toEqual([expect.stringMatching(/^row 6: time is "time": /)]);
});
