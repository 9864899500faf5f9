import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { openSource } from './open-source.ts';
import { RepeatedKeys } from './repeated-keys.ts';

const folder = mkdtempSync(join(tmpdir(), 'repeated-'));
afterAll(() => rmSync(folder, { recursive: true }));
let files = 0;

async function keysOf(lines: string[], tags: string[] = []): Promise<RepeatedKeys> {
  const path = join(folder, `f${files++}.csv`);
  writeFileSync(path, `${lines.join('\n')}\n`);
  const source = await openSource(path);
  const empty = {
    timeColumn: '',
    timeFormat: '',
    timeZone: 'UTC',
    nodeColumn: '',
    node: 'n',
    fields: [],
    texts: [],
    measurement: 'm',
    renames: {},
  };
  const mapping = source.plan({ ...empty, tags });
  const keys = new RepeatedKeys(mapping);
  const all = { oldestUs: Number.NEGATIVE_INFINITY, newestUs: Number.POSITIVE_INFINITY };
  const reader = await source.read({ builder: keys, mapping, shiftUs: 0, window: all, onRefused: () => undefined });
  while (await reader.next());
  await reader.close();
  return keys;
}

const at = (minute: number) => `2026-11-30T10:${String(minute).padStart(2, '0')}:00Z`;
const machines = (name: string, id: (machine: number) => number | string) => [
  `time,volt,${name},rotate`,
  ...Array.from({ length: 20 }, (_, i) => `${at(Math.floor(i / 5))},${160 + i / 7},${id(i % 5)},${400 + i * 3}`),
];

it.each([
  ['machineID', (machine: number) => machine + 1],
  ['unit_id', (machine: number) => `${machine}.0`],
  ['port', (machine: number) => 1000 + machine],
])('proposes %s, a number that names who it is', async (name, id) => {
  const keys = await keysOf(machines(name, id));
  expect([keys.rows, keys.repeated, keys.telling()]).toEqual([20, 16, name]);
});

it('proposes the text of a tall file, also of one moment alone', async () => {
  const keys = await keysOf(['time,metric,value', ...Array.from({ length: 25 }, (_, i) => `${at(0)},metric number ${i} of it,${i}`)]);
  expect([keys.rows, keys.repeated, keys.telling()]).toEqual([25, 24, 'metric']);
});

it('finds nothing where a column is a tag already, and proposes nothing where none tells rows apart', async () => {
  const tagged = await keysOf(
    machines('machineID', (machine) => machine),
    ['machineID'],
  );
  expect([tagged.repeated, tagged.telling()]).toEqual([0, undefined]);
  const same = await keysOf(['time,v', ...Array.from({ length: 20 }, () => `${at(0)},1.5`)]);
  expect([same.repeated, same.telling()]).toEqual([19, undefined]);
});

it('takes no measured number of one moment alone for a name', async () => {
  const rows = Array.from({ length: 6 }, (_, i) => i * 100);
  expect((await keysOf(['time,v', ...rows.map((v) => `${at(0)},${v}`)])).telling()).toBeUndefined();
  expect((await keysOf(['time,sensor_id,v', ...rows.map((v, i) => `${at(0)},${i},${v}`)])).telling()).toBe('sensor_id');
});

it('does not take a counter for a name', async () => {
  const lines = Array.from({ length: 60 }, (_, i) => `${at(Math.floor(i / 3))},${i * 17},${i / 7}`);
  expect((await keysOf(['time,requests,load', ...lines])).telling()).toBeUndefined();
});
