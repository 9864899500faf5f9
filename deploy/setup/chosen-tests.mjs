// Which kinds of tests the arguments of `npm test` choose, and what each kind needs. Plain Node without packages: vitest itself may not be there yet.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/**
 * @typedef {import('./runtimes.mjs').RuntimeName} RuntimeName
 *
 * @typedef {object} TestProject a project of vitest.config.ts
 * @property {string} name
 * @property {readonly string[]} folders where its test files lie
 * @property {readonly RuntimeName[]} runtimes
 * @property {boolean} built do its tests start programs of dist/?
 */

/** @type {readonly RuntimeName[]} */
export const STORE = ['nats-server', 'questdb', 'java'];

/** For windows that nobody sees. @type {readonly RuntimeName[]} */
export const DISPLAY = process.platform === 'linux' ? ['xvfb'] : [];

/** @type {readonly TestProject[]} */
export const TEST_PROJECTS = [
  {
    name: 'unit',
    folders: ['core', 'proto', 'agent', 'gateway', 'etl', 'cli', 'console', 'deploy', 'test/golden'],
    runtimes: [],
    built: false,
  },
  { name: 'architecture', folders: ['test/architecture'], runtimes: [], built: false },
  { name: 'integration', folders: ['test/integration', 'test/harness'], runtimes: [...STORE, 'grpcurl'], built: true },
  { name: 'e2e', folders: ['test/e2e'], runtimes: [...STORE, 'chromium', 'electron', ...DISPLAY], built: true },
  { name: 'drills', folders: ['test/drills'], runtimes: [...STORE, 'grpcurl', 'prometheus', 'node-exporter'], built: true },
  { name: 'screens', folders: ['test/screens'], runtimes: [...STORE, 'chromium'], built: true },
];

/** Projects that take minutes or make pictures: a plain `npm test` leaves them out. */
export const APART = ['drills', 'screens'];

/** Options of vitest whose value may stand as the next argument. */
const WITH_VALUE = new Set([
  ...['-t', '--testNamePattern', '--project', '--reporter', '--outputFile', '--exclude', '--shard', '--retry', '--bail', '--pool'],
  ...['-c', '--config', '-r', '--root', '--dir', '--maxWorkers', '--testTimeout', '--hookTimeout', '--silent'],
]);

/** @param {string} folder below `root` @param {string} root @returns {Generator<string>} paths below `root` */
function* testFiles(root, folder) {
  if (!existsSync(join(root, folder))) return;
  for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) yield* testFiles(root, path);
    else if (/\.test\.\w+$/.test(entry.name)) yield path;
  }
}

/** The filters and the values of `--project` among arguments for vitest. @param {readonly string[]} args */
function parse(args) {
  /** @type {string[]} */
  const filters = [];
  /** @type {string[]} */
  const projects = [];
  for (let i = 0; i < args.length; i++) {
    const [option = '', inline] = /** @type {string} */ (args[i]).split(/=(.*)/s);
    if (!option.startsWith('-')) filters.push(/** @type {string} */ (args[i]));
    else if (option === '--project') projects.push(inline ?? args[++i] ?? '');
    else if (inline === undefined && WITH_VALUE.has(option)) i++;
  }
  return { filters, projects };
}

/** As vitest filters: part of a file's path, perhaps with a line. @param {string} root @param {string} filter */
function pathPart(root, filter) {
  const path = filter.replaceAll('\\', '/').replace(/:\d+$/, '').replace(/^\.\//, '');
  return (path.startsWith(`${root}/`) ? path.slice(root.length + 1) : path).toLowerCase();
}

/**
 * The projects with a test file that these arguments choose; without arguments all but those apart. Arguments that choose no file leave it to
 * vitest to say so, and need nothing.
 * @param {string} root @param {readonly string[]} args
 * @returns {TestProject[]}
 */
export function chosenProjects(root, args) {
  if (args.length === 0) return TEST_PROJECTS.filter(({ name }) => !APART.includes(name));
  const { filters, projects } = parse(args);
  const parts = filters.map((filter) => pathPart(root, filter));
  const [left, taken] = [projects.filter((name) => name.startsWith('!')), projects.filter((name) => !name.startsWith('!'))];
  return TEST_PROJECTS.filter(({ name, folders }) => {
    if (left.includes(`!${name}`) || (taken.length > 0 && !taken.some((one) => matches(one, name)))) return false;
    if (parts.length === 0) return true;
    const files = folders.flatMap((folder) => [...testFiles(root, folder)]);
    return files.some((file) => parts.some((part) => file.toLowerCase().includes(part)));
  });
}

/** @param {string} pattern as `--project` takes it @param {string} name */
function matches(pattern, name) {
  const [start = '', ...rest] = pattern.split('*');
  return rest.length === 0 ? name === start : name.startsWith(start) && name.endsWith(rest.at(-1) ?? '');
}

/** What those tests need. @param {readonly TestProject[]} projects @returns {RuntimeName[]} */
export function runtimesOf(projects) {
  return [...new Set(projects.flatMap(({ runtimes }) => runtimes))];
}
