import { expect, test } from 'vitest';
import { QueryRunner } from './query-state.ts';

test('a change of an address\u2019 statement is there after going away and back, and going back runs nothing', () => {
  const runner = new QueryRunner();
  expect(runner.openAddress('select 1')).toBe(true);
  runner.setSql('select 1 -- better');
  // Another page, and back: the address is the same.
  expect(runner.openAddress('select 1')).toBe(false);
  expect(runner.state.get().sql).toBe('select 1 -- better');
  expect(runner.openAddress('select 2')).toBe(true);
  expect(runner.state.get().sql).toBe('select 2');
  expect(runner.openAddress('select 1')).toBe(false);
  expect(runner.state.get().sql).toBe('select 1 -- better');
  for (let i = 0; i < 200; i++) runner.openAddress(`select ${i + 10}`);
  expect(runner.openAddress('select 1')).toBe(true);
});
