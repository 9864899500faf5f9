// `npm run package -- console [TARGET…]`: the desktop console as a package, by electron-builder. Without a target it is left unpacked and
// checked; targets are AppImage, deb, dmg, nsis. electron-builder has a package folder of its own, this one, and is installed only here.
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeBillOfMaterials } from '../sbom/sbom.mjs';
import { runChild } from '../setup/child.mjs';
import { ensurePackages } from '../setup/packages.mjs';
import { ensureRuntimes } from '../setup/runtimes.mjs';
import { SetupError } from '../setup/setup-error.mjs';
import { checkUnpacked, resourcesIn } from './check-unpacked.mjs';
import { drawIcon } from './icon.mjs';

const HERE = dirname(fileURLToPath(import.meta.url));
const ROOT = resolve(HERE, '../..');
const WORK = join(ROOT, '.cache', 'packages', 'console');

/** Target → the option of electron-builder for its system. @type {Record<string, string>} */
const SYSTEMS = { AppImage: '--linux', deb: '--linux', dmg: '--mac', nsis: '--win' };
/** The folder that an unpacked build has. @type {Record<string, string>} */
const UNPACKED = { linux: 'linux-unpacked', win32: 'win-unpacked', darwin: 'mac' };

/** @param {readonly string[]} targets */
async function packageConsole(targets) {
  const unknown = targets.find((target) => !Object.hasOwn(SYSTEMS, target));
  if (unknown)
    throw new SetupError('invalid_config', `There is no console package "${unknown}"; there are ${Object.keys(SYSTEMS).join(', ')}.`);
  const own = targets.length === 0;
  const prepared = ensurePackages(HERE, process.env).then(buildPrograms);
  // A build to look at has the Electron of this machine; packages for others have the release that package.json names.
  const [electron] = await Promise.all([own ? localElectron() : { version: releasedElectron(), path: undefined }, prepared]);
  stageApp();
  const out = join(WORK, own ? 'unpacked' : 'out');
  rmSync(out, { recursive: true, force: true });
  const args = [
    join(HERE, 'node_modules', 'electron-builder', 'cli.js'),
    ...(own ? ['--dir'] : [...new Set(targets.map((target) => SYSTEMS[target] ?? '')), ...targets]),
    // The app's own folder, in which there is no node_modules to be taken for the app's.
    `--projectDir=${join(WORK, 'app')}`,
    `--config=${join(HERE, 'electron-builder.yml')}`,
    `-c.directories.output=${out}`,
    `-c.directories.buildResources=${HERE}`,
    `-c.electronVersion=${electron.version}`,
    ...(electron.path === undefined ? [] : [`-c.electronDist=${electron.path}`]),
    `-c.icon=${join(WORK, 'icon.png')}`,
    ...fusesSince(electron.version),
  ];
  const code = await runChild(process.execPath, args, { cwd: HERE, env: { ...process.env, CSC_IDENTITY_AUTO_DISCOVERY: 'false' } });
  if (code !== 0) throw new SetupError('unavailable', `electron-builder ended with exit code ${code}: its lines above say why.`);
  const bill = await writeBillOfMaterials({ root: ROOT, folder: out, env: process.env });
  console.log(`bill of materials: ${bill.path} (${bill.components} components)`);
  if (!own) {
    console.log(`packages: ${out}`);
    return;
  }
  const folder = join(out, UNPACKED[process.platform] ?? '');
  // The Electron of this machine may bring a default app of its own; of a release electron-builder takes it away itself.
  rmSync(join(resourcesIn(folder), 'app'), { recursive: true, force: true });
  await checkUnpacked({ folder, electronVersion: electron.version });
}

async function localElectron() {
  const { electron } = await ensureRuntimes(['electron'], { env: process.env });
  return electron;
}

/** @returns {string} */
function releasedElectron() {
  return JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')).dependencies.electron;
}

async function buildPrograms() {
  const names = ['console-main', 'console-backend', 'console-preload', 'console-page'];
  const code = await runChild(process.execPath, [join(ROOT, 'deploy/setup/build.mjs'), ...names], { cwd: ROOT });
  if (code !== 0) throw new SetupError('internal', `the console's programs were not built: exit code ${code}`);
}

/** What goes into the archive: the bundles and who they are. Source maps stay outside. */
function stageApp() {
  const app = join(WORK, 'app');
  rmSync(app, { recursive: true, force: true });
  mkdirSync(app, { recursive: true });
  for (const name of ['main.cjs', 'backend.cjs', 'preload.cjs', 'renderer']) {
    cpSync(join(ROOT, 'dist/console', name), join(app, name), { recursive: true, filter: (source) => !source.endsWith('.map') });
  }
  writeFileSync(join(WORK, 'icon.png'), drawIcon(1024));
  const { version, description, license } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  const manifest = {
    name: 'muster-console',
    productName: 'Muster',
    version,
    description,
    license,
    author: 'The Muster maintainers',
    main: 'main.cjs',
  };
  writeFileSync(join(app, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
}

/** Fuses that only later Electrons have: one that is not in the program cannot be set. @param {string} version */
function fusesSince(version) {
  return Number.parseInt(version, 10) >= 29 ? ['-c.electronFuses.grantFileProtocolExtraPrivileges=false'] : [];
}

try {
  await packageConsole(process.argv.slice(2));
} catch (thrown) {
  if (!(thrown instanceof SetupError)) throw thrown;
  console.error(thrown.message);
  process.exitCode = thrown.code === 'invalid_config' ? 2 : 1;
}
