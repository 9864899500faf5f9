import { expect, it } from 'vitest';
import { isTtl, ttlClause } from '../questdb/table-ttl.ts';
import { nameOf, partitionsBetween, periodOf } from './periods.ts';

const us = (text: string): number => Date.parse(text) * 1000;

it('finds the hour, the day, the week from Monday and the month of a time', () => {
  const time = us('2026-11-22T23:59:59Z');
  expect(periodOf(time, 'day')).toEqual({ fromUs: us('2026-11-22T00:00:00Z'), toUs: us('2026-11-23T00:00:00Z') });
  expect(periodOf(time, 'week')).toEqual({ fromUs: us('2026-11-16T00:00:00Z'), toUs: us('2026-11-23T00:00:00Z') });
  expect(periodOf(us('2026-12-31T12:00:00Z'), 'month')).toEqual({ fromUs: us('2026-12-01T00:00:00Z'), toUs: us('2027-01-01T00:00:00Z') });
  expect(periodOf(time, 'hour')).toEqual({ fromUs: us('2026-11-22T23:00:00Z'), toUs: us('2026-11-23T00:00:00Z') });
  expect([nameOf(periodOf(time, 'hour')), nameOf(periodOf(time, 'day')), nameOf(periodOf(time, 'week'))]).toEqual([
    ...['2026-11-22T23', '2026-11-22', '2026-11-16'],
  ]);
});

it('counts the partitions that may stay', () => {
  expect(partitionsBetween(us('2026-10-24T00:00:00Z'), us('2026-11-23T02:00:00Z'), 'day')).toBe(30);
  expect(partitionsBetween(us('2026-11-16T00:00:00Z'), us('2026-11-22T23:00:00Z'), 'week')).toBe(0);
  expect(partitionsBetween(us('2026-02-01T00:00:00Z'), us('2026-11-23T02:00:00Z'), 'month')).toBe(9);
});

it('keeps a TTL in whole partitions, never shorter than asked for, and knows it again in other units', () => {
  expect([ttlClause(30, 'day'), ttlClause(180, 'week'), ttlClause(1826, 'month'), ttlClause(30, 'month')]).toEqual([
    '30 DAYS',
    '26 WEEKS',
    '60 MONTHS',
    '1 MONTHS',
  ]);
  expect([isTtl(5, 'YEAR', '60 MONTHS'), isTtl(26, 'WEEK', '26 WEEKS'), isTtl(1, 'WEEK', '7 DAYS')]).toEqual([true, true, true]);
  expect([isTtl(4, 'YEAR', '60 MONTHS'), isTtl(30, 'DAY', '31 DAYS'), isTtl(1, 'MONTH', '30 DAYS'), isTtl(0, '', '30 DAYS')]).toEqual([
    false,
    false,
    false,
    false,
  ]);
});
