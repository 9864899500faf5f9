// Names, lengths, and tests that all run.
import { matchesGlob } from 'node:path';
import { expect, test } from 'vitest';
import { TEST_PROJECTS } from '../../deploy/setup/chosen-tests.mjs';
import config from '../../vitest.config.ts';
import { allFiles, codeFiles, importsOf, readSource, withoutComments } from './source-files.ts';

const files = codeFiles();
const FORBIDDEN = /^(utils?|helpers?|types|index|common|misc|constants)\.(tsx?|mjs)$|[-.](utils?|helpers?)\.(tsx?|mjs)$/;
const KEBAB = /^[a-z0-9]+(-[a-z0-9]+)*(\.(test|fixture|config|d))*\.[a-z]+$/;
const MOST_LINES = 400;

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

test('no file has a name that promises nothing', () => {
  const bad = files.filter((path) => FORBIDDEN.test(nameOf(path)));
  expect(bad.map((path) => `${path}: name it by the noun it owns or the verb it does.`)).toEqual([]);
});

test('file names are in kebab-case', () => {
  const bad = files.filter((path) => !KEBAB.test(nameOf(path)));
  expect(bad.map((path) => `${path}: file names are in kebab-case.`)).toEqual([]);
});

test(`no file is longer than ${MOST_LINES} lines`, () => {
  const long = files
    .filter((path) => !path.startsWith('proto/gen/'))
    .map((path) => [path, readSource(path).split('\n').length - 1] as const);
  expect(long.filter(([, lines]) => lines > MOST_LINES).map(([path, lines]) => `${path} has ${lines} lines: split it by promise.`)).toEqual(
    [],
  );
});

test('no test is skipped, put off or run alone', () => {
  const tests = files.filter((path) => /\.test\.(tsx?|mjs)$/.test(path));
  const pattern = /\b(it|test|describe|bench)\.(skip|todo|only|skipIf|runIf|fails)\b|\b(xit|xdescribe|fit|fdescribe)\(/;
  const bad = tests.filter((path) => pattern.test(withoutComments(readSource(path)).replace(/'[^'\n]*'/g, '')));
  expect(
    bad.map((path) => `${path}: a test that does not run proves nothing; a missing runtime is a failure that says how to get it.`),
  ).toEqual([]);
});

interface Project {
  test: { name: string; include: string[] };
}

/** Name of a project → what its files match. */
const projects = (config as { test: { projects: Project[] } }).test.projects.map(({ test: { name, include } }) => ({
  name,
  // matchesGlob knows no {ts,tsx}.
  globs: include.flatMap((glob) => (glob.includes('{ts,tsx}') ? ['ts', 'tsx'].map((ending) => glob.replace('{ts,tsx}', ending)) : glob)),
}));
const testFiles = allFiles().filter((path) => /\.(test|spec)\.\w+$/.test(path));

function projectOf(path: string): string | undefined {
  return projects.find(({ globs }) => globs.some((glob) => matchesGlob(path, glob)))?.name;
}

test('what stands in for the real thing is named NAME.fixture.ts, and only tests import it', () => {
  const forTests = /^test\/|\.(test|fixture)\.tsx?$/;
  const bad = files
    .filter((path) => !forTests.test(path))
    .flatMap((path) =>
      importsOf(path).flatMap(({ target }) => (target && /\.fixture\.tsx?$/.test(target) ? `${path} imports ${target}` : [])),
    );
  expect(bad.map((words) => `${words}: a program runs with the real thing alone.`)).toEqual([]);
});

test('every test file belongs to a project that runs it', () => {
  const lost = testFiles.filter((path) => projectOf(path) === undefined);
  expect(lost.map((path) => `${path} is run by no project of vitest.config.ts.`)).toEqual([]);
});

test('what a test file needs is asked for by the project that runs it', () => {
  const wrong = testFiles.filter((path) => {
    const asked = TEST_PROJECTS.find(({ folders }) => folders.some((folder) => path.startsWith(`${folder}/`)));
    return asked?.name !== projectOf(path);
  });
  expect(wrong.map((path) => `${path}: the folders in deploy/setup/chosen-tests.mjs are not those of vitest.config.ts.`)).toEqual([]);
});
