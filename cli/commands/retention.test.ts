import { expect, it } from 'vitest';
import { keptOf } from './retention.ts';

it('takes what the database does not tell for unknown, and not for nothing', () => {
  const tables = [
    ['cpu', 'T', '10', '2026-03-01T00:00:00Z', '2026-03-02T00:00:00Z', 'DAY', '30', 'DAY'],
    ['empty', 'T', '0', null, null, 'DAY', '0', 'HOUR'],
    ['cpu_1m', 'M', null, null, null, 'MONTH', null, null],
  ];
  const kept = keptOf(
    tables,
    new Map([
      ['cpu', '4096'],
      ['empty', '0'],
    ]),
    new Map(),
  );
  expect(kept.map(({ name, rows, bytes, ttl, state }) => [name, rows, bytes, ttl, state])).toEqual([
    ['cpu', 10, 4096, '30 days', ''],
    ['empty', 0, 0, 'for ever', ''],
    ['cpu_1m', null, null, 'unknown', 'unknown'],
  ]);
});
