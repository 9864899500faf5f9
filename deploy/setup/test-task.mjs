// `npm test`: format and lint, types, and the tests; `npm run test:drills`: the long ones. Each step is run even where one before it failed, so that one
// run says all there is to mend.
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { runChild } from './child.mjs';

/** @param {string} root @param {string} name as npm names the package @param {string} [program] */
function packageProgram(root, name, program = name.replace(/^@[^/]+\//, '')) {
  const folder = join(root, 'node_modules', name);
  const { bin } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  return join(folder, typeof bin === 'string' ? bin : bin[program]);
}

/** Projects of vitest.config.ts that take minutes: whoever changed a line does not wait for them. */
const LONG = ['drills'];

/**
 * Everything but the long tests; with arguments, which go to vitest, whatever they choose of all.
 * @param {import('./tasks.mjs').Place} place
 * @returns {Promise<number>} 0 where everything is well
 */
export async function runTests(place) {
  const step = createStep(place);
  const { root, args } = place;
  const lint = await step('format and lint', [
    packageProgram(root, '@biomejs/biome'),
    'ci',
    `--colors=${isPlain() ? 'off' : 'force'}`,
    '.',
  ]);
  const types = await step('types', [packageProgram(root, 'typescript', 'tsc'), '--build', 'tsconfig.json', 'deploy/setup/tsconfig.json']);
  const tests = await runVitest(place, args.length > 0 ? args : LONG.map((name) => `--project=!${name}`));
  return [lint, types, tests].every((code) => code === 0) ? 0 : 1;
}

/** @param {import('./tasks.mjs').Place} place @returns {Promise<number>} */
export function runDrills(place) {
  return runVitest(place, [...LONG.map((name) => `--project=${name}`), ...place.args]);
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
