// The console started as a user starts it, with nothing attached until it shows its rows: from the start of the program to the frame with the first
// rows of the fleet.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { evaluateInPage } from '../../../deploy/console/page-probe.mjs';
import { resolveRuntime } from '../../../deploy/setup/runtimes.mjs';
import { freePorts } from '../../harness/ports.ts';
import { argumentsOf, environmentOf, type WindowOptions } from './console-window.ts';

/** Longer than any start: what looks inside would slow it. */
const UNDISTURBED_MS = 4000;
const ROWS_AT = "performance.timeOrigin + (performance.getEntriesByName('muster:fleet-rows')[0]?.startTime ?? Number.NaN)";

export async function warmStartMs(options: WindowOptions): Promise<number> {
  const electron = join(await resolveRuntime('electron'), 'electron');
  const [port = 0] = await freePorts(1);
  const startedMs = Date.now();
  const program = spawn(electron, [...argumentsOf(options), `--remote-debugging-port=${port}`], {
    env: environmentOf(options),
    stdio: 'ignore',
    detached: true,
  });
  const exited = new Promise((done) => program.once('close', done));
  try {
    await wait(UNDISTURBED_MS);
    const rowsMs = await evaluateInPage(port, ROWS_AT);
    if (typeof rowsMs !== 'number') throw new Error(`the console showed no rows within ${UNDISTURBED_MS} ms`);
    return Math.round(rowsMs - startedMs);
  } finally {
    program.kill('SIGTERM');
    await exited;
  }
}
