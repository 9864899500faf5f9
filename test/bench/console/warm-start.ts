// The console started as a user starts it, with nothing attached until it shows its rows: from the start of the program to the frame with the first
// rows of the fleet.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { resolveRuntime } from '../../../deploy/setup/runtimes.mjs';
import { argumentsOf, environmentOf, type WindowOptions } from './console-window.ts';

/** Longer than any start: what looks inside would slow it. */
const UNDISTURBED_MS = 4000;
const ENDPOINT = /DevTools listening on ws:\/\/([^/]+)/;
const ROWS_AT = "performance.timeOrigin + (performance.getEntriesByName('muster:fleet-rows')[0]?.startTime ?? Number.NaN)";

export async function warmStartMs(options: WindowOptions): Promise<number> {
  const electron = join(await resolveRuntime('electron'), 'electron');
  const startedMs = Date.now();
  const program = spawn(electron, [...argumentsOf(options), '--remote-debugging-port=0'], {
    env: environmentOf(options),
    stdio: ['ignore', 'ignore', 'pipe'],
    detached: true,
  });
  const exited = new Promise((done) => program.once('close', done));
  let told = '';
  program.stderr.setEncoding('utf8').on('data', (text: string) => {
    told += text;
  });
  try {
    await wait(UNDISTURBED_MS);
    const endpoint = ENDPOINT.exec(told)?.[1];
    if (endpoint === undefined) throw new Error(`the console told no address of its debugger: ${told.slice(-500)}`);
    const rowsMs = await inPage(endpoint, ROWS_AT);
    if (rowsMs === null) throw new Error(`the console showed no rows within ${UNDISTURBED_MS} ms`);
    return Math.round(rowsMs - startedMs);
  } finally {
    program.kill('SIGTERM');
    await exited;
  }
}

/** The value of an expression in the one page; null where that is no number. */
async function inPage(host: string, expression: string): Promise<number | null> {
  const targets = (await (await fetch(`http://${host}/json`)).json()) as { type: string; webSocketDebuggerUrl: string }[];
  const page = targets.find(({ type }) => type === 'page');
  if (page === undefined) throw new Error('the console has no window');
  const socket = new WebSocket(page.webSocketDebuggerUrl);
  try {
    return await new Promise((resolve, reject) => {
      socket.onopen = () => socket.send(JSON.stringify({ id: 1, method: 'Runtime.evaluate', params: { expression, returnByValue: true } }));
      socket.onerror = () => reject(new Error('the page cannot be asked'));
      socket.onmessage = ({ data }) => {
        const { result } = JSON.parse(String(data)) as { result: { result: { value?: unknown } } };
        resolve(typeof result.result.value === 'number' ? result.result.value : null);
      };
    });
  } finally {
    socket.close();
  }
}
