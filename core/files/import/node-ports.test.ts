// Names of a file that differ in the port alone are one node: what the dry run says of their rows, and how a tag keeps them apart.
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openSource } from './open-source.ts';
import { RepeatedKeys } from './repeated-keys.ts';

const folder = mkdtempSync(join(tmpdir(), 'muster-ports-'));
const ROWS = ['host:9100', 'host:9182', 'other:9182'].map((host, v) => ({ time: '2026-11-20T08:00:00Z', host, v }));
const FILES = {
  'a.csv': `time,host,v\n${ROWS.map(({ time, host, v }) => `${time},${host},${v}`).join('\n')}\n`,
  'a.ndjson': ROWS.map((row) => JSON.stringify(row)).join('\n'),
};

async function check(name: keyof typeof FILES, tags: string[]): Promise<{ rows: number; repeated: number; refused: string[] }> {
  const path = join(folder, name);
  writeFileSync(path, FILES[name]);
  const source = await openSource(path);
  const mapping = source.plan({
    ...{ timeColumn: '', timeFormat: '', timeZone: '', nodeColumn: 'host', node: '', tags, fields: [], texts: [], measurement: 'm' },
  });
  const keys = new RepeatedKeys(mapping);
  const refused: string[] = [];
  const window = { oldestUs: 0, newestUs: Number.MAX_SAFE_INTEGER };
  const reader = await source.read({ builder: keys, mapping, shiftUs: 0, window, onRefused: ({ reason }) => refused.push(reason) });
  while (await reader.next());
  await reader.close();
  return { rows: keys.rows, repeated: keys.repeated, refused };
}

it.each(['a.csv', 'a.ndjson'] as const)('keeps the rows of two ports of one host in %s from replacing each other', async (name) => {
  expect(await check(name, [])).toEqual({
    ...{ rows: 2, repeated: 0 },
    refused: [expect.stringContaining('host:9182 is the node host, as host:9100 is')],
  });
  expect(await check(name, ['host'])).toEqual({ rows: 3, repeated: 0, refused: [] });
});
