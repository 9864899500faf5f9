import { describe, expect, it } from 'vitest';
import { createColumnBuilder, parseMicros, toQueryColumn } from './query-columns.ts';

function build(type: string, values: (string | null)[]): ReturnType<ReturnType<typeof createColumnBuilder>['take']> {
  const builder = createColumnBuilder({ name: 'x', type });
  for (const value of values) builder.add(value);
  return builder.take();
}

describe('columns of a query', () => {
  it.each([
    ['2026-11-22 10:00:00.123456', Date.UTC(2026, 10, 22, 10) * 1000 + 123_456],
    ['1960-01-01 00:00:00.000001', Date.UTC(1960, 0, 1) * 1000 + 1],
    ['2026-11-22 23:59:59.999999', Date.UTC(2026, 10, 23) * 1000 - 1],
    ['1970-01-01 00:00:00.001', 1000],
    ['1970-01-01 00:00:01', 1_000_000],
    ['10000-01-01 00:00:00.000001', Date.UTC(10_000, 0, 1) * 1000 + 1],
    ['200000-01-01 00:00:00', Date.UTC(200_000, 0, 1) * 1000],
  ])('reads %s to the microsecond', (text, us) => {
    expect(parseMicros(text)).toBe(us);
  });

  it('has NaN for a null number and keeps the smallest and largest', () => {
    expect(build('double', ['5.0E-324', null, '1.797E308', '-0.0']).numbers).toEqual([5e-324, Number.NaN, 1.797e308, -0]);
  });

  it('has longs as numbers while they are exact, else as text', () => {
    expect(build('long', ['9007199254740991', null])).toMatchObject({ numbers: [9007199254740991, Number.NaN], texts: [] });
    expect(build('long', ['9007199254740993', null, '5'])).toMatchObject({ numbers: [], texts: ['9007199254740993', '', '5'], nulls: [1] });
  });

  it('begins each frame anew: what one had is in no other, and a long that is no number makes no other frame texts', () => {
    const frames = (type: string, ...all: string[][]) => {
      const builder = createColumnBuilder({ name: 'x', type });
      return all.map((values) => {
        for (const value of values) builder.add(value);
        return builder.take();
      });
    };
    expect(frames('long', ['9007199254740993'], ['5'], [])).toMatchObject([
      { numbers: [], texts: ['9007199254740993'] },
      { numbers: [5], texts: [] },
      { numbers: [], texts: [] },
    ]);
    expect(frames('double', ['1'], ['2']).map(({ numbers }) => numbers)).toEqual([[1], [2]]);
    expect(frames('varchar', ['a'], ['b']).map(({ texts }) => texts)).toEqual([['a'], ['b']]);
    expect(frames('timestamp', ['1970-01-01 00:00:01'], ['1970-01-01 00:00:02']).map(({ timesUs }) => timesUs)).toEqual([[1e6], [2e6]]);
  });

  it('names the rows that are null in texts and times', () => {
    expect(build('varchar', [null, 'a', '', null])).toMatchObject({ texts: ['', 'a', '', ''], nulls: [0, 3] });
    expect(build('timestamp', [null, '1970-01-01 00:00:00.000001'])).toMatchObject({ timesUs: [0, 1], nulls: [0] });
  });

  it('says true and false', () => {
    expect(build('boolean', ['t', 'f', null])).toMatchObject({ texts: ['true', 'false', ''], nulls: [2] });
  });

  it('names the types as QuestDB does, and what it does not know varchar', () => {
    expect([701, 20, 1114, 2950, 99_999].map((dataTypeID) => toQueryColumn({ name: 'x', dataTypeID }).type)).toEqual([
      'double',
      'long',
      'timestamp',
      'uuid',
      'varchar',
    ]);
  });
});
