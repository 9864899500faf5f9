import { expect, test } from 'vitest';
import { clusterName, clusterPlaces, clusterWords, shortCount } from './clusters.ts';
import { ACCRA, KUMASI, nodeAt, TOKYO } from './places.fixture.ts';
import { createPlaceBook } from './places.ts';

const { places } = createPlaceBook(
  [nodeAt('a', ACCRA), nodeAt('b', ACCRA), nodeAt('c', KUMASI, 'late'), nodeAt('d', TOKYO), nodeAt('e', TOKYO, 'silent')],
  undefined,
);

test('near places are one circle from afar and two from near, and no node is lost', () => {
  const afar = clusterPlaces(places, 1, 40);
  expect(afar.map((cluster) => [clusterName(cluster), cluster.total])).toEqual([
    ['Ghana', 3],
    ['Tokyo', 2],
  ]);
  const near = clusterPlaces(places, 64, 40);
  expect(near.map(({ total }) => total)).toEqual([2, 2, 1]);
});

test('words say how many, and of what is not live the worst', () => {
  const [ghana, tokyo] = clusterPlaces(places, 1, 40);
  expect(clusterWords(ghana as never)).toEqual({ total: '3', notLive: '1 late', worst: 'late' });
  expect(clusterWords(tokyo as never)).toEqual({ total: '2', notLive: '1 silent', worst: 'silent' });
  expect([7, 999, 1090, 5130, 10_000].map(shortCount)).toEqual(['7', '999', '1.1k', '5.1k', '10k']);
});

test('of ten thousand places no more circles are left than the view has room for', () => {
  const many = createPlaceBook(
    Array.from({ length: 10_000 }, (_, i) =>
      nodeAt(`n${i}`, { latitude: String((i % 140) - 60), longitude: String(((i * 7.31) % 360) - 180) }),
    ),
    undefined,
  ).places;
  const clusters = clusterPlaces(many, 1, 40);
  expect(clusters.length).toBeLessThan(800);
  expect(clusters.reduce((sum, { total }) => sum + total, 0)).toBe(10_000);
});
