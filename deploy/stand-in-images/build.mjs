// Builds stand-ins of the base images under their own names and tags, where no image can be pulled: Debian by debootstrap, with the packaged Node,
// the provisioned nats-server, and QuestDB with its Java. An image that was pulled is left alone. Needs root, debootstrap and a docker daemon.
// `node deploy/stand-in-images/build.mjs`
import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { nodeProgram } from '../setup/node24.mjs';
import { findOnPath } from '../setup/runtimes/command.mjs';
import { resolveRuntime } from '../setup/runtimes.mjs';
import { NATS_IMAGE, NODE_IMAGE, QUESTDB_IMAGE } from './base-images.mjs';

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const CACHE = join(ROOT, '.cache', 'stand-in-images');
const BASE = 'muster-stand-in-base:bookworm';
/** So that a stand-in is told from an image that was pulled. */
const LABEL = 'muster.stand-in';
/** busybox for wget, which the image of nats has; ping for probes. */
const PACKAGES = 'busybox,ca-certificates,iputils-ping';

/** Of a Java: what running a program does not take. */
const NOT_TO_RUN = new Set(['docs', 'include', 'jmods', 'legal', 'man', 'lib/src.zip']);

/** @param {string} program @param {readonly string[]} args @param {object} [options] */
const run = (program, args, options = {}) =>
  execFileSync(program, args, { stdio: ['ignore', 'inherit', 'inherit'], maxBuffer: 1e9, ...options });

/** @param {string} image */
function state(image) {
  try {
    const label = execFileSync('docker', ['image', 'inspect', '-f', `{{index .Config.Labels "${LABEL}"}}`, image], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return label.trim() === '' ? 'pulled' : 'stand-in';
  } catch {
    return 'absent';
  }
}

function buildBase() {
  if (state(BASE) !== 'absent') return;
  const archive = join(CACHE, 'bookworm.tar');
  if (!existsSync(archive)) {
    mkdirSync(CACHE, { recursive: true });
    const folder = mkdtempSync(join(tmpdir(), 'muster-debootstrap-'));
    try {
      run('debootstrap', ['--variant=minbase', `--include=${PACKAGES}`, 'bookworm', folder]);
      const left = ['./var/cache/apt/*', './var/lib/apt/lists/*', './usr/share/doc/*', './usr/share/man/*', './usr/share/locale/*'];
      run('tar', ['-C', folder, ...left.map((path) => `--exclude=${path}`), '-cf', `${archive}.part`, '.']);
      run('mv', [`${archive}.part`, archive]);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
  run('docker', ['import', '-c', `LABEL ${LABEL}=true`, archive, BASE]);
}

/**
 * @param {string} image @param {readonly string[]} lines of its Dockerfile, behind FROM
 * @param {(context: string) => void | Promise<void>} fill puts the files there
 */
async function buildImage(image, lines, fill) {
  const there = state(image);
  if (there !== 'absent') {
    console.error(`${image}: ${there === 'pulled' ? 'the official image is here' : 'the stand-in is here'}`);
    return;
  }
  const context = mkdtempSync(join(tmpdir(), 'muster-stand-in-'));
  try {
    await fill(context);
    writeFileSync(join(context, 'Dockerfile'), [`FROM ${BASE}`, `LABEL ${LABEL}=true`, ...lines, ''].join('\n'));
    run('docker', ['build', '-q', '-t', image, context], { env: { ...process.env, DOCKER_BUILDKIT: '0' } });
  } finally {
    rmSync(context, { recursive: true, force: true });
  }
}

/** @param {string} path @param {readonly string[]} lines */
function script(path, lines) {
  writeFileSync(path, `${lines.join('\n')}\n`);
  chmodSync(path, 0o755);
}

/** Node with npm, which finds the packages of the lock file in a cache of its own: a build inside a container reaches no registry. @param {string} context */
async function fillNode(context) {
  cpSync(nodeProgram(ROOT), join(context, 'node'));
  const [npm] = findOnPath('npm', process.env);
  if (npm === undefined) throw new Error('npm is not on PATH: install Node with npm');
  cpSync(resolve(dirname(realpathSync(npm)), '..'), join(context, 'npm'), { recursive: true });
  const cache = join(CACHE, 'npm');
  const packages = mkdtempSync(join(tmpdir(), 'muster-packages-'));
  try {
    for (const name of ['package.json', 'package-lock.json', '.npmrc']) cpSync(join(ROOT, name), join(packages, name));
    run('npm', ['ci', '--ignore-scripts', '--prefer-offline', '--loglevel=error', '--cache', cache], { cwd: packages });
  } finally {
    rmSync(packages, { recursive: true, force: true });
  }
  cpSync(cache, join(context, 'npm-cache'), { recursive: true });
  const registry = execFileSync('npm', ['config', 'get', 'registry'], { encoding: 'utf8', cwd: ROOT }).trim();
  writeFileSync(join(context, 'npmrc'), `offline=true\ncache=/opt/npm-cache\nregistry=${registry}\nupdate-notifier=false\n`);
}

/** @param {string} context */
async function fillQuestdb(context) {
  cpSync(await resolveRuntime('questdb'), join(context, 'questdb.jar'));
  const home = resolve(dirname(realpathSync(await resolveRuntime('java'))), '..');
  // Debian keeps parts of it elsewhere, behind links, some of which lead nowhere.
  const isNeeded = (/** @type {string} */ path) => existsSync(path) && !NOT_TO_RUN.has(relative(home, path));
  cpSync(home, join(context, 'jre'), { recursive: true, dereference: true, filter: isNeeded });
  // The official image has a Java with QuestDB's module inside.
  script(join(context, 'java'), ['#!/bin/sh', 'exec /app/jre/bin/java -p /app/questdb.jar "$@"']);
}

buildBase();
await buildImage(
  NODE_IMAGE,
  [
    'COPY node /usr/local/bin/node',
    'COPY npm /usr/local/lib/node_modules/npm',
    'COPY npmrc /usr/local/etc/npmrc',
    'COPY npm-cache /opt/npm-cache',
    'RUN ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm',
    'CMD ["node"]',
  ],
  fillNode,
);
await buildImage(
  NATS_IMAGE,
  ['COPY nats-server /usr/local/bin/nats-server', 'RUN ln -s /bin/busybox /usr/local/bin/wget', 'CMD ["nats-server"]'],
  async (context) => cpSync(await resolveRuntime('nats-server'), join(context, 'nats-server')),
);
await buildImage(
  QUESTDB_IMAGE,
  ['COPY jre /app/jre', 'COPY questdb.jar /app/questdb.jar', 'COPY java /app/bin/java', 'WORKDIR /var/lib/questdb'],
  fillQuestdb,
);
