import { expect, it } from 'vitest';
import { ResultSplitter } from './result-splitter.ts';

const SERIES = [
  {
    metric: { __name__: 'up', instance: 'a"]}{[,:\\' },
    values: [
      [1, '1'],
      [2, 'NaN'],
    ],
  },
  { metric: { result: '"result":[', ü: 'ß€😀' }, values: [] },
  { metric: {}, values: [[3, '-1e-9']] },
];
const ANSWER = {
  status: 'success',
  isPartial: false,
  data: { resultType: 'matrix', result: SERIES, stats: { samples: [1, { a: [] }] } },
  warnings: ['w'],
};

function split(text: string | Buffer, pieceBytes: number) {
  const splitter = new ResultSplitter();
  const bytes = Buffer.from(text);
  const series: unknown[] = [];
  for (let at = 0; at < bytes.length; at += pieceBytes) series.push(...splitter.push(bytes.subarray(at, at + pieceBytes)));
  return { series, envelope: splitter.end() };
}

it.each([1, 2, 3, 7, 64, 100_000])('finds every series whatever the pieces of %i bytes cut', (pieceBytes) => {
  for (const text of [JSON.stringify(ANSWER), JSON.stringify(ANSWER, undefined, 2)]) {
    const { series, envelope } = split(text, pieceBytes);
    expect(series).toEqual(SERIES);
    expect(envelope).toEqual({ ...ANSWER, data: { ...ANSWER.data, result: [] } });
  }
});

it('takes answers without series, and with another kind of result', () => {
  const none = { status: 'success', data: { resultType: 'matrix', result: [] } };
  expect(split(JSON.stringify(none), 5)).toEqual({ series: [], envelope: none });
  expect(split('{"status":"success","data":{"resultType":"scalar","result":[1,"1"]}}', 5).envelope.data?.resultType).toBe('scalar');
  expect(split('{"status":"error","error":"no"}', 5).envelope).toEqual({ status: 'error', error: 'no' });
});

it.each([
  ['is cut off', JSON.stringify(ANSWER).slice(0, -3), 'the answer ends in the middle'],
  ['is no JSON', '<html>down</html>', 'the answer is not JSON'],
  ['has a broken series', '{"data":{"result":[{"metric":{,}}]}}', 'the answer is not JSON'],
  ['has a series without end', `{"data":{"result":[{"metric":{"a":"${'x'.repeat(5 * 1024 * 1024)}"}}]}}`, 'a series has more than'],
  ['is all talk', `{"error":"${'x'.repeat(512 * 1024)}"}`, 'bytes around its series'],
])('throws for an answer that %s', (_, text, words) => {
  expect(() => split(text, 65_536)).toThrow(words);
});
