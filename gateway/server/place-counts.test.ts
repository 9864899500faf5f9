import { expect, it } from 'vitest';
import { PlaceCounts } from './place-counts.ts';

it('knows who has most, as places come and go', () => {
  const counts = new PlaceCounts();
  expect(counts.most()).toBeUndefined();
  counts.remove('a');
  for (const holder of ['a', 'b', 'b', 'c', 'b', 'c']) counts.add(holder);
  expect([counts.most(), counts.of('b'), counts.of('none')]).toEqual(['b', 3, 0]);
  counts.remove('b');
  expect(counts.most()).toBe('c');
  counts.remove('c');
  expect(counts.most()).toBe('b');
  for (const holder of ['a', 'b', 'b', 'c']) counts.remove(holder);
  expect(counts.most()).toBeUndefined();
  counts.add('a');
  counts.clear();
  expect([counts.most(), counts.of('a')]).toEqual([undefined, 0]);
});

it('says the same as a look at all of them', () => {
  const counts = new PlaceCounts();
  const plain = new Map<string, number>();
  let seed = 7;
  for (let i = 0; i < 20_000; i++) {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    const holder = `h${seed % 13}`;
    const isMore = Math.floor(seed / 13) % 2 === 0;
    if (isMore) counts.add(holder);
    else counts.remove(holder);
    plain.set(holder, Math.max(0, (plain.get(holder) ?? 0) + (isMore ? 1 : -1)));
    const most = Math.max(...plain.values());
    const named = counts.most();
    expect(named === undefined ? 0 : plain.get(named)).toBe(most);
  }
});
