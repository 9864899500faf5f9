// An answer that was cut at its row limit passes nowhere in the console for a whole one.
import { expect, test } from 'vitest';
import { codeFiles, readSource } from './source-files.ts';

/** Who asks for rows past `askWhole`, and why a cut answer is no lie there. */
const BOUNDED: Readonly<Record<string, string>> = {
  'console/renderer/state/ask-whole.ts': 'it is the one that looks',
  'console/renderer/state/cpu-trends.ts': 'as many rows as steps and nodes at most, by its own statement',
  'console/renderer/explore/query-state.ts': 'the answer says itself that it was cut',
  'console/renderer/explore/builder/tag-catalog.ts': 'the commonest values, as a help for writing',
  'console/renderer/node/node-feed.ts': 'events say from when on they are whole',
  'console/renderer/node/sections/use-inventory.ts': 'changes say that the oldest are missing',
  'console/renderer/node/tables/table-rows.ts': 'rows are partial where they were cut',
};

test('rows are asked for by askWhole, or whoever asks shows what is missing', () => {
  const past = codeFiles().filter(
    (path) => path.startsWith('console/renderer/') && !path.includes('.test.') && /request\(\s*'query'/.test(readSource(path)),
  );
  expect(
    past.filter((path) => BOUNDED[path] === undefined).map((path) => `${path} asks past askWhole: a cut answer would pass for a whole one`),
  ).toEqual([]);
  expect(Object.keys(BOUNDED).filter((path) => !past.includes(path))).toEqual([]);
});
