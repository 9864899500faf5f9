// Runs a command where docker may be missing: a daemon of its own for the time of the command, compose v2 built from its source, and stand-ins of the
// base images where they cannot be pulled. What is there already is used. `node deploy/stand-in-images/with-docker.mjs PROGRAM [ARGUMENT…]`
import { spawn, spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { runChild } from '../setup/child.mjs';
import { findOnPath, runCommand } from '../setup/runtimes/command.mjs';
import { installPackages } from '../setup/runtimes/debian.mjs';
import { SetupError, wordsOf } from '../setup/setup-error.mjs';
import { BASE_IMAGES } from './base-images.mjs';

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const CACHE = join(ROOT, '.cache', 'docker');
const COMPOSE = 'github.com/docker/compose/v2/cmd';
const COMPOSE_VERSION = 'v2.40.3';
const SERVES_WITHIN_MS = 30_000;
const ENDS_WITHIN_MS = 20_000;
/** What a daemon and the stand-ins take, and the Debian package of each. */
const PACKAGES_OF = new Map([
  ['dockerd', 'docker.io'],
  ['iptables', 'iptables'],
  ['debootstrap', 'debootstrap'],
]);
/** A registry that cannot be reached says so at once, or never. */
const PULL_WITHIN_MS = 300_000;

/** @param {readonly string[]} args @param {NodeJS.ProcessEnv} env @param {number} [timeout] */
const answers = (args, env, timeout = 10_000) => spawnSync('docker', args, { env, timeout, stdio: 'ignore' }).status === 0;

/** @param {NodeJS.ProcessEnv} env */
function hasDaemon(env) {
  return answers(['version', '-f', '{{.Server.Version}}'], env);
}

/**
 * Its containers reach each other and this machine's loopback reaches their published ports; nothing is routed beyond the bridge.
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<{ env: NodeJS.ProcessEnv, stop(): Promise<void> }>}
 */
async function startDaemon(env) {
  if (process.getuid?.() !== 0)
    throw new SetupError('missing_runtime', 'there is no docker daemon, and only root can start one: start docker');
  const absent = [...PACKAGES_OF].filter(([program]) => findOnPath(program, env).length === 0).map(([, name]) => name);
  if (absent.length > 0) {
    const context = { env, platform: process.platform, arch: process.arch, cache: CACHE };
    await installPackages(absent, context, (text) => console.error(`docker: ${text}`));
  }
  const run = mkdtempSync(join(tmpdir(), 'muster-docker-'));
  mkdirSync(CACHE, { recursive: true });
  const host = `unix://${join(run, 'docker.sock')}`;
  const log = openSync(join(CACHE, 'dockerd.log'), 'w');
  const folders = ['--data-root', join(CACHE, 'data'), '--exec-root', join(run, 'exec'), '-p', join(run, 'docker.pid'), '-H', host];
  const network = [
    '--ip-forward=false',
    '--ip-masq=false',
    '--bip',
    '10.213.0.1/24',
    '--default-address-pool',
    'base=10.214.0.0/16,size=24',
  ];
  const daemon = spawn('dockerd', [...folders, ...network], { env, stdio: ['ignore', log, log], detached: true });
  closeSync(log);
  const exited = new Promise((done) => daemon.once('close', done));
  const stop = async () => {
    daemon.kill('SIGTERM');
    await Promise.race([exited, sleep(ENDS_WITHIN_MS, undefined, { ref: false }).then(() => daemon.kill('SIGKILL'))]);
    await exited;
    rmSync(run, { recursive: true, force: true });
  };
  const withHost = { ...env, DOCKER_HOST: host };
  for (const until = Date.now() + SERVES_WITHIN_MS; Date.now() < until && daemon.exitCode === null; await sleep(200)) {
    if (hasDaemon(withHost)) return { env: withHost, stop };
  }
  await stop();
  const words = readFileSync(join(CACHE, 'dockerd.log'), 'utf8').trim().split('\n').at(-1);
  throw new SetupError('missing_runtime', `dockerd does not start here (${words}): see ${join(CACHE, 'dockerd.log')}`);
}

/** Debian's own compose is the long dead first version. @param {NodeJS.ProcessEnv} env @returns {Promise<NodeJS.ProcessEnv>} */
async function withCompose(env) {
  if (answers(['compose', 'version'], env)) return env;
  const plugins = join(CACHE, 'cli', 'cli-plugins');
  const own = { ...env, DOCKER_CONFIG: join(CACHE, 'cli') };
  if (answers(['compose', 'version'], own)) return own;
  console.error(`docker: building compose ${COMPOSE_VERSION}`);
  mkdirSync(plugins, { recursive: true });
  const folder = mkdtempSync(join(tmpdir(), 'muster-compose-'));
  try {
    const options = { cwd: folder, env, label: 'go' };
    await runCommand('go', ['mod', 'init', 'compose'], options);
    await runCommand('go', ['get', `${COMPOSE}@${COMPOSE_VERSION}`], options);
    await runCommand('go', ['build', '-trimpath', '-o', join(plugins, 'part'), COMPOSE], options);
    renameSync(join(plugins, 'part'), join(plugins, 'docker-compose'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return own;
}

/** @param {NodeJS.ProcessEnv} env */
async function ensureBaseImages(env) {
  const missing = BASE_IMAGES.filter((image) => !answers(['image', 'inspect', image], env));
  if (missing.every((image) => answers(['pull', '-q', image], env, PULL_WITHIN_MS))) return;
  console.error('docker: the base images cannot be pulled: stand-ins are built');
  const code = await runChild(process.execPath, [join(ROOT, 'deploy/stand-in-images/build.mjs')], { env });
  if (code !== 0) throw new SetupError('missing_runtime', `the stand-ins of the base images were not built (exit code ${code})`);
}

/** @param {string} program @param {readonly string[]} args */
async function main(program, args) {
  const daemon = hasDaemon(process.env) ? undefined : await startDaemon(process.env);
  try {
    let env = await withCompose(daemon?.env ?? process.env);
    // The old builder comes with every daemon, the new one as a plugin that may be missing.
    if (!answers(['buildx', 'version'], env)) env = { ...env, DOCKER_BUILDKIT: '0', COMPOSE_BAKE: 'false' };
    await ensureBaseImages(env);
    return await runChild(program, args, { env });
  } finally {
    await daemon?.stop();
  }
}

const [program, ...args] = process.argv.slice(2);
try {
  if (program === undefined) throw new SetupError('invalid_config', 'the program to run is missing');
  process.exitCode = await main(program, args);
} catch (thrown) {
  console.error(thrown instanceof SetupError ? `docker: ${wordsOf(thrown)}` : thrown);
  process.exitCode = 1;
}
