import { expect, test } from 'vitest';
import { MeasurementCatalog } from './measurements.ts';
import type { ReadDatabase, TextRow } from './read-database.ts';

function staged() {
  const world = { nowMs: 1000, asked: 0, failure: undefined as Error | undefined };
  const rows = async (sql: string): Promise<TextRow[]> => {
    world.asked++;
    if (world.failure !== undefined) throw world.failure;
    if (sql.includes('questdb_columns'))
      return [
        ['cpu', 'timestamp', 'TIMESTAMP'],
        ['cpu', 'core', 'SYMBOL'],
        ['cpu', 'busy', 'DOUBLE'],
        ['gone', 'a', 'DOUBLE'],
        ['cpu_1m', 'busy_max', null],
      ];
    return [
      ['cpu_1m', 'M'],
      ['cpu', 'T'],
      [null, 'T'],
      ['all_nodes', 'V'],
    ];
  };
  return { world, catalog: new MeasurementCatalog({ rows } as unknown as ReadDatabase, () => world.nowMs) };
}

test('tables and views are told by name with their columns, symbols as tags', async () => {
  expect(await staged().catalog.list()).toEqual([
    { name: 'all_nodes', columns: [], view: true },
    {
      ...{ name: 'cpu', view: false },
      columns: [
        { name: 'timestamp', type: 'timestamp', tag: false },
        { name: 'core', type: 'symbol', tag: true },
        { name: 'busy', type: 'double', tag: false },
      ],
    },
    { name: 'cpu_1m', columns: [{ name: 'busy_max', type: '', tag: false }], view: true },
  ]);
});

test('an answer is kept for five seconds, and shared by who asks at the same time', async () => {
  const { world, catalog } = staged();
  await Promise.all([catalog.list(), catalog.list()]);
  expect(world.asked).toBe(2);
  world.nowMs += 4999;
  await catalog.list();
  expect(world.asked).toBe(2);
  world.nowMs += 1;
  await catalog.list();
  expect(world.asked).toBe(4);
});

test('a failure is told, and not kept', async () => {
  const { world, catalog } = staged();
  world.failure = new Error('away');
  await expect(catalog.list()).rejects.toThrow('away');
  world.failure = undefined;
  expect(await catalog.list()).toHaveLength(3);
});
