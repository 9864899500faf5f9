// The console as a desktop window under Xvfb, against the whole pipeline.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { _electron, type ElectronApplication, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { resolveRuntime } from '../../deploy/setup/runtimes.mjs';
import { type Pipeline, type Simulation, startPipeline, startSimulation } from '../harness/pipeline.ts';
import { collectComplaints, takeScreen, visitExplore, visitFleet, visitNode, visitPipeline } from './console-tour.ts';
import { startDisplay } from './virtual-display.ts';

const SIMULATED = 5;
const NODES = SIMULATED + 1;
const MAIN = join(import.meta.dirname, '../../dist/console/main.cjs');

let pipeline: Pipeline;
let simulation: Simulation;
let display: Awaited<ReturnType<typeof startDisplay>>;
let app: ElectronApplication;
let page: Page;
let complaints: string[];
const userData = mkdtempSync(join(tmpdir(), 'muster-window-'));

async function launch(): Promise<ElectronApplication> {
  const { gateway, caFile, tokenFile } = pipeline.addresses;
  return _electron.launch({
    executablePath: join(await resolveRuntime('electron'), 'electron'),
    args: [
      '--no-sandbox',
      '--disable-gpu',
      `--user-data-dir=${userData}`,
      MAIN,
      '--gateway',
      gateway,
      '--ca-file',
      caFile,
      '--token-file',
      tokenFile,
    ],
    env: { ...(process.env as Record<string, string>), DISPLAY: display.name },
  });
}

beforeAll(async () => {
  display = await startDisplay(await resolveRuntime('xvfb'));
  pipeline = await startPipeline({ agent: true });
  simulation = await startSimulation(pipeline, { nodes: SIMULATED, durable: false });
  app = await launch();
  page = await app.firstWindow();
  complaints = collectComplaints(page);
});

afterAll(async () => {
  await app?.close();
  await simulation?.stop();
  await pipeline?.stop();
  display?.stop();
  rmSync(userData, { recursive: true, force: true });
});

test('fleet, node, explore and pipeline show real data', async () => {
  await visitFleet(page, NODES);
  await takeScreen(page, 'window-fleet');
  await visitNode(page);
  await takeScreen(page, 'window-node');
  await visitExplore(page);
  await visitPipeline(page);
  expect(complaints).toEqual([]);
});

test('the page has nothing of Node or Electron, and its policy holds', async () => {
  const found = await page.evaluate(`({
    node: ['require', 'process', 'module', 'Buffer'].filter((name) => name in globalThis),
    bridge: Object.keys(globalThis.musterHost).sort(),
    origin: location.origin,
  })`);
  expect(found).toEqual({ node: [], bridge: ['listen', 'send'], origin: 'muster-console://window' });
  const inline = await page.evaluate(`{
    const script = document.createElement('script');
    script.textContent = 'globalThis.ran = true';
    document.head.append(script);
    'ran' in globalThis;
  }`);
  expect(inline).toBe(false);
});

test('the window stays on its own pages and opens no other', async () => {
  const before = page.url();
  await page.evaluate("window.open('https://example.com/'); location.href = 'https://example.com/'; undefined");
  await expect.poll(() => page.url()).toBe(before);
  expect(app.windows()).toHaveLength(1);
});

test('the window remembers where it stood', async () => {
  await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.setBounds({ x: 40, y: 30, width: 1200, height: 760 }));
  await app.close();
  app = await launch();
  page = await app.firstWindow();
  const bounds = await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.getBounds());
  expect(bounds).toMatchObject({ width: 1200, height: 760 });
});
