// The console in a browser, against the whole pipeline as a user starts it.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { resolveRuntime } from '../../deploy/setup/runtimes.mjs';
import { type Pipeline, type Simulation, startPipeline, startSimulation } from '../harness/pipeline.ts';
import {
  collectComplaints,
  expectNoOverflow,
  filterFleet,
  openPage,
  runSql,
  SIZES,
  takeScreen,
  tryLens,
  untilText,
  visitExplore,
  visitFleet,
  visitNode,
  visitPipeline,
} from './console-tour.ts';

const SIMULATED = 24;
const NODES = SIMULATED + 1;
const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
];

let pipeline: Pipeline;
let simulation: Simulation;
let browser: Browser;
let page: Page;
let complaints: string[];

/** A token not spent yet: each is good for one browser. */
function oneTimeAddress(): string {
  return readFileSync(join(pipeline.home, 'run', 'console-address'), 'utf8').trim();
}

beforeAll(async () => {
  pipeline = await startPipeline({ agent: true });
  simulation = await startSimulation(pipeline, { nodes: SIMULATED, durable: false });
  browser = await chromium.launch({ executablePath: await resolveRuntime('chromium'), args: ARGUMENTS });
  page = await browser.newPage({ colorScheme: 'dark', viewport: { width: 1280, height: 800 } });
  complaints = collectComplaints(page);
  await page.goto(oneTimeAddress());
});

afterAll(async () => {
  await browser?.close();
  await simulation?.stop();
  await pipeline?.stop();
});

test('the one-time address leads to the console and is spent', async () => {
  expect(new URL(page.url()).search).toBe('');
  await visitFleet(page, NODES);
});

test('fleet, node, explore and pipeline show real data by keyboard', async () => {
  await visitFleet(page, NODES);
  const name = (await page.locator('.fleet-row a').last().textContent()) as string;
  await filterFleet(page, name);
  await visitNode(page);
  await tryLens(page);
  await visitExplore(page);
  await visitPipeline(page);
});

test('the agent’s own machine is searched for and opened by ⌘K', async () => {
  const [row] = await pipeline.sql('SELECT name FROM nodes WHERE simulated = false');
  const name = String(row?.[0]);
  await page.keyboard.press('Control+k');
  await page.keyboard.type(name);
  await untilText(page.locator('.palette [aria-selected="true"]'), new RegExp(name));
  await page.keyboard.press('Enter');
  await untilText(page.locator('.node-title h1'), new RegExp(name));
});

test('a statement that writes is refused in words, and a cell is only text', async () => {
  await openPage(page, 'Explore');
  await runSql(page, 'DROP TABLE cpu');
  await untilText(page.getByRole('alert'), /The query was not accepted.*invalid_argument/);
  await runSql(page, "SELECT '<img src=x onerror=alert(1)>' AS hostile, 1 AS one FROM long_sequence(1)");
  await untilText(page.locator('.result-row'), /^<img src=x onerror=alert\(1\)>/);
  expect(await page.locator('.result-row img').count()).toBe(0);
});

test('the past wears its edge, and Esc returns to live', async () => {
  await openPage(page, 'Fleet');
  await page.getByRole('button', { name: 'One span back' }).click();
  await page.locator('.past-edge').waitFor();
  await untilText(page.locator('.page > .notice'), /^As it was/);
  await untilText(page.locator('.blank'), /No node had joined at that moment/);
  await page.keyboard.press('Escape');
  await page.locator('.past-edge').waitFor({ state: 'detached' });
});

test('a stretch drawn on a chart becomes the time of the whole window', async () => {
  await visitNode(page);
  const chart = await page.locator('[data-chart="memory"] .u-over').boundingBox();
  if (chart === null) throw new Error('the chart has no place on the page');
  const y = chart.y + chart.height / 2;
  await page.mouse.move(chart.x + chart.width * 0.8, y);
  await page.mouse.down();
  await page.mouse.move(chart.x + chart.width * 0.95, y, { steps: 4 });
  await page.mouse.up();
  await page.locator('.past-edge').waitFor();
  await untilText(page.locator('[data-chart="memory"] .chart-head'), /used\s*\d+\.\d/);
  await openPage(page, 'Fleet');
  await untilText(page.locator('.fleet-row').first().locator('[data-column="cpu"]'), /^\d+\.\d$/);
  await page.keyboard.press('Escape');
  await page.locator('.past-edge').waitFor({ state: 'detached' });
});

test('every page at every size in both themes', async () => {
  for (const size of SIZES) {
    await page.setViewportSize(size);
    for (const theme of ['dark', 'light'] as const) {
      await page.emulateMedia({ colorScheme: theme });
      const suffix = `${theme}-${size.width}x${size.height}`;
      await visitFleet(page, NODES);
      await expectNoOverflow(page);
      await takeScreen(page, `fleet-${suffix}`);
      await visitNode(page);
      await expectNoOverflow(page);
      await takeScreen(page, `node-${suffix}`);
      await openPage(page, 'Explore');
      await runSql(
        page,
        "SELECT timestamp, region, avg(busy) AS busy\nFROM cpu_nodes\nWHERE cpu = 'total' AND timestamp BETWEEN $from AND $to\nSAMPLE BY 5s",
      );
      await untilText(page.locator('.result-facts'), /[1-9]\d* rows/);
      await expectNoOverflow(page);
      await takeScreen(page, `explore-${suffix}`);
      await visitPipeline(page);
      await expectNoOverflow(page);
      await takeScreen(page, `pipeline-${suffix}`);
    }
  }
});

test('the page never complained: no error, no warning, nothing against its policy', () => {
  expect(complaints).toEqual([]);
});

test('a console that lost its gateway withholds states and says since when', async () => {
  await openPage(page, 'Fleet');
  await page.setViewportSize({ width: 1280, height: 800 });
  await pipeline.kill('gateway');
  await untilText(page.locator('footer.status'), /not connected.*states not known/);
  await untilText(page.locator('.page > .notice'), /This console lost the gateway at \d\d:\d\d:\d\d\. The nodes may be well/);
  await untilText(page.locator('.fleet-row').first(), /Not known/);
  await takeScreen(page, 'fleet-disconnected-light-1280x800');
  await pipeline.untilReady();
  await visitFleet(page, NODES);
});
