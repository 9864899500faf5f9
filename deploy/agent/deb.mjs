// Puts the single-file agent into a Debian package: program, unit, user and a settings file of comments (Debian Policy 4.6, deb(5)).
import { execFile } from 'node:child_process';
import { chmod, copyFile, cp, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { SetupError } from '../setup/setup-error.mjs';

const run = promisify(execFile);
const NAME = 'muster-agent';
/** Node's names of architectures → Debian's. */
const ARCHITECTURES = /** @type {Record<string, string>} */ ({ x64: 'amd64', arm64: 'arm64' });
const MAINTAINER_SCRIPTS = ['postinst', 'prerm', 'postrm'];

/**
 * @typedef {{ kind: string, path: string, text: string }} Step a step of `install --dry-run --json`
 */

/** Unit, user and settings as the program itself would write them: there is one source of them. @param {string} program */
async function readInstallFiles(program) {
  const { stdout } = await run(program, ['install', '--dry-run', '--json', `--program=/usr/bin/${NAME}`], { env: {} });
  /** @type {Step[]} */
  const steps = JSON.parse(stdout);
  const textOf = (/** @type {string} */ ending) => {
    const step = steps.find(({ kind, path }) => kind === 'file' && path.endsWith(ending));
    if (!step) throw new SetupError('internal', `The agent's install writes no ${ending}.`);
    return step.text;
  };
  return { unit: textOf('.service'), sysusers: textOf(`sysusers.d/${NAME}.conf`), config: textOf('config.yaml') };
}

/** @param {string} path @param {string | Buffer} text @param {number} [mode] */
async function put(path, text, mode = 0o644) {
  await mkdir(dirname(path), { recursive: true, mode: 0o755 });
  await writeFile(path, text);
  await chmod(path, mode);
}

/** Kibibytes of all files below, as Installed-Size wants them. @param {string} folder @returns {Promise<number>} */
async function sizeOf(folder) {
  let size = 0;
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true })) {
    if (entry.isFile()) size += Math.ceil((await stat(join(entry.parentPath, entry.name))).size / 1024);
  }
  return size;
}

/**
 * @param {{ root: string, program: string, target: string, version: string, license: string }} place `program`: the single file; `license`: of Node, which it carries;
 * `target`: the folder the package goes to
 * @returns {Promise<{ path: string, bytes: number }>}
 * @throws {SetupError} `missing_runtime` without dpkg-deb
 */
export async function buildDeb({ root, program, target, version, license }) {
  const architecture = ARCHITECTURES[process.arch];
  if (!architecture) throw new SetupError('invalid_config', `There is no Debian package for ${process.arch}.`);
  const { unit, sysusers, config } = await readInstallFiles(program);
  const stage = join(root, '.cache', 'deb');
  await rm(stage, { recursive: true, force: true });
  const at = (/** @type {string} */ path) => join(stage, path);
  await mkdir(at('usr/bin'), { recursive: true });
  await copyFile(program, at(`usr/bin/${NAME}`));
  await chmod(at(`usr/bin/${NAME}`), 0o755);
  await put(at(`lib/systemd/system/${NAME}.service`), unit);
  await put(at(`usr/lib/sysusers.d/${NAME}.conf`), sysusers);
  await put(at(`etc/${NAME}/config.yaml`), config, 0o640);
  await put(at(`usr/share/doc/${NAME}/copyright`), copyright(await readFile(license, 'utf8')));
  await put(at('DEBIAN/conffiles'), `/etc/${NAME}/config.yaml\n`);
  await put(at('DEBIAN/control'), control(version, architecture, await sizeOf(stage)));
  for (const name of MAINTAINER_SCRIPTS) {
    await cp(join(root, 'deploy/agent/debian', name), at(`DEBIAN/${name}`));
    await chmod(at(`DEBIAN/${name}`), 0o755);
  }
  const path = join(target, `${NAME}_${version}_${architecture}.deb`);
  await mkdir(target, { recursive: true });
  try {
    // Not all of xz's effort: it takes a minute for the last few percent.
    await run('dpkg-deb', ['--root-owner-group', '-Zxz', '-z2', '--build', stage, path]);
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'ENOENT') throw error;
    throw new SetupError('missing_runtime', 'dpkg-deb is missing: apt-get install dpkg, or build the package on Debian or Ubuntu.', error);
  } finally {
    await rm(stage, { recursive: true, force: true });
  }
  return { path, bytes: (await stat(path)).size };
}

/** @param {string} version @param {string} architecture @param {number} size */
function control(version, architecture, size) {
  return `Package: ${NAME}
Version: ${version}
Architecture: ${architecture}
Maintainer: The Muster authors <muster@localhost>
Installed-Size: ${size}
Depends: libc6 (>= 2.28), libstdc++6 (>= 8), systemd
Section: admin
Priority: optional
Description: watches this machine for a Muster fleet
 The agent samples the machine, keeps the samples on disk until the fleet's
 gateway has them, and can be asked on the machine itself:
 muster-agent check, muster-agent status, muster-agent top.
`;
}

/** In the machine-readable form (DEP-5); the program carries Node and what it was built from. @param {string} node the text of Node's own licence */
function copyright(node) {
  const indented = node.split('\n').map((line) => ` ${line.trim() === '' ? '.' : line}`);
  return `Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: muster

Files: *
Copyright: The Muster authors
License: Apache-2.0
 On Debian systems the text is in /usr/share/common-licenses/Apache-2.0.

Files: usr/bin/${NAME}
Copyright: Node.js contributors and others
License: Node
${indented.join('\n').trimEnd()}
`;
}
