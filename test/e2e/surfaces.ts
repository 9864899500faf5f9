// Where the console runs: in a browser, served by the web console, or in its own window.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { _electron, chromium, type ElectronApplication, type Page } from 'playwright-core';
import { openInBrowser } from '../../core/node/open-browser.ts';
import { resolveRuntime } from '../../deploy/setup/runtimes.mjs';
import type { Pipeline } from '../harness/pipeline.ts';
import { collectComplaints } from './console-tour.ts';

const MAIN = join(import.meta.dirname, '../../dist/console/main.cjs');
const BROWSER_ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
];

export interface Surface {
  page: Page;
  /** What the page complained about until now. */
  complaints: string[];
  /** Does what downloads a file by `act`; gives its bytes. */
  download(act: () => Promise<void>): Promise<Buffer>;
  close(): Promise<void>;
}

function addressOf(pipeline: Pipeline): string {
  return readFileSync(join(pipeline.home, 'run', 'console-address'), 'utf8').trim();
}

export async function openBrowser(pipeline: Pipeline): Promise<Surface> {
  const browser = await chromium.launch({ executablePath: await resolveRuntime('chromium'), args: BROWSER_ARGUMENTS });
  const page = await browser.newPage({
    colorScheme: 'dark',
    viewport: { width: 1280, height: 800 },
    locale: 'en-US',
    timezoneId: 'UTC',
  });
  const complaints = collectComplaints(page);
  // A token not spent yet: each is good for one browser.
  await page.goto(addressOf(pipeline));
  return {
    page,
    complaints,
    download: async (act) => {
      const [download] = await Promise.all([page.waitForEvent('download'), act()]);
      return readFileSync(await download.path());
    },
    close: () => browser.close(),
  };
}

/** As a person's browser is opened: by a page in a file, which leads to the address. Gives where it ends and what it shows. */
export async function openByPage(pipeline: Pipeline): Promise<{ address: string; shown: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'muster-open-'));
  const browser = await chromium.launch({ executablePath: await resolveRuntime('chromium'), args: BROWSER_ARGUMENTS });
  try {
    const page = join(folder, 'page');
    await openInBrowser(addressOf(pipeline), { command: ['sh', '-c', `printf %s "$1" > "${page}"`, 'sh'] });
    const tab = await browser.newPage();
    await tab.goto(readFileSync(page, 'utf8'));
    await tab.waitForURL((url) => url.protocol === 'http:' && url.search === '');
    await tab.locator('.fleet-row').first().waitFor();
    return { address: tab.url(), shown: await tab.title() };
  } finally {
    await browser.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

export interface WindowSurface extends Surface {
  app: ElectronApplication;
  /** What the main program logged until now. */
  log(): string;
}

/** A second start of the program of that folder, for that gateway; resolves with its exit code. */
export async function startAgain(pipeline: Pipeline, display: string, dataDir: string, gateway: string): Promise<number | null> {
  const { caFile, tokenFile } = pipeline.addresses;
  const second = spawn(
    join(await resolveRuntime('electron'), 'electron'),
    [
      ...['--no-sandbox', '--disable-gpu', `--user-data-dir=${dataDir}`, MAIN],
      ...['--gateway', gateway, '--ca-file', caFile, '--token-file', tokenFile],
    ],
    { env: { ...process.env, DISPLAY: display }, stdio: 'ignore' },
  );
  return new Promise((resolve, reject) => second.once('exit', resolve).once('error', reject));
}

/** `dataDir` keeps what the program remembers; default a folder that goes with the window. */
export async function openWindow(pipeline: Pipeline, display: string, dataDir?: string): Promise<WindowSurface> {
  const folder = dataDir ?? mkdtempSync(join(tmpdir(), 'muster-window-'));
  const { gateway, caFile, tokenFile } = pipeline.addresses;
  const app = await _electron.launch({
    executablePath: join(await resolveRuntime('electron'), 'electron'),
    args: [
      ...['--no-sandbox', '--disable-gpu', '--lang=en-US', `--user-data-dir=${folder}`, MAIN],
      ...['--gateway', gateway, '--ca-file', caFile, '--token-file', tokenFile],
    ],
    env: { ...(process.env as Record<string, string>), DISPLAY: display, TZ: 'UTC' },
  });
  let log = '';
  app.process().stderr?.on('data', (data: Buffer) => {
    log += data;
  });
  const page = await app.firstWindow();
  return {
    app,
    page,
    complaints: collectComplaints(page),
    log: () => log,
    download: async (act) => {
      const path = join(folder, 'download');
      await answerSaveDialog(app, path);
      // The lines of exports before stay until they are put away.
      for (const line of await page
        .locator('.export-line')
        .getByRole('button', { name: /^Dismiss/ })
        .all())
        await line.click();
      await act();
      await page.locator('.export-line', { hasText: /exported: / }).waitFor({ timeout: 30_000 });
      return readFileSync(path);
    },
    close: async () => {
      await app.close();
      if (dataDir === undefined) rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Where a person would choose a place for the file, it goes to `path`. */
async function answerSaveDialog(app: ElectronApplication, path: string): Promise<void> {
  await app.evaluate(({ dialog }, filePath) => {
    dialog.showSaveDialog = async () => ({ canceled: false, filePath });
  }, path);
}
