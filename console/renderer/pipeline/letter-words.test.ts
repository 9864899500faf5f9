import { expect, test } from 'vitest';
import type { DeadLetterView } from '../../common/dead-letter.ts';
import { editableRow, letterFields, rowProblem } from './letter-words.ts';

const LETTER: DeadLetterView = {
  ...{ id: 3, timeMs: 1, nodeId: 'n', reason: 'type_changed', detail: 'gpu.load is DOUBLE and came as SYMBOL', measurement: 'gpu' },
  ...{ decoded: '', rawBytes: 0, epoch: 'a', seq: 4, tags: ['load', 'card'], textFields: [], history: [] },
  row: '{"timestamp":1,"load":"3.2 GHz","gpu":7,"card":"<img onerror=x>","a.b(":null}',
};

test('the field that the sentence is about is at fault', () => {
  const fields = letterFields(LETTER);
  expect(fields?.filter((field) => field.atFault)).toEqual([{ name: 'load', value: '"3.2 GHz"', kind: 'tag', atFault: true }]);
  expect(fields?.map((field) => field.kind)).toEqual(['time', 'tag', 'number', 'tag', 'number']);
  expect(letterFields({ ...LETTER, reason: 'time_too_far', detail: 'x' })?.find((field) => field.atFault)?.name).toBe('timestamp');
  expect(letterFields({ ...LETTER, detail: 'nobody knows' })?.some((field) => field.atFault)).toBe(false);
});

test('what is no row has no fields, and is edited as it is', () => {
  for (const row of ['', '{', '[1]', 'null', '"a"']) expect(letterFields({ ...LETTER, row })).toBeUndefined();
  expect(editableRow({ ...LETTER, row: '{' })).toBe('{');
  expect(editableRow(LETTER)).toContain('\n  "load": "3.2 GHz"');
});

test('an edited row that cannot be sent is told at once', () => {
  expect(rowProblem('{"timestamp":1}')).toBe('');
  expect(rowProblem('[1]')).toBe('A row is a JSON object.');
  expect(rowProblem('{"a":1}')).toBe('The row needs a timestamp.');
  expect(rowProblem('{"a":}')).toMatch(/^Not valid JSON: /);
});

test('a value of ten megabytes is read once and shown in part', () => {
  const letter = { ...LETTER, row: JSON.stringify({ timestamp: 1, load: 'x'.repeat(10 * 1024 * 1024) }) };
  const fields = letterFields(letter);
  expect(fields?.find((field) => field.name === 'load')?.value).toHaveLength(2000);
  expect(letterFields(letter)).toBe(fields);
});
