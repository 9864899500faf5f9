// The tasks behind the npm scripts: which runtimes each needs, whether it needs dist/, and what it runs.
import { existsSync, readdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runChild } from './child.mjs';
import { chosenProjects, DISPLAY, runtimesOf, STORE } from './chosen-tests.mjs';
import { runningConsole } from './dev-stack.mjs';
import { UNMAINTAINED_ELECTRON } from './runtimes/catalogue.mjs';
import { SetupError } from './setup-error.mjs';
import { runCheck, runProject, runTests, runUnitTests, watchUnitTests } from './test-task.mjs';

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '../..');

/**
 * @typedef {import('./runtimes.mjs').RuntimeName} RuntimeName
 *
 * @typedef {object} Place
 * @property {string} root
 * @property {string} node the Node to run on
 * @property {NodeJS.ProcessEnv} env with the runtimes found
 * @property {readonly string[]} args
 *
 * @typedef {object} Task
 * @property {(args: readonly string[], env: NodeJS.ProcessEnv) => RuntimeName[]} needs
 * @property {(args: readonly string[], env: NodeJS.ProcessEnv) => RuntimeName[]} [wishes] good to have; without them it goes on and says so
 * @property {boolean | ((args: readonly string[], env: NodeJS.ProcessEnv) => boolean)} built does it need dist/?
 * @property {NodeJS.ProcessEnv} [env] settings, where the environment does not have them
 * @property {(place: Place) => Promise<number>} run its exit code
 */

/** Nobody works with the windows of tests. */
const ANY_ELECTRON = { [UNMAINTAINED_ELECTRON]: '1' };

/** @param {NodeJS.ProcessEnv} env */
function hasScreen(env) {
  return process.platform === 'darwin' || process.platform === 'win32' || Boolean(env.DISPLAY || env.WAYLAND_DISPLAY);
}

/** @param {readonly string[]} args */
const asksForHelp = (args) => args.includes('--help') || args.includes('-h');

/** A window needs Electron; without one the console is a printed address. @param {readonly string[]} args @param {NodeJS.ProcessEnv} env @returns {RuntimeName[]} */
function windowRuntimes(args, env) {
  return !asksForHelp(args) && hasScreen(env) && !args.includes('--headless') && !args.includes('--web') ? ['electron'] : [];
}

/** @type {(args: readonly string[]) => RuntimeName[]} */
const upNeeds = (args) => (asksForHelp(args) ? [] : [...STORE]);

/** @param {Place} place @param {readonly string[]} args */
function runMuster({ root, node, env }, args) {
  // npm goes to the checkout first: files are named from where it was called (`npm run --prefix CHECKOUT muster -- import a.csv`).
  const cwd = env.INIT_CWD && existsSync(env.INIT_CWD) ? { cwd: env.INIT_CWD } : {};
  return runChild(node, [join(root, 'dist/muster.mjs'), ...args], { env, ...cwd });
}

/** All tests of a project, or those that the arguments choose. @param {string} name @returns {Task} */
function projectTask(name) {
  return { needs: () => runtimesOf(chosenProjects(ROOT, [`--project=${name}`])), built: true, run: (place) => runProject(place, name) };
}

/** @type {Record<string, Task>} */
export const TASKS = {
  up: { needs: upNeeds, wishes: windowRuntimes, built: true, run: (place) => runMuster(place, ['up', ...place.args]) },
  muster: {
    needs: (args) => (args[0] === 'up' ? upNeeds(args) : []),
    wishes: (args, env) => (args[0] === 'up' || args[0] === 'console' ? windowRuntimes(args, env) : []),
    built: true,
    run: (place) => runMuster(place, place.args),
  },
  test: {
    needs: (args) => runtimesOf(chosenProjects(ROOT, args)),
    built: (args) => chosenProjects(ROOT, args).some(({ built }) => built),
    env: ANY_ELECTRON,
    run: runTests,
  },
  unit: { needs: () => [], built: false, run: runUnitTests },
  watch: { needs: () => [], built: false, run: watchUnitTests },
  check: { needs: () => [], built: false, run: runCheck },
  dev: {
    // A Muster that runs has all it needs.
    needs: (args, env) => (runningConsole(args, env) === undefined ? upNeeds(args) : []),
    built: (args, env) => !asksForHelp(args) && runningConsole(args, env) === undefined,
    run: ({ root, node, env, args }) => runChild(node, [join(root, 'deploy/setup/dev.mjs'), ...args], { cwd: root, env }),
  },
  drills: projectTask('drills'),
  screens: projectTask('screens'),
  compose: {
    // What the containers run is built inside the image; what calls them from outside is not built at all.
    needs: () => [...STORE, 'grpcurl', 'chromium'],
    built: false,
    run: ({ root, node, env }) =>
      runChild(node, [join(root, 'deploy/stand-in-images/with-docker.mjs'), node, join(root, 'test/compose/run.ts')], { cwd: root, env }),
  },
  bench: {
    needs: ([name]) => (name === 'console' ? [...STORE, 'electron', ...DISPLAY] : [...STORE]),
    built: true,
    env: ANY_ELECTRON,
    async run({ root, node, env, args }) {
      const folder = join(root, 'test/bench');
      const [name, ...rest] = args;
      const file = join(folder, `${name}.ts`);
      if (!name || !existsSync(file))
        throw new SetupError('invalid_config', `There is no bench "${name ?? ''}"; there are ${benches(folder)}.`);
      return runChild(node, [file, ...rest], { cwd: root, env });
    },
  },
  proto: {
    needs: () => [],
    built: false,
    run: ({ root, node, env }) => runChild(node, [join(root, 'proto/generate.ts')], { cwd: root, env }),
  },
  reference: {
    needs: () => [],
    built: false,
    run: ({ root, node, env }) => runChild(node, [join(root, 'test/reference/write.ts')], { cwd: root, env }),
  },
  build: { needs: () => [], built: true, run: async () => 0 },
  package: {
    needs: () => [],
    built: false,
    env: ANY_ELECTRON,
    run({ root, node, env, args }) {
      const [script, rest] = args[0] === 'console' ? ['deploy/console/package.mjs', args.slice(1)] : ['deploy/agent/package.mjs', args];
      return runChild(node, [join(root, script), ...rest], { env });
    },
  },
};

/** Those that may be named: a part of another has a name of two words. @param {string} folder */
function benches(folder) {
  const files = existsSync(folder) ? readdirSync(folder) : [];
  return (
    files
      .filter((file) => /^[a-z]+\.ts$/.test(file))
      .map((file) => file.slice(0, -3))
      .join(', ') || 'none yet'
  );
}
