import { expect, test } from 'vitest';
import { TagCatalog } from './tag-catalog.ts';

const TABLE = {
  name: 'cpu',
  view: false,
  columns: [
    { name: 'timestamp', type: 'timestamp', tag: false },
    { name: 'my tag', type: 'symbol', tag: true },
  ],
};
const BOUNDS = { fromMs: Date.UTC(2026, 0, 1), toMs: Date.UTC(2026, 1, 1) };

function fakeApi(fail = false) {
  const asked: string[] = [];
  const request = async (_: string, { sql }: { sql: string }) => {
    asked.push(sql);
    if (fail) throw new Error('away');
    return {
      columns: [
        { name: 'c0', type: 'long', kind: 'number', values: Float64Array.of(7) },
        { name: 'value', type: 'symbol', kind: 'text', values: ['a', null, "b'"] },
      ],
      rows: 1,
      truncated: false,
      elapsedMs: 1,
    };
  };
  return { asked, api: { request, subscribe: () => () => undefined } as never };
}

test('counts and values are asked for once, over a day at most, with names in quotes', async () => {
  const { asked, api } = fakeApi();
  const catalog = new TagCatalog(api);
  expect(await catalog.counts(TABLE, BOUNDS)).toEqual(new Map([['my tag', 7]]));
  expect(await catalog.values(TABLE, 'my tag', BOUNDS)).toEqual(['a', "b'"]);
  await catalog.counts(TABLE, { fromMs: BOUNDS.fromMs + 1000, toMs: BOUNDS.toMs + 1000 });
  expect(asked).toHaveLength(2);
  expect(asked[0]).toBe(
    `SELECT count_distinct("my tag") AS c0 FROM cpu WHERE timestamp BETWEEN '2026-01-31T00:00:00.000Z' AND '2026-02-01T00:00:00.000Z'`,
  );
});

test('a failure is not kept', async () => {
  const { asked, api } = fakeApi(true);
  const catalog = new TagCatalog(api);
  await expect(catalog.counts(TABLE, BOUNDS)).rejects.toThrow('away');
  await expect(catalog.counts(TABLE, BOUNDS)).rejects.toThrow('away');
  expect(asked).toHaveLength(2);
});
