import { expect, test } from 'vitest';
import { known, notKnown, stale } from '../state/known.ts';
import { tabCount } from './section-counts.ts';

const COUNTS = known(
  new Map([
    ['systemd', 2],
    ['systemd_unit', 40],
    ['network', 3],
  ]),
  1000,
  'store',
);
const NONE = known(0, 1000, 'store');

test('a tab counts what the node has, and nothing where that says nothing', () => {
  expect(tabCount('units', COUNTS, NONE).value).toBe('2 failed of 40');
  expect(tabCount('network', COUNTS, NONE)).toMatchObject({ worth: 'known', value: '3' });
  expect(tabCount('events', COUNTS, NONE).value).toBe('');
  expect(tabCount('memory', COUNTS, NONE).value).toBe('');
});

test('a count that could not be read again is of its time, one that was never read is none', () => {
  expect(tabCount('network', stale(COUNTS, 'the store does not answer'), NONE)).toMatchObject({ worth: 'stale', value: '3', asOfMs: 1000 });
  expect(tabCount('network', notKnown(), NONE).worth).toBe('unknown');
});

test('of events that were not all read there are at least so many', () => {
  expect(tabCount('events', COUNTS, known(300, 1000, 'store', 'Of the older ones not all were read')).value).toBe('300+');
});
