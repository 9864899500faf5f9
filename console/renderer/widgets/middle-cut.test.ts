import { expect, test } from 'vitest';
import { cutInMiddle } from './middle-cut.tsx';

test('names that differ at their end still differ where their middle is left out', () => {
  const names = ['machine-in-rack-17.row-04.hall-b.accra.example.org', 'machine-in-rack-17.row-04.hall-c.lagos.example.org'];
  for (const name of names) {
    const { head, tail } = cutInMiddle(name);
    expect(head + tail).toBe(name);
    expect(tail).toHaveLength(14);
  }
  expect(cutInMiddle('sim-0001')).toEqual({ head: 'sim-0001', tail: '' });
  // Signs of two units stay whole.
  expect(cutInMiddle('𝔞'.repeat(40)).tail).toBe('𝔞'.repeat(14));
});
