// How long a test waits for something says nothing of how fast it is: that is for benchmarks. Beside other work a short wait fails falsely.
import { expect, test } from 'vitest';
import { codeFiles, readSource, withoutComments } from './source-files.ts';

const LEAST_MS = 20_000;
const TESTS = /\.test\.(tsx?|mjs)$/;

/** The arguments of each call of `name`, as they stand. */
function argumentsOf(name: string, source: string): string[] {
  const text = withoutComments(source);
  const found: string[] = [];
  for (let at = text.indexOf(`${name}(`); at >= 0; at = text.indexOf(`${name}(`, at + 1)) {
    const start = at + name.length + 1;
    let end = start;
    for (let depth = 1; depth > 0 && end < text.length; end++) {
      if (text[end] === '(') depth++;
      else if (text[end] === ')') depth--;
    }
    found.push(text.slice(start, end - 1));
  }
  return found;
}

/** The patience of a `vi.waitFor`: its last argument, a number or a field of an object; 1 s where it says nothing. */
function patienceOf(call: string): number {
  const [, alone, field] = /(?:,\s*(\d[\d_]*)|timeout: (\d[\d_]*)[^}]*\})\s*,?\s*$/.exec(call) ?? [];
  return Number((alone ?? field ?? '1000').replaceAll('_', ''));
}

test('every vi.waitFor waits long enough for a busy machine', () => {
  const short = codeFiles()
    .filter((path) => TESTS.test(path) && path !== 'test/architecture/patience.test.ts')
    .flatMap((path) =>
      argumentsOf('vi.waitFor', readSource(path))
        .filter((call) => patienceOf(call) < LEAST_MS)
        .map((call) => `${path}: ${call}`),
    );
  expect(short).toEqual([]);
});

test('a short one is found in each form', () => {
  const source = 'await vi.waitFor(() => f(1)); vi.waitFor(g, 500); vi.waitFor(h, { timeout: 9000, interval: 5 }); vi.waitFor(i, 20_000);';
  expect(argumentsOf('vi.waitFor', source).map(patienceOf)).toEqual([1000, 500, 9000, 20_000]);
});
