import { expect, it } from 'vitest';
import { SeriesCache } from './series-cache.ts';
import { createTablePlan } from './table-plan.ts';

const PLAN = createTablePlan({ measurement: 'm', tags: ['tag'], fields: ['a'], textFields: [] });
const LIMITS = { perNode: 3, total: 100, generationMs: 1000 };

/** An encoded series of one tag value, with a field that nobody knows: another spelling of the same. */
function spelled(value: string, extra = 0): Buffer {
  return Buffer.concat([Buffer.of(10, value.length), Buffer.from(value), Buffer.of(16, extra)]);
}

function add(cache: SeriesCache, bytes: Buffer, shape = 's', nodeId = 'n') {
  const known = cache.shape(nodeId, shape);
  return { known, entry: cache.add(known, bytes.toString('latin1'), bytes, nodeId, PLAN) };
}

it('gives one entry for all spellings of a series, and remembers a bounded number of them', () => {
  const cache = new SeriesCache(0, LIMITS);
  const first = add(cache, spelled('x'));
  for (let extra = 1; extra < 100; extra++) expect(add(cache, spelled('x', extra)).entry).toBe(first.entry);
  expect(first.known.size).toBeLessThanOrEqual(12);
  for (let i = 0; i < 100; i++) expect(add(cache, spelled('x'), `shape ${i}`).entry).toBe(first.entry);
  expect(cache.shape('n', 'shape 99')).not.toBe(cache.shape('n', 'shape 99'));
  // What one node does costs another nothing.
  expect(cache.shape('o', 's')).toBe(cache.shape('o', 's'));
});

it('takes no more series of a node than its share, until the next generation', () => {
  const cache = new SeriesCache(0, LIMITS);
  for (const value of ['a', 'b', 'c']) expect(add(cache, spelled(value)).entry).toBeDefined();
  expect(add(cache, spelled('d')).entry).toBeUndefined();
  expect(add(cache, spelled('d'), 's', 'o').entry).toBeDefined();
  cache.rotate(1000);
  expect(add(cache, spelled('d')).entry).toBeDefined();
});

it('refuses a series whose tag values are too long to keep', () => {
  const cache = new SeriesCache(0, LIMITS);
  const long = Buffer.concat([Buffer.of(10, 0x88, 0x27), Buffer.alloc(5000, 'x')]);
  expect(() => add(cache, long)).toThrow(/have 5003 bytes, at most 4096 are taken/);
});

it('begins a generation when one is over, and not before', () => {
  const cache = new SeriesCache(0, LIMITS);
  for (const value of ['a', 'b', 'c']) add(cache, spelled(value));
  cache.rotate(999);
  expect(add(cache, spelled('d')).entry).toBeUndefined();
  cache.rotate(1000);
  for (const value of ['d', 'e', 'f']) expect(add(cache, spelled(value)).entry).toBeDefined();
  cache.rotate(1999);
  expect(add(cache, spelled('g')).entry).toBeUndefined();
  cache.rotate(2000);
  expect(add(cache, spelled('g')).entry).toBeDefined();
});

it('keeps the entry of a series that is seen in each generation, and forgets one that was not seen for two', () => {
  const cache = new SeriesCache(0, LIMITS);
  const first = add(cache, spelled('x')).entry;
  cache.rotate(1000);
  expect(add(cache, spelled('x')).entry).toBe(first);
  cache.rotate(2000);
  cache.rotate(3000);
  expect(add(cache, spelled('x')).entry).not.toBe(first);
});

it('takes no more series of all nodes than it may hold', () => {
  const cache = new SeriesCache(0, { ...LIMITS, total: 2 });
  expect(
    [add(cache, spelled('a')), add(cache, spelled('a'), 's', 'o'), add(cache, spelled('b'), 's', 'p')].map(
      ({ entry }) => entry !== undefined,
    ),
  ).toEqual([...[true, true, false]]);
});

it('takes a series beyond the bound for a batch that may be stored already, and remembers it not', () => {
  const cache = new SeriesCache(0, { ...LIMITS, perNode: 1 });
  add(cache, spelled('a'));
  const known = cache.shape('n', 's');
  const again = () => cache.add(known, 'key', spelled('b'), 'n', PLAN, true);
  const [one, two] = [again(), again()];
  expect(one).toBeDefined();
  expect(two).not.toBe(one);
  expect(known.has('key')).toBe(false);
});
