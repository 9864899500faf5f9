// Code stays on what its environment has. Types hold most of it (tsconfig.web.json has no Node, tsconfig.node.json no DOM); this holds the rest.
import { expect, test } from 'vitest';
import { allFiles, codeFiles, importsOf, reachableFrom, readSource, withoutComments } from './source-files.ts';

const files = codeFiles().filter((path) => !/\.test\.tsx?$/.test(path));
const PAGE_FOLDERS = ['core/common/', 'console/common/', 'console/preload/', 'console/renderer/'];

/** Newer than the oldest environment, with the version that brought it. */
const NEWER_THAN_NODE_16: Record<string, RegExp> = {
  'node:sqlite (Node 22)': /['"]node:sqlite['"]/,
  'node:test (Node 18)': /['"]node:test['"]/,
  'global fetch (Node 18)': /(?<![.\w])fetch\(/,
  'global WebSocket (Node 22)': /new WebSocket\(/,
  'structuredClone (Node 17)': /\bstructuredClone\(/,
  'global crypto (Node 19)': /(?<![.\w])crypto\.(subtle|randomUUID|getRandomValues)/,
  'import.meta.dirname (Node 20)': /import\.meta\.(dirname|filename)/,
  'util.parseArgs (Node 18)': /\bparseArgs\(/,
};
const NEWER_THAN_BOTH: Record<string, RegExp> = {
  'toSorted, toReversed, toSpliced (Node 20, Chrome 110)': /\.(toSorted|toReversed|toSpliced)\(/,
  'Object.groupBy, Map.groupBy (Node 21, Chrome 117)': /\b(Object|Map)\.groupBy\(/,
  'Promise.withResolvers (Node 22, Chrome 119)': /Promise\.withResolvers/,
  'AbortSignal.any (Node 20, Chrome 116)': /AbortSignal\.any\(/,
  'Array.fromAsync (Node 22, Chrome 121)': /Array\.fromAsync\(/,
  'iterator helpers (Node 22, Chrome 122)': /\.(values|keys|entries)\(\)\s*\.(map|filter|take|drop|toArray|some|every|find)\(/,
  'Set operations (Node 22, Chrome 122)': /\.(isSubsetOf|isSupersetOf|isDisjointFrom|symmetricDifference)\(/,
};
/** What a style sheet is not lowered from, by Chrome's version. */
const NEWER_STYLES: Record<string, RegExp> = {
  'color-mix (111)': /color-mix\(/,
  'light-dark (123)': /light-dark\(/,
  'subgrid (117)': /\bsubgrid\b/,
  '@scope (118)': /@scope\b/,
  '@starting-style (117)': /@starting-style/,
  'relative colours (119)': /\b(rgb|hsl|oklch|oklab)\(\s*from\b/,
};

function newerIn(paths: Iterable<string>, tables: readonly Record<string, RegExp>[], environment: string): string[] {
  return [...paths].flatMap((path) => {
    const text = withoutComments(readSource(path));
    return tables.flatMap((table) =>
      Object.entries(table).flatMap(([what, pattern]) => (pattern.test(text) ? `${path} uses ${what}: ${environment}.` : [])),
    );
  });
}

test('what a page loads imports nothing of Node', () => {
  const problems = files
    .filter((path) => PAGE_FOLDERS.some((folder) => path.startsWith(folder)))
    .flatMap((path) =>
      importsOf(path).flatMap(({ specifier }) =>
        specifier.startsWith('node:') ? `${path} imports ${specifier}: a page has no Node.` : [],
      ),
    );
  expect(problems).toEqual([]);
});

test('what a page loads is there in Chrome 108', () => {
  const reached = reachableFrom('console/renderer/main.tsx', new Set(files));
  expect(newerIn(reached, [NEWER_THAN_BOTH], 'the oldest Electron has Chrome 108')).toEqual([]);
});

test('what Electron’s main process runs is there in Node 16', () => {
  const reached = ['console/main/main.ts', 'console/backend/main.ts', 'console/preload/preload.ts'].flatMap((entry) => [
    ...reachableFrom(entry, new Set(files)),
  ]);
  expect(newerIn(new Set(reached), [NEWER_THAN_NODE_16, NEWER_THAN_BOTH], 'the oldest Electron has Node 16')).toEqual([]);
});

test('style sheets stay on what Chrome 108 draws', () => {
  const styles = allFiles().filter((path) => path.endsWith('.css'));
  expect(newerIn(styles, [NEWER_STYLES], 'the oldest Electron has Chrome 108 and the build does not lower it')).toEqual([]);
});
