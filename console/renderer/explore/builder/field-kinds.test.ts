import { expect, test } from 'vitest';
import { defaultName } from './builder-query.ts';
import { inOneKind } from './field-kinds.ts';
import { type BuilderField, type BuilderQuery, EMPTY_QUERY } from './query-model.ts';

const TAGS = ['node_id', 'interface'];
const field = (column: string, aggregate: BuilderField['aggregate'], name = column): BuilderField => ({ column, aggregate, name });
const AVERAGE: BuilderQuery = {
  ...EMPTY_QUERY,
  table: 'network',
  fields: [field('rx', 'avg'), field('tx', 'avg')],
  groupBy: ['interface'],
};

test('one rate makes rates of all, by every tag of the table and in steps', () => {
  const rates = inOneKind({ ...AVERAGE, step: '' }, [field('rx', 'rate', 'rx_rate'), AVERAGE.fields[1] as BuilderField], TAGS);
  expect(rates.fields.map(({ aggregate, name }) => [aggregate, name])).toEqual([
    ['rate', 'rx_rate'],
    ['rate', 'tx_rate'],
  ]);
  expect(rates).toMatchObject({ series: TAGS, groupBy: ['interface'], step: '$step' });
});

test('a mean instead of a rate makes means of all, which are no series and have no names of rates', () => {
  const rates = inOneKind(AVERAGE, [field('rx', 'rate', 'rx_rate'), AVERAGE.fields[1] as BuilderField], TAGS);
  const means = inOneKind(rates, [field('rx', 'avg'), rates.fields[1] as BuilderField], TAGS);
  expect(means.fields.map(({ aggregate, name }) => [aggregate, name])).toEqual([
    ['avg', 'rx'],
    ['avg', 'tx'],
  ]);
  expect(means.series).toEqual([]);
});

test('a ratio stands beside other aggregations, and is named by both of its columns', () => {
  const ratio = { column: 'used', aggregate: 'ratio' as const, by: 'size' };
  expect(defaultName(ratio, [])).toBe('used_per_size');
  const mixed = inOneKind(AVERAGE, [...AVERAGE.fields, { ...ratio, name: 'used_per_size' }], TAGS);
  expect(mixed.fields.map(({ aggregate }) => aggregate)).toEqual(['avg', 'avg', 'ratio']);
  expect(inOneKind(AVERAGE, [field('rx', ''), AVERAGE.fields[1] as BuilderField], TAGS)).toMatchObject({ groupBy: [], series: [] });
});
