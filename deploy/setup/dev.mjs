// `npm run dev [-- --home DIR] [--port N]`: the console's page from its sources, with vite's hot reload, over the web console of the Muster that runs in the
// state folder, or of one that is started for it. Runs under the packaged Node 24.
import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { createServer } from 'vite';
import { homeOf, runningConsole } from './dev-stack.mjs';

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const PAGE = join(ROOT, 'console/renderer');
const LOOK_MS = 200;
const HELP = `npm run dev [-- OPTIONS]: the console's page from its sources, reloaded as they change

  --home DIR  state folder of the Muster to look at (default $MUSTER_HOME, else $XDG_STATE_HOME/muster); started where none runs
  --port N    port of the page on 127.0.0.1 (default 5173, or the next free one)`;

/** Only what the page is made of is served. */
const SERVED = ['console/renderer', 'console/common', 'core/common', 'proto/gen', 'node_modules'].map((folder) => join(ROOT, folder));

/** @param {string} home @returns {import('node:child_process').ChildProcess} */
function startMuster(home) {
  console.error(`dev: no Muster runs in ${home}: starting one`);
  // Its lines, an address of the built page among them, are not those of this command.
  return spawn(process.execPath, [join(ROOT, 'dist/muster.mjs'), 'up', '--headless', '--home', home], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}

/** @param {string[]} args @param {() => boolean} ended @returns {Promise<URL | undefined>} undefined where it ended instead */
async function untilRunning(args, ended) {
  for (;;) {
    const address = runningConsole(args, process.env);
    if (address !== undefined || ended()) return address;
    await new Promise((wake) => setTimeout(wake, LOOK_MS));
  }
}

/** The page of a session is ours, whatever the path of the session. @returns {import('vite').Plugin} */
function sessionPage() {
  return {
    name: 'session-page',
    configureServer(server) {
      server.middlewares.use((request, response, next) => {
        const url = request.url ?? '';
        if (!/^\/s\/[^/]+\/($|\?)/.test(url)) return next();
        readFile(join(PAGE, 'index.html'), 'utf8')
          .then((html) => server.transformIndexHtml('/index.html', html, url))
          .then(
            (html) => response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' }).end(html),
            next,
          );
      });
    },
  };
}

/**
 * The console's host checks token, cookie and origin itself. It sees its own origin in place of ours, so whose origin it was is checked here.
 * @param {string} target @returns {Record<string, import('vite').ProxyOptions>}
 */
function proxies(target) {
  const toHost = { target, changeOrigin: true };
  return {
    // No sockets: that of vite's own page has a token in the same place.
    '^/\\?token=': toHost,
    '^/s/[^/]+/(session|exports/)': toHost,
    '^/s/[^/]+/socket$': {
      ...toHost,
      ws: true,
      rewriteWsOrigin: true,
      bypass: ({ headers: { origin, host } }, response) => (response === undefined && origin !== `http://${host}` ? false : undefined),
    },
  };
}

/** @param {URL} address of the console's host @param {number} port */
async function servePage(address, port) {
  const server = await createServer({
    configFile: false,
    root: PAGE,
    cacheDir: join(ROOT, '.cache/vite'),
    logLevel: 'warn',
    clearScreen: false,
    appType: 'custom',
    oxc: { jsx: { runtime: 'automatic' } },
    server: { host: '127.0.0.1', port, fs: { allow: SERVED }, proxy: proxies(address.origin) },
    plugins: [sessionPage()],
  });
  await server.listen();
  return server;
}

/** @type {NodeJS.Signals | undefined} */
let stoppedBy;
let endWait = () => {};
/** @type {Promise<void>} */
const stopped = new Promise((done) => {
  endWait = done;
});

/** @param {NodeJS.Signals} signal */
function onSignal(signal) {
  stoppedBy = signal;
  endWait();
}

/** Signals are ours alone: vite would end this process at once, before the Muster that was started for it. */
function takeSignals() {
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) process.removeAllListeners(signal).on(signal, onSignal);
  process.stdin.removeAllListeners('end');
}

/** Serves the page until a signal comes or `muster`, which was started for it, ends. @param {string[]} args @param {number} port @param {import('node:child_process').ChildProcess} [muster] */
async function run(args, port, muster) {
  const musterEnded = () => muster !== undefined && (muster.exitCode !== null || muster.signalCode !== null);
  const address = await untilRunning(args, () => stoppedBy !== undefined || musterEnded());
  if (stoppedBy !== undefined) return;
  if (address === undefined) throw new Error('the Muster that was started has ended: see its lines above');
  const page = await servePage(address, port);
  takeSignals();
  const bound = /** @type {import('node:net').AddressInfo} */ (page.httpServer?.address() ?? { port });
  console.log(`dev: http://127.0.0.1:${bound.port}/${address.search}`);
  const ended = new Promise((done) => muster?.once('exit', done));
  await Promise.race([stopped, ended]);
  await page.close();
}

/** @param {import('node:child_process').ChildProcess} muster */
async function stop(muster) {
  if (muster.exitCode !== null || muster.signalCode !== null) return;
  const ended = new Promise((done) => muster.once('exit', done));
  // Ctrl-C in a terminal has reached it already; told twice, it takes that for impatience.
  if (stoppedBy !== 'SIGINT' || !process.stdin.isTTY) muster.kill('SIGTERM');
  await ended;
}

async function main() {
  const args = process.argv.slice(2);
  const { values } = parseArgs({
    args,
    options: { home: { type: 'string' }, port: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
  });
  if (values.help) return console.log(HELP);
  takeSignals();
  const muster = runningConsole(args, process.env) === undefined ? startMuster(homeOf(args, process.env)) : undefined;
  try {
    await run(args, Number(values.port ?? 5173), muster);
  } finally {
    if (muster !== undefined) await stop(muster);
  }
}

await main().catch((error) => {
  console.error(`dev: ${error instanceof Error ? error.message : error}`);
  process.exitCode = 1;
});
