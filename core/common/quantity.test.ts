import { expect, it } from 'vitest';
import { counted, inByteUnits, inTimeUnits } from './quantity.ts';

it('bytes get the largest unit of which there is one', () => {
  expect(inByteUnits(0)).toEqual({ value: 0, unit: 'B' });
  expect(inByteUnits(1023)).toEqual({ value: 1023, unit: 'B' });
  expect(inByteUnits(-1536)).toEqual({ value: -1.5, unit: 'KiB' });
  expect(inByteUnits(2 ** 60)).toEqual({ value: 1024, unit: 'PiB' });
});

it('a time gets the two largest units that say something', () => {
  expect(inTimeUnits(93_784)).toBe('1 d 2 h');
  expect(inTimeUnits(86_400)).toBe('1 d');
  expect(inTimeUnits(61)).toBe('1 min 1 s');
  expect(inTimeUnits(0)).toBe('0 s');
});

it('one is singular', () => {
  expect(counted(1, 'row')).toBe('1 row');
  expect(counted(0, 'row')).toBe('0 rows');
  expect(counted(2000, 'batch waits', 'batches wait', (count) => count.toLocaleString('en-US'))).toBe('2,000 batches wait');
});
