import { expect, test } from 'vitest';
import atlas from 'world-atlas/countries-110m.json';
import { findCentres } from './country-centres.ts';
import { fleetFilterOf } from './place-filter.ts';
import { ACCRA, KUMASI, nodeAt, TOKYO } from './places.fixture.ts';
import { createPlaceBook, needsCentres } from './places.ts';

test('nodes of one spot share a place, which its city and region find', () => {
  const book = createPlaceBook([nodeAt('a', ACCRA), nodeAt('b', ACCRA, 'silent'), nodeAt('c', TOKYO)], undefined);
  expect(book.places.map(({ name, nodes }) => [name, nodes.length])).toEqual([
    ['Accra', 2],
    ['Tokyo', 1],
  ]);
  expect(book.byWord.get('gh-accra')?.counts).toMatchObject({ live: 1, silent: 1 });
  expect(book.byNode.get('c')?.name).toBe('Tokyo');
});

test('a node without coordinates stands where others of its city do, else in the middle of its country', () => {
  const nodes = [nodeAt('a', ACCRA), nodeAt('b', { city: 'ACCRA' }), nodeAt('c', { country: 'us' }), nodeAt('d', { country: 'Ghana' })];
  expect(needsCentres(nodes)).toBe(true);
  const book = createPlaceBook(nodes, findCentres(atlas));
  expect(book.byNode.get('b')?.name).toBe('Accra');
  expect(book.byNode.get('c')?.name).toBe('United States');
  expect(book.byNode.get('d')?.name).toBe('Ghana');
  expect(book.unplaced).toEqual([]);
});

test('coordinates that are none place nothing, and the node is told of', () => {
  const bad = ['', ' ', 'x', '91', 'Infinity', '1e400', '<b>'].map((latitude, index) => nodeAt(`n${index}`, { latitude, longitude: '0' }));
  const book = createPlaceBook(bad, undefined);
  expect(book.places).toEqual([]);
  expect(book.unplaced).toHaveLength(bad.length);
});

test('the filter of places names their cities, quoted where blanks would part them', () => {
  const town = { ...TOKYO, city: 'Cape "T" Town', latitude: '-33.9' };
  const { places } = createPlaceBook([nodeAt('a', ACCRA), nodeAt('b', town)], undefined);
  expect(fleetFilterOf(places)).toBe('label.city:Accra,"Cape ""T"" Town"');
  const nameless = createPlaceBook([nodeAt('a', { latitude: '1', longitude: '1' }), nodeAt('k', KUMASI)], undefined);
  expect(fleetFilterOf(nameless.places)).toBe('');
});
