// Checks an unpacked console before anybody gets it: its fuses, what lies in it, and that it starts, with a sandboxed page under its policy.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { resolveRuntime } from '../setup/runtimes.mjs';
import { SetupError } from '../setup/setup-error.mjs';
import { evaluateInPage } from './page-probe.mjs';

/** Of this folder's own packages, which are not there while the project's own are checked. */
const FUSE_READER = new URL('./node_modules/@electron/fuses/dist/index.js', import.meta.url).href;

const START_MS = 30_000;
const OFF = 0x30;
const ON = 0x31;
/** Fuse → its place in the wire and what it must be. */
const FUSES = {
  RunAsNode: [0, OFF],
  EnableCookieEncryption: [1, ON],
  EnableNodeOptionsEnvironmentVariable: [2, OFF],
  EnableNodeCliInspectArguments: [3, OFF],
  EnableEmbeddedAsarIntegrityValidation: [4, ON],
  OnlyLoadAppFromAsar: [5, ON],
};

/** @typedef {{ node: string[], bridge: string, policy: string, pages: number, rows: number, status: string }} PageFacts */

/** What a page of ours must and must not have. */
const PAGE_PROBE = `(async () => ({
  node: ['require', 'process', 'module', 'Buffer'].filter((name) => name in globalThis),
  bridge: Object.keys(globalThis.musterHost ?? {}).sort().join(),
  policy: (await fetch(location.href)).headers.get('content-security-policy') ?? '',
  pages: document.querySelectorAll('nav a').length,
  rows: document.querySelectorAll('[role="row"]').length,
  status: document.querySelector('footer')?.innerText ?? '',
}))()`;

/** Throws with the first thing that is wrong. @param {{ folder: string, electronVersion: string }} build */
export async function checkUnpacked({ folder, electronVersion }) {
  const program = programIn(folder);
  await checkFuses(program);
  const resources = resourcesIn(folder);
  need(existsSync(join(resources, 'app.asar')), `${resources} has no app.asar`);
  const strangers = readdirSync(resources).filter((name) => /^(app|default_app\.asar)$/.test(name));
  need(strangers.length === 0, `${resources} holds ${strangers.join(', ')} beside the archive`);
  const page = await startAndProbe(program);
  console.log(`console ${folder}`);
  console.log(
    `  Electron ${electronVersion}; fuses: ${Object.entries(FUSES)
      .map(([name, [, want]]) => `${name} ${want === ON ? 'on' : 'off'}`)
      .join(', ')}`,
  );
  console.log(
    page === undefined
      ? '  not started: there is no display and no Xvfb'
      : `  started; its page has nothing of Node and a strict policy; it says: ${page}`,
  );
}

/** Where the archive lies. @param {string} folder */
export function resourcesIn(folder) {
  return process.platform === 'darwin' ? join(folder, 'Muster.app/Contents/Resources') : join(folder, 'resources');
}

/** @param {string} folder */
function programIn(folder) {
  if (process.platform === 'darwin') return join(folder, 'Muster.app/Contents/MacOS/Muster');
  return join(folder, process.platform === 'win32' ? 'muster-console.exe' : 'muster-console');
}

/** @param {string} program */
async function checkFuses(program) {
  const { getCurrentFuseWire } = await import(FUSE_READER);
  const wire = /** @type {Record<number, number>} */ (await getCurrentFuseWire(program));
  for (const [name, [at, want]] of Object.entries(FUSES)) {
    need(wire[/** @type {number} */ (at)] === want, `the fuse ${name} is ${wire[/** @type {number} */ (at)]}, not ${want}`);
  }
}

/** What its status line says, once the page is up; undefined where no window can be shown. @param {string} program */
async function startAndProbe(program) {
  const display = process.env.DISPLAY || process.platform !== 'linux' ? undefined : await startDisplay();
  if (display === undefined && process.platform === 'linux' && !process.env.DISPLAY) return undefined;
  const userData = mkdtempSync(join(tmpdir(), 'muster-package-'));
  const port = await freePort();
  const root = process.getuid?.() === 0;
  const args = [
    ...(root ? ['--no-sandbox'] : []),
    '--disable-gpu',
    `--user-data-dir=${userData}`,
    `--remote-debugging-port=${port}`,
    ...gatewayArgs(),
  ];
  const child = spawn(program, args, {
    env: { ...process.env, ...(display ? { DISPLAY: display.name } : {}) },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.on('data', (data) => {
    said = (said + data).slice(-2000);
  });
  try {
    const deadline = Date.now() + START_MS;
    const wantsRows = gatewayArgs().some((argument) => argument.startsWith('--token-file') && !argument.endsWith('none'));
    for (;;) {
      need(child.exitCode === null, `${program} ended with ${child.exitCode}: ${said}`);
      const found = /** @type {PageFacts | undefined} */ (await evaluateInPage(port, PAGE_PROBE).catch(() => undefined));
      // What it says of the gateway comes from the backend: that it runs from within the archive too.
      if (found && found.pages > 0 && (wantsRows ? found.rows > 1 : /not connected/.test(found.status))) {
        need(found.node.length === 0, `its page has ${found.node.join(', ')} of Node`);
        need(found.bridge === 'listen,send', `its page's bridge has ${found.bridge || 'nothing'}`);
        need(/default-src 'none'/.test(found.policy) && !/unsafe/.test(found.policy), `its page's policy is "${found.policy}"`);
        return `${found.status.replaceAll('\n', ' ')}${wantsRows ? ` (${found.rows} rows)` : ''}`;
      }
      need(Date.now() < deadline, `${program} shows no page with a backend within ${START_MS / 1000} s: ${said}`);
      await pause(300);
    }
  } finally {
    child.kill();
    await new Promise((resolve) =>
      child.exitCode === null && child.signalCode === null ? child.once('exit', resolve) : resolve(undefined),
    );
    display?.stop();
    rmSync(userData, { recursive: true, force: true });
  }
}

/** Of the environment, as the console reads it itself; else a gateway that nobody serves, which is enough for a page. */
function gatewayArgs() {
  const { MUSTER_CONSOLE_GATEWAY: gateway, MUSTER_CONSOLE_CA_FILE: ca, MUSTER_CONSOLE_TOKEN_FILE: token } = process.env;
  return gateway && ca && token
    ? [`--gateway=${gateway}`, `--ca-file=${ca}`, `--token-file=${token}`]
    : ['--gateway=127.0.0.1:1', '--ca-file=none', '--token-file=none'];
}

/** @returns {Promise<{ name: string, stop: () => void } | undefined>} */
async function startDisplay() {
  const xvfb = await resolveRuntime('xvfb').catch(() => undefined);
  if (xvfb === undefined) return undefined;
  const server = spawn(xvfb, ['-displayfd', '3', '-screen', '0', '1440x900x24', '-nolisten', 'tcp'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  });
  return new Promise((resolve, reject) => {
    let said = '';
    server.once('exit', (code) => reject(new SetupError('unavailable', `Xvfb ended with ${code} before it had a display`)));
    server.stdio[3]?.on('data', (data) => {
      said += data;
      if (said.includes('\n')) resolve({ name: `:${said.trim()}`, stop: () => server.kill() });
    });
  });
}

/** @returns {Promise<number>} */
function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

/** @param {boolean} holds @param {string} words */
function need(holds, words) {
  if (!holds) throw new SetupError('internal', `The package is not as it must be: ${words}.`);
}
