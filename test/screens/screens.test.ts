// `npm run screens`: every page of the console at three widths in both themes, in test-results/screens with a contact sheet. Those of the documents are made
// by `MUSTER_SCREENS_KEPT=1 npm run screens`, which waits until the fleet is known for five minutes, in test-results/screens/kept; who has looked at them copies
// them to docs/pictures.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  openPage,
  runSql,
  searchNode,
  takeScreen,
  untilText,
  visitFleet,
  visitHeatMap,
  visitMap,
  visitPipeline,
  visitProbes,
  visitSettings,
  withKeySheet,
  withPalette,
} from '../e2e/console-tour.ts';
import { openBrowser, type Surface } from '../e2e/surfaces.ts';
import { chooseStretch } from '../e2e/window-time.ts';
import { type Picture, writeContactSheet } from './contact-sheet.ts';
import { type DayScene, NAME_PREFIX, startDayScene } from './day-scene.ts';
import { toIndexedPng } from './indexed-png.ts';

const FOLDER = join(import.meta.dirname, '../../test-results/screens');
const SIZES = [
  { width: 900, height: 700 },
  { width: 1280, height: 800 },
  { width: 1920, height: 1080 },
];
const THEMES = ['dark', 'light'] as const;
/** What the documents show. */
const KEPT = ['fleet-dark-1280', 'node-dark-1280', 'explore-dark-1280', 'heatmap-dark-1280', 'map-light-1280', 'pipeline-dark-1280'];
const KEEPS = process.env['MUSTER_SCREENS_KEPT'] === '1';
const DAY_MS = 86_400_000;
const KNOWN_WITHIN_MS = 420_000;
const GRAPH =
  "SELECT timestamp, country, avg(busy) AS busy\nFROM cpu_nodes\nWHERE cpu = 'total' AND country IN ('br', 'de', 'jp', 'ng', 'us')\n  AND timestamp BETWEEN $from AND $to\nSAMPLE BY 15m";

let scene: DayScene;
let surface: Surface;

beforeAll(async () => {
  rmSync(FOLDER, { recursive: true, force: true });
  scene = await startDayScene();
  surface = await openBrowser(scene.pipeline);
});
afterAll(async () => {
  await surface?.close();
  await scene?.stop();
});

async function showLast(page: Page, span: 'last 5 min' | 'last 24 h'): Promise<void> {
  await page.getByTitle('Choose a time range').click();
  await page.getByRole('dialog', { name: 'Time range' }).getByRole('button', { name: span }).click();
}

/** What is hatched over the fleet is not known: nobody watched it then. */
async function untilKnown(page: Page): Promise<void> {
  const unknown = page.locator('.strip-bars rect.strip-unknown');
  await expect.poll(() => unknown.count(), { timeout: KNOWN_WITHIN_MS, interval: 1000 }).toBe(0);
}

/** The busiest first, where the window is wide enough for the column. */
async function sortByCpu(page: Page): Promise<void> {
  const cpu = page.getByRole('columnheader', { name: /^CPU/ });
  if (!(await cpu.isVisible())) return;
  if ((await cpu.getAttribute('aria-sort')) === 'none') await cpu.getByRole('button').click();
  await untilText(page.locator('.fleet-row').first(), new RegExp(`^${NAME_PREFIX}`));
}

async function showTree(page: Page): Promise<void> {
  await openPage(page, 'Fleet');
  await page.getByRole('group', { name: 'View of the fleet' }).getByRole('button', { name: 'Tree' }).click();
}

async function showNode(page: Page, name: string): Promise<void> {
  await searchNode(page, name);
  await untilText(page.locator('.node-title'), /Live/);
  const toMs = Date.now();
  await chooseStretch(page, toMs - DAY_MS, toMs);
  await untilText(page.locator('[data-chart="cpu"] .chart-head'), /user\s*\d+\.\d.*system\s*\d+\.\d/);
  await untilText(page.locator('[data-chart="network"] .chart-head'), /in\s*\d+\.\d.*out\s*\d+\.\d/);
  await expect.poll(() => page.locator('.node-title').textContent()).not.toMatch(/loading/);
}

async function showGraph(page: Page): Promise<void> {
  await openPage(page, 'Explore');
  await showLast(page, 'last 24 h');
  await runSql(page, GRAPH);
  await untilText(page.locator('.result-facts'), /[1-9]\d* rows/);
  await page.locator('.result-chart canvas').waitFor();
}

/** One that is busy by day. */
const BUSY = `${NAME_PREFIX}frankfurt-0024`;

/** Page → how it is reached; what it gives is put away after the picture. */
const PAGES: Readonly<Record<string, (page: Page, look: () => Promise<void>) => Promise<void>>> = {
  fleet: async (page, look) => {
    await visitFleet(page, scene.nodes, NAME_PREFIX);
    await sortByCpu(page);
    await look();
  },
  heatmap: (page, look) => visitHeatMap(page, scene.nodes).then(look),
  map: (page, look) => visitMap(page).then(look),
  tree: (page, look) => showTree(page).then(look),
  node: async (page, look) => {
    await showNode(page, BUSY);
    await look();
    await showLast(page, 'last 5 min');
  },
  explore: async (page, look) => {
    await showGraph(page);
    await look();
    await showLast(page, 'last 5 min');
  },
  probes: (page, look) => visitProbes(page).then(look),
  pipeline: (page, look) => visitPipeline(page).then(look),
  settings: (page, look) => visitSettings(page).then(look),
  keys: (page, look) => withKeySheet(page, look),
  palette: (page, look) => withPalette(page, 'edge', look),
};

/** Small, for the documents. */
function keep(pictures: readonly Picture[]): void {
  mkdirSync(join(FOLDER, 'kept'));
  for (const { page, theme, width, file } of pictures.filter((each) => KEPT.includes(`${each.page}-${each.theme}-${each.width}`))) {
    writeFileSync(join(FOLDER, 'kept', `${page}.png`), toIndexedPng(readFileSync(join(FOLDER, file))));
    console.log(`kept/${page}.png is ${theme}, ${width} px`);
  }
}

test('every page at every size in both themes', async () => {
  const { page } = surface;
  const pictures: Picture[] = [];
  await visitFleet(page, scene.nodes, NAME_PREFIX);
  await showLast(page, 'last 5 min');
  for (const [name, show] of Object.entries(PAGES)) {
    for (const { width, height } of SIZES) {
      await page.setViewportSize({ width, height });
      for (const theme of THEMES) {
        await page.emulateMedia({ colorScheme: theme });
        const picture = `${name}-${theme}-${width}`;
        await show(page, async () => {
          if (KEEPS && KEPT.includes(picture)) await untilKnown(page);
          await takeScreen(page, picture, 'screens');
        });
        pictures.push({ page: name, theme, width, file: `${picture}.png` });
      }
    }
  }
  if (KEEPS) keep(pictures);
  console.log(`screens: ${writeContactSheet(FOLDER, pictures)}`);
});
