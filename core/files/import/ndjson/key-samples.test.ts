import { expect, test } from 'vitest';
import { KeySamples } from './key-samples.ts';

function samplesOf(...lines: Record<string, unknown>[]): KeySamples {
  const samples = new KeySamples('a.ndjson');
  for (const [i, line] of lines.entries()) samples.add(line, i + 1);
  return samples;
}

test('keys stand in the order in which they first came, with their values', () => {
  const samples = samplesOf({ time: 't', v: 1 }, { host: 'a', v: 2.5 }, { v: null, b: true });
  expect(samples.headers).toEqual(['time', 'v', 'host', 'b']);
  expect(samples.cells).toEqual([['t'], ['1', '2.5'], ['a'], ['1']]);
  expect([samples.rows, [...samples.texts], samples.nested]).toEqual([3, [0, 2], undefined]);
});

test('a key whose values are texts and numbers is none of texts', () => {
  expect([...samplesOf({ a: 'x', b: 'y' }, { a: 5, b: null }).texts]).toEqual([1]);
});

test('the first object or list is told, and makes no key', () => {
  const samples = samplesOf({ a: 1 }, { deep: { x: 1 } }, { list: [1] });
  expect(samples.headers).toEqual(['a']);
  expect(samples.nested?.message).toMatch(/^row 2 of a\.ndjson has .*deep.* with an object in it: flatten it/);
  expect(samplesOf({ list: [1] }).nested?.message).toContain('with a list in it');
});

test('of a value 256 letters are kept, of a key a thousand values', () => {
  const samples = samplesOf({ a: 'x'.repeat(256) }, { a: 'x'.repeat(257) });
  expect(samples.cells[0]?.map(({ length }) => length)).toEqual([256, 256]);
  const many = new KeySamples('a');
  for (let row = 1; row <= 1001; row++) many.add({ v: row }, row);
  expect([many.cells[0]?.length, many.cells[0]?.at(-1)]).toEqual([1000, '1000']);
});

test('with very many values kept, of a further key there are twenty', () => {
  const samples = new KeySamples('a');
  const line = Object.fromEntries(Array.from({ length: 200 }, (_, i) => [`k${i}`, i]));
  for (let row = 1; row <= 1000; row++) samples.add(line, row);
  for (let row = 1001; row <= 1030; row++) samples.add({ late: row }, row);
  expect([samples.cells[0]?.length, samples.cells.at(-1)?.length]).toEqual([1000, 20]);
});

test('ten thousand keys are taken, and a mebibyte of their letters', () => {
  const samples = new KeySamples('a.ndjson');
  samples.add(Object.fromEntries(Array.from({ length: 10_000 }, (_, i) => [`k${i}`, 1])), 1);
  expect(() => samples.add({ more: 1 }, 7)).toThrow('a.ndjson has more than 10000 keys at row 7: at most 10000 are taken');
  const long = 'x'.repeat(1024 * 1024);
  expect(() => samplesOf({ [long]: 1 })).not.toThrow();
  expect(() => samplesOf({ [`${long}x`]: 1 })).toThrow('has more than 0 keys at row 1');
});
