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
  const begins = (count: number) => expect.poll(() => begun.length).toBe(count);
  await begins(2);
  expect(begun).toEqual([0, 1]);
  ends[0]?.();
  await begins(3);
  expect(begun).toEqual([0, 1, 2]);
  for (const end of ends) end();
  await begins(4);
  expect(begun).toEqual([0, 1, 2, 3]);
  ends[3]?.();
  await Promise.all(all);
});
