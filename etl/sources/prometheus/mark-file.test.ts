import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { begun, finished, MarkFile, newMark } from './mark-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'muster-marks-'));
afterAll(() => rmSync(folder, { recursive: true }));

test('a mark is read as it was written, in a folder that is made for it', () => {
  const file = new MarkFile(join(folder, 'a', 'up.mark.json'));
  expect(file.load()).toBeUndefined();
  const mark = { ...newMark('id', 15_000, 4, 2), numbers: { n: 7 }, pending: { first: 5, last: 9 } };
  file.save(mark);
  expect(file.load()).toEqual(mark);
});

test.each(['', '{}', '{"identity":"x"}'])('a mark that cannot be read (%j) is an error: going on without would leave a hole', (text) => {
  const path = join(folder, 'broken.mark.json');
  writeFileSync(path, text);
  expect(() => new MarkFile(path).load()).toThrow(`the mark ${path} cannot be read: remove it`);
});

test('a mark that is no file, and one that cannot be written, are errors', () => {
  const path = join(folder, 'taken');
  mkdirSync(path);
  expect(() => new MarkFile(path).load()).toThrow('cannot be read');
  writeFileSync(join(folder, 'plain'), '');
  expect(() => new MarkFile(join(folder, 'plain', 'up.mark.json')).save(newMark('id', 1, 1, 1))).toThrow('cannot be written');
});

test('each new mark has numbers of its own', () => {
  const [one, two] = [newMark('id', 15_000, 4, 2), newMark('id', 15_000, 4, 2)];
  expect(one).toEqual({
    identity: 'id',
    stepMs: 15_000,
    generation: expect.stringMatching(/^[0-9a-f]{24}$/),
    done: 4,
    period: 2,
    numbers: {},
  });
  expect(one.generation).not.toBe(two.generation);
});

test('a window that began is pending, and keeps the numbers of its period alone', () => {
  const mark = { ...newMark('id', 15_000, 4, 2), numbers: { n: 7 } };
  const window = { first: 5, last: 9 };
  expect(begun(mark, window, 2)).toEqual({ ...mark, pending: window });
  expect(begun(mark, window, 3)).toEqual({ ...mark, pending: window, period: 3, numbers: {} });
  expect(finished(begun(mark, window, 2), window, new Map([['n', 8]]))).toEqual({ ...mark, done: 9, numbers: { n: 8 } });
});
