import { expect, it } from 'vitest';
import { Turns } from './turns.ts';

it('lets two work at once, and the others in their order, whatever becomes of the work', async () => {
  const turns = new Turns(2);
  const begun: number[] = [];
  const ends: (() => void)[] = [];
  const all = [0, 1, 2, 3].map((i) =>
    turns
      .take(async () => {
        begun.push(i);
        await new Promise<void>((resolve) => ends.push(resolve));
        if (i === 0) throw new Error('fails');
      })
      .catch(() => undefined),
  );
  const soon = () => new Promise((resolve) => setImmediate(resolve));
  await soon();
  expect(begun).toEqual([0, 1]);
  ends[0]?.();
  await soon();
  expect(begun).toEqual([0, 1, 2]);
  for (const end of ends) end();
  await soon();
  expect(begun).toEqual([0, 1, 2, 3]);
  ends[3]?.();
  await Promise.all(all);
});
