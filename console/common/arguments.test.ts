import { describe, expect, test } from 'vitest';
import { isRequestName, isSubscriptionName, parseRequestArguments, parseSubscriptionArguments } from './arguments.ts';

test('arguments come back with exactly the fields of the contract', () => {
  const given = { sql: 'select 1', maxRows: 10, timeoutMs: 1000, extra: 'x' };
  expect(parseRequestArguments('query', given)).toEqual({ sql: 'select 1', maxRows: 10, timeoutMs: 1000 });
  expect(parseRequestArguments('listMeasurements', { anything: 1 })).toEqual({});
  const metrics = { nodeIds: ['a'], measurements: [], intervalMs: 100 };
  expect(parseSubscriptionArguments('metrics', metrics)).toEqual(metrics);
});

describe('what is not acceptable is refused with the field and the value', () => {
  test.each([
    ['query', { sql: '', maxRows: 1, timeoutMs: 1000 }, /sql is ""/],
    ['query', { sql: 'select 1', maxRows: 1.5, timeoutMs: 1000 }, /maxRows is 1.5/],
    ['query', { sql: 'select 1', maxRows: 1, timeoutMs: 1e9 }, /timeoutMs is 1000000000/],
    ['query', { sql: 'x'.repeat(100_001), maxRows: 1, timeoutMs: 1000 }, /sql is "x+…/],
    ['getNode', { node: { toString: () => 'a' } }, /node is an object/],
    ['verify', { nodeId: '', waitMs: Number.NaN }, /waitMs is NaN/],
    ['verify', { nodeId: '', waitMs: 300_001 }, /waitMs is 300001/],
    ['startExport', { sql: 'select 1', format: '../etc', name: 'a' }, /format is "\.\.\/etc": it must be one of parquet, csv, ndjson/],
    ['startExport', { sql: 'select 1', format: ['csv'], name: 'a' }, /format is a list of 1/],
    ['replayDeadLetters', { chosen: { ids: ['1'] }, editedRow: '', measurement: '' }, /ids is "1"/],
    ['discardDeadLetters', { chosen: { ids: new Array(10_001).fill(1) } }, /ids is a list of 10001/],
    ['discardDeadLetters', { chosen: { ids: [0] } }, /ids is 0/],
    ['discardDeadLetters', { chosen: { ids: [] } }, /at least one letter/],
    ['discardDeadLetters', { chosen: { ids: [], reason: 'malformed', upToId: 9 } }, /ids, or a reason with upToId/],
    ['discardDeadLetters', { chosen: { reason: 'malformed' } }, /upToId is undefined/],
    ['discardDeadLetters', { chosen: { upToId: 9 } }, /reason is undefined/],
    ['discardDeadLetters', { chosen: {} }, /ids, or a reason with upToId/],
    ['discardDeadLetters', { ids: [1], reason: '' }, /chosen is undefined/],
    ['getNode', null, /getNode takes an object of arguments, not null/],
    ['getNode', ['a'], /not a list of 1/],
  ] as const)('%s %j', (name, given, words) => {
    expect(() => parseRequestArguments(name, given)).toThrow(words);
  });

  test('a list of nodes', () => {
    const watch = (nodeIds: unknown) => () => parseSubscriptionArguments('metrics', { nodeIds, measurements: [], intervalMs: 1000 });
    expect(watch([])).toThrow(/1 to 100 names/);
    expect(watch(new Array(101).fill('a'))).toThrow(/a list of 101/);
    expect(watch(['a', 7])).toThrow(/nodeIds is 7/);
    expect(() => parseSubscriptionArguments('nodes', { intervalMs: 10 })).toThrow(/intervalMs is 10/);
  });
});

test('only names of the contract are names', () => {
  expect(isRequestName('query')).toBe(true);
  expect(isRequestName('constructor')).toBe(false);
  expect(isSubscriptionName('nodes')).toBe(true);
  expect(isSubscriptionName('__proto__')).toBe(false);
});
