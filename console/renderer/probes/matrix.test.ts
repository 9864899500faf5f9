import { expect, test } from 'vitest';
import { blameOf } from './blame.ts';
import { cellView, createMatrix } from './matrix.ts';
import type { PathRow } from './probe-data.ts';
import { healthOf } from './probe-health.ts';
import type { ProbePath } from './probe-paths.ts';
import { sinceStep } from './use-probe-paths.ts';

function path(from: string, to: string, p50: number | null, usual = 10, lossPercent = 0): ProbePath {
  const values = { p50, p95: p50, lossPercent, uptimePercent: 100 - lossPercent, samples: 60 };
  const now = { ...values, key: `${from}|${to}`, kind: 'icmp', target: to } as unknown as PathRow;
  const before = { ...values, p50: usual, p95: usual, lossPercent: 0, uptimePercent: 100 };
  const health = healthOf(now, before);
  const places = { fromPlace: undefined, toPlace: undefined, hourAgoMs: null, since: undefined, uptimePercent: values.uptimePercent };
  return { key: now.key, row: now, from, to, ...places, now, usual: before, health };
}

test('places with trouble come first, the rest by name; the worst path stands for its cell', () => {
  const paths = [path('Lagos', 'acc', 187), path('Lagos', 'acc', 11), path('Abuja', 'acc', 10), path('Abuja', 'kms', 10)];
  const matrix = createMatrix(paths, 'worst');
  expect(matrix.places).toEqual(['Lagos', 'Abuja']);
  expect(matrix.columns.map(({ name }) => name)).toEqual(['acc', 'kms']);
  expect(matrix.cell('Lagos', matrix.columns[0] as never)?.now.p50).toBe(187);
  expect(matrix.cell('Lagos', matrix.columns[1] as never)).toBeUndefined();
  expect(createMatrix(paths, 'name').places).toEqual(['Abuja', 'Lagos']);
});

test('a cell is shaded by how far it is from its own usual', () => {
  expect(cellView(path('a', 'b', 300, 290), 'p50')).toEqual({ value: 300, shade: 0, health: '' });
  expect(cellView(path('a', 'b', 20), 'p50')).toEqual({ value: 20, shade: 0.5, health: 'late' });
  expect(cellView(path('a', 'b', 500), 'p50')).toEqual({ value: 500, shade: 1, health: 'bad' });
  expect(cellView(path('a', 'b', 10, 10, 4), 'loss')).toEqual({ value: 4, shade: 1, health: 'bad' });
});

test('more than a picture holds is counted, not drawn', () => {
  const paths = Array.from({ length: 60 }, (_, i) => path(`p${i}`, 'one', 10));
  expect(createMatrix(paths, 'worst')).toMatchObject({ left: { places: 20, columns: 0 } });
});

test('a bad column means the target, a bad row the place', () => {
  expect(blameOf([path('Lagos', 'acc', 99), path('Abuja', 'acc', 99), path('Abuja', 'kms', 10)])?.follows).toContain('at the target');
  expect(blameOf([path('Lagos', 'acc', 99), path('Lagos', 'kms', 99), path('Abuja', 'acc', 10)])?.follows).toContain('at Lagos');
  expect(blameOf([path('Lagos', 'acc', 99), path('Lagos', 'kms', 10), path('Abuja', 'acc', 10)])?.follows).toContain('or on its way');
  expect(blameOf([path('Lagos', 'acc', 10)])).toBeUndefined();
});

test('the steps of an hour are as long as the number of paths needs, and never cut the hour', () => {
  expect([1, 300, 333, 334, 1600, 20_000].map(sinceStep)).toEqual([1, 1, 2, 2, 6, 60]);
  for (const paths of [1, 300, 334, 1600, 9000]) expect((paths * 60) / sinceStep(paths)).toBeLessThanOrEqual(20_000);
});

test('a path without a baseline is not called usual', () => {
  const young = { ...path('Abuja', 'acc', 10), usual: undefined };
  const bad = path('Lagos', 'acc', 99);
  expect(blameOf([bad, young, { ...young, from: 'Kumasi' }])).toEqual({ seen: 'Lagos → acc is worse than usual', follows: '' });
  const gone = { ...path('Lagos', 'acc', null, 10, 100), usual: undefined };
  expect(blameOf([gone, young])?.seen).toBe('Lagos → acc does not answer');
  expect(blameOf([young])).toBeUndefined();
});
