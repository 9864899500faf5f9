// The console in its window, as a user starts it, with Chromium's own instruments at hand.
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { _electron, type CDPSession, type ElectronApplication, type Page } from 'playwright-core';
import { resolveRuntime } from '../../../deploy/setup/runtimes.mjs';
import { type FrameWork, frameWork, TRACE_CATEGORIES, type TraceEvent } from './frame-work.ts';

const MAIN = join(import.meta.dirname, '../../../dist/console/main.cjs');

export interface WindowOptions {
  gateway: string;
  caFile: string;
  tokenFile: string;
  /** The X display, `:99`. */
  display: string;
  /** Where the program keeps its own files: the same folder again is a warm start. */
  dataDir: string;
}

export function argumentsOf({ gateway, caFile, tokenFile, dataDir }: WindowOptions): string[] {
  return [
    ...['--no-sandbox', '--disable-gpu', `--user-data-dir=${dataDir}`, MAIN],
    ...['--gateway', gateway, '--ca-file', caFile, '--token-file', tokenFile],
  ];
}

export function environmentOf({ display }: WindowOptions): Record<string, string> {
  return { ...(process.env as Record<string, string>), DISPLAY: display, TZ: 'UTC' };
}

export class ConsoleWindow {
  readonly page: Page;
  readonly cdp: CDPSession;
  readonly #app: ElectronApplication;
  readonly #dataDir: string;
  #pid: number | undefined;

  private constructor(app: ElectronApplication, page: Page, cdp: CDPSession, dataDir: string) {
    this.#app = app;
    this.page = page;
    this.cdp = cdp;
    this.#dataDir = dataDir;
  }

  static async open(options: WindowOptions): Promise<ConsoleWindow> {
    const app = await _electron.launch({
      executablePath: join(await resolveRuntime('electron'), 'electron'),
      args: argumentsOf(options),
      env: environmentOf(options),
    });
    const page = await app.firstWindow();
    return new ConsoleWindow(app, page, await page.context().newCDPSession(page), options.dataDir);
  }

  /** The page's process. */
  async rendererPid(): Promise<number> {
    this.#pid ??= await this.#app.evaluate(({ app }) => app.getAppMetrics().find((metric) => metric.type === 'Tab')?.pid ?? 0);
    return this.#pid;
  }

  /** Resident memory of the page's process, MB, after a collection of what it no longer uses. */
  async rendererMb(): Promise<number> {
    await this.cdp.send('HeapProfiler.collectGarbage');
    const pid = await this.rendererPid();
    const pages = Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]);
    return Math.round((pages * 4096) / 1e6);
  }

  /** What the page's main thread had to do for each frame while `act` went on. */
  async traced(act: () => Promise<void>): Promise<FrameWork> {
    const path = join(this.#dataDir, 'trace.json');
    await this.#app.evaluate(
      ({ contentTracing }, categories) => contentTracing.startRecording({ included_categories: categories, excluded_categories: ['*'] }),
      [...TRACE_CATEGORIES],
    );
    await act();
    await this.#app.evaluate(({ contentTracing }, file) => contentTracing.stopRecording(file), path);
    const { traceEvents } = JSON.parse(readFileSync(path, 'utf8')) as { traceEvents: TraceEvent[] };
    rmSync(path);
    return frameWork(traceEvents, await this.rendererPid());
  }

  close(): Promise<void> {
    return this.#app.close();
  }
}
