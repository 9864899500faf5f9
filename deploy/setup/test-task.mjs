// `npm test`: format and lint, types, and the tests; `npm run test:drills`: the long ones; `npm run check`, `test:unit` and `test:watch`: a part of them, in
// seconds. Each step is run even where one before it failed, so that one run says all there is to mend.
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { runChild } from './child.mjs';
import { APART } from './chosen-tests.mjs';

/** @param {string} root @param {string} name as npm names the package @param {string} [program] */
function packageProgram(root, name, program = name.replace(/^@[^/]+\//, '')) {
  const folder = join(root, 'node_modules', name);
  const { bin } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  return join(folder, typeof bin === 'string' ? bin : bin[program]);
}

/**
 * Everything but the projects apart; with arguments, which go to vitest, whatever they choose of all.
 * @param {import('./tasks.mjs').Place} place
 * @returns {Promise<number>} 0 where everything is well
 */
export async function runTests(place) {
  const { args } = place;
  const lint = await lintAll(place, 'ci');
  const types = await checkTypes(place);
  const tests = await runVitest(place, args.length > 0 ? args : APART.map((name) => `--project=!${name}`));
  return [lint, types, tests].every((code) => code === 0) ? 0 : 1;
}

/** Format, lint and types, side by side. @param {import('./tasks.mjs').Place} place @returns {Promise<number>} */
export async function runCheck(place) {
  const codes = await Promise.all([lintAll(place, 'check'), checkTypes(place)]);
  return codes.every((code) => code === 0) ? 0 : 1;
}

/** @param {import('./tasks.mjs').Place} place @param {'ci' | 'check'} how */
function lintAll(place, how) {
  const program = packageProgram(place.root, '@biomejs/biome');
  return createStep(place)('format and lint', [program, how, `--colors=${isPlain() ? 'off' : 'force'}`, '.']);
}

/** @param {import('./tasks.mjs').Place} place */
function checkTypes(place) {
  const program = packageProgram(place.root, 'typescript', 'tsc');
  return createStep(place)('types', [program, '--build', 'tsconfig.json', 'deploy/setup/tsconfig.json']);
}

/** The unit tests alone. @param {import('./tasks.mjs').Place} place @returns {Promise<number>} */
export function runUnitTests(place) {
  return createStep(place)('unit tests', [packageProgram(place.root, 'vitest'), 'run', '--project=unit', ...place.args]);
}

/** The unit tests again whenever a file that they import changes, until Ctrl-C. @param {import('./tasks.mjs').Place} place @returns {Promise<number>} */
export function watchUnitTests(place) {
  return createStep(place)('unit tests', [packageProgram(place.root, 'vitest'), 'watch', '--project=unit', ...place.args]);
}

/** One project of vitest.config.ts. @param {import('./tasks.mjs').Place} place @param {string} name @returns {Promise<number>} */
export function runProject(place, name) {
  return runVitest(place, [`--project=${name}`, ...place.args]);
}

/** @param {import('./tasks.mjs').Place} place @param {readonly string[]} args */
async function runVitest(place, args) {
  const { root } = place;
  const report = join(root, '.cache', 'test', 'results.json');
  mkdirSync(join(root, '.cache', 'test'), { recursive: true });
  rmSync(report, { force: true });
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const code = await createStep(place)('tests', [packageProgram(root, 'vitest'), 'run', ...reporters, ...args]);
  printCounts(report);
  return code;
}

function isPlain() {
  return !process.stdout.isTTY;
}

/** Runs a program under our Node and says how it ended. @param {import('./tasks.mjs').Place} place */
function createStep({ root, node, env }) {
  // A PATH with our Node first: what a test starts by name runs on it too.
  const own = {
    ...env,
    PATH: [dirname(node), join(root, 'node_modules', '.bin'), env.PATH].join(delimiter),
    ...(isPlain() ? { NO_COLOR: '1' } : {}),
  };
  return async (/** @type {string} */ words, /** @type {string[]} */ command) => {
    const started = Date.now();
    const code = await runChild(node, command, { cwd: root, env: own });
    console.log(`${words}: ${code === 0 ? 'ok' : 'FAILED'} (${((Date.now() - started) / 1000).toFixed(1)} s)`);
    return code;
  };
}

/** @param {string} report */
function printCounts(report) {
  if (!existsSync(report)) return console.log('0 passed, 0 failed: vitest ended before it had a result');
  const { numPassedTests, numFailedTests } = JSON.parse(readFileSync(report, 'utf8'));
  console.log(`${numPassedTests} passed, ${numFailedTests} failed`);
}
