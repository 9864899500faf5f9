import { expect, test } from 'vitest';
import type { ImportSeries } from './batch-builder.ts';
import { StepSink } from './step-sink.ts';

const SERIES = { node: { width: 2 } } as unknown as ImportSeries;

function staged() {
  const added: unknown[][] = [];
  const sink = new StepSink(
    {
      node: (name) => ({ name }) as unknown as ImportSeries['node'],
      add: (_, timeUs, values, from, texts) => added.push([timeUs, [...values.slice(from, from + 2)], texts]),
    },
    10,
  );
  const add = (timeUs: number, values = Float64Array.of(0, timeUs, 1), texts?: string[]): void =>
    sink.add(SERIES, timeUs, values, 1, texts as never);
  const times = (): unknown[] => added.map(([timeUs]) => timeUs);
  return { sink, add, added, times };
}

test('rows up to the end of the first span pass, the one at its end waits', () => {
  const { sink, add, added, times } = staged();
  add(100);
  add(109);
  expect(sink.isFull).toBe(false);
  add(110);
  expect([times(), sink.isFull]).toEqual([[100, 109], true]);
  expect(added[0]?.[1]).toEqual([100, 1]);
  sink.next();
  expect([times(), sink.isFull]).toEqual([[100, 109, 110], false]);
  expect(added[2]?.[1]).toEqual([110, 1]);
});

test('a row of an earlier time passes with the span that reads it', () => {
  const { add, times } = staged();
  add(100);
  add(50);
  expect(times()).toEqual([100, 50]);
});

test('spans without rows are passed over, and what is beyond the next span waits on', () => {
  const { sink, add, times } = staged();
  add(100);
  add(135);
  add(129);
  add(141);
  sink.next();
  expect([times(), sink.isFull]).toEqual([[100, 129], true]);
  sink.next();
  expect([times(), sink.isFull]).toEqual([[100, 129, 135], true]);
  sink.next();
  expect([times(), sink.isFull]).toEqual([[100, 129, 135, 141], false]);
  sink.next();
  add(149);
  expect(times()).toHaveLength(5);
  add(150);
  expect(times()).toHaveLength(5);
});

test('what waits is kept as it was: whoever reads the file writes over its memory', () => {
  const { sink, add, added } = staged();
  add(100);
  const values = Float64Array.of(0, 5, 6);
  const texts = ['a'];
  add(110, values, texts);
  values.fill(9);
  texts[0] = 'b';
  sink.next();
  expect(added[1]).toEqual([110, [5, 6], ['a']]);
});

test('before the first row there is nothing to go on to', () => {
  const { sink, add, times } = staged();
  sink.next();
  expect([sink.isFull, times()]).toEqual([false, []]);
  add(100);
  expect(times()).toEqual([100]);
  expect(sink.node('a')).toEqual({ name: 'a' });
});
