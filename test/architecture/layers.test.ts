import { expect, test } from 'vitest';
import { LAYERS, PACKAGES, packageProblemOf, problemOf, wallOf } from './allowed-imports.ts';
import { circlesOf, codeFiles, importsOf, isThere, parseImports, readSource } from './source-files.ts';

const files = codeFiles();

test('every import goes where its folder may import from', () => {
  const problems = files.flatMap((from) =>
    importsOf(from).flatMap(
      ({ specifier, target, typeOnly }) => (target ? problemOf(from, target, typeOnly) : packageProblemOf(from, specifier)) ?? [],
    ),
  );
  expect(problems).toEqual([]);
});

test('every relative import names a file that is there, with its ending', () => {
  const lost = files.flatMap((from) =>
    importsOf(from).flatMap(({ target, specifier }) =>
      target && !isThere(target.replace(/\?.*$/, '')) ? `${from} imports ${specifier}, and there is no ${target}.` : [],
    ),
  );
  expect(lost).toEqual([]);
});

test('no files import each other in a circle, not even by their types', () => {
  const ours = new Set(files);
  const circles = circlesOf(files, (path) => importsOf(path).flatMap(({ target }) => (target && ours.has(target) ? target : [])));
  expect(circles.map((circle) => `${circle.join(' ↔ ')}: move what both need into a file of its own.`)).toEqual([]);
});

test('a circle is found with all its files, and a fork is none', () => {
  const graph: Record<string, string[]> = { a: ['b', 'd'], b: ['c'], c: ['b', 'd'], d: ['e'], e: ['f'], f: ['d'], g: ['a', 'e'] };
  expect(circlesOf(Object.keys(graph), (path) => graph[path] ?? [])).toEqual([
    ['d', 'e', 'f'],
    ['b', 'c'],
  ]);
  expect(circlesOf(['a', 'b', 'c'], (path) => (path === 'a' ? ['b', 'c'] : path === 'b' ? ['c'] : []))).toEqual([]);
});

test('every package of package.json belongs to rooms, and every row to a package', () => {
  const manifest = JSON.parse(readSource('package.json')) as Record<string, Record<string, string> | undefined>;
  const names = ['dependencies', 'devDependencies', 'optionalDependencies'].flatMap((kind) => Object.keys(manifest[kind] ?? {}));
  expect(names.length).toBeGreaterThan(40);
  const unnamed = names.filter((name) => wallOf(name) === undefined);
  expect(
    unnamed.map((name) => `${name} has no row in PACKAGES of test/architecture/allowed-imports.ts: say which rooms may import it.`),
  ).toEqual([]);
  const idle = PACKAGES.filter(({ packages }) => !names.some((name) => packages.test(name)));
  expect(idle.map(({ packages }) => `${packages} names no package of package.json: take the row out.`)).toEqual([]);
});

test('each folder of the table exists', () => {
  const gone = LAYERS.filter(({ folder }) => !files.some((path) => path.startsWith(`${folder}/`))).map(({ folder }) => folder);
  expect(gone).toEqual([]);
});

test('a forbidden import is named with both files and the rule', () => {
  expect(problemOf('agent/main.ts', 'gateway/main.ts', false)).toBe(
    'agent/main.ts imports gateway/main.ts: agent may import proto, core/common, core/node and itself.',
  );
  expect(problemOf('core/common/frame.ts', 'core/node/log.ts', false)).toContain('core/common may import nothing of ours');
  expect(problemOf('console/renderer/main.tsx', 'proto/gen/messages.ts', false)).toContain('console/renderer may import');
  expect(problemOf('console/renderer/main.tsx', 'proto/gen/messages.ts', true)).toBeUndefined();
  expect(problemOf('cli/main.ts', 'deploy/setup/runtimes.mjs', false)).toBeUndefined();
  expect(problemOf('cli/main.ts', 'test/harness/nats.ts', false)).toBeDefined();
  expect(packageProblemOf('console/renderer/main.tsx', 'electron')).toContain('only the window’s own process has it');
  expect(packageProblemOf('agent/uplink/channel.ts', 'pg')).toBe(
    'agent/uplink/channel.ts imports pg: QuestDB is read there alone, so only gateway/fleet, tests may.',
  );
  expect(packageProblemOf('agent/main.ts', 'left-pad/index.js')).toContain('has no row in PACKAGES');
  expect(packageProblemOf('console/renderer/main.tsx', 'react-dom/client')).toBeUndefined();
  expect(packageProblemOf('agent/main.test.ts', 'fast-check')).toBeUndefined();
});

test('imports are found in every form, and not in comments', () => {
  const source = `import type { A } from './a.ts';
import { b,
  c } from "./b.ts";
import './c.css';
export { d } from '../d.ts';
// import './not.ts';
/* import './neither.ts'; */
const url = 'http://x'; const e = await import('./e.ts');`;
  expect(parseImports('room/file.ts', source).map(({ target, typeOnly }) => [target, typeOnly])).toEqual([
    ['room/a.ts', true],
    ['room/b.ts', false],
    ['room/c.css', false],
    ['d.ts', false],
    ['room/e.ts', false],
  ]);
});
