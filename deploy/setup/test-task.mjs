// `npm test`: format and lint, types, and all tests. Each is run even where one before it failed, so that one run says all there is to mend.
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { runChild } from './child.mjs';

/** @param {string} root @param {string} name as npm names the package @param {string} [program] */
function packageProgram(root, name, program = name.replace(/^@[^/]+\//, '')) {
  const folder = join(root, 'node_modules', name);
  const { bin } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  return join(folder, typeof bin === 'string' ? bin : bin[program]);
}

/**
 * @param {import('./tasks.mjs').Place} place extra arguments go to vitest
 * @returns {Promise<number>} 0 where everything is well
 */
export async function runTests({ root, node, env, args }) {
  const report = join(root, '.cache', 'test', 'results.json');
  mkdirSync(join(root, '.cache', 'test'), { recursive: true });
  rmSync(report, { force: true });
  const plain = !process.stdout.isTTY;
  // A PATH with our Node first: what a test starts by name runs on it too.
  const own = {
    ...env,
    PATH: [dirname(node), join(root, 'node_modules', '.bin'), env.PATH].join(delimiter),
    ...(plain ? { NO_COLOR: '1' } : {}),
  };
  const step = async (/** @type {string} */ words, /** @type {string[]} */ command) => {
    const started = Date.now();
    const code = await runChild(node, command, { cwd: root, env: own });
    console.log(`${words}: ${code === 0 ? 'ok' : 'FAILED'} (${((Date.now() - started) / 1000).toFixed(1)} s)`);
    return code;
  };
  const lint = await step('format and lint', [packageProgram(root, '@biomejs/biome'), 'ci', `--colors=${plain ? 'off' : 'force'}`, '.']);
  const types = await step('types', [packageProgram(root, 'typescript', 'tsc'), '--build', 'tsconfig.json', 'deploy/setup/tsconfig.json']);
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const tests = await step('tests', [packageProgram(root, 'vitest'), 'run', ...reporters, ...args]);
  printCounts(report);
  return [lint, types, tests].every((code) => code === 0) ? 0 : 1;
}

/** @param {string} report */
function printCounts(report) {
  if (!existsSync(report)) return console.log('0 passed, 0 failed: vitest ended before it had a result');
  const { numPassedTests, numFailedTests } = JSON.parse(readFileSync(report, 'utf8'));
  console.log(`${numPassedTests} passed, ${numFailedTests} failed`);
}
