// `npm run screens`: every page of the console at three widths in both themes, in test-results/screens with a contact sheet. A few of them, chosen and looked
// at by a person, stand in docs/pictures: `convert NAME.png +dither -colors 128 -strip docs/pictures/NAME.png`.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, test } from 'vitest';
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
import { type Picture, writeContactSheet } from './contact-sheet.ts';
import { type DayScene, NAME_PREFIX, startDayScene } from './day-scene.ts';

const FOLDER = join(import.meta.dirname, '../../test-results/screens');
const SIZES = [
  { width: 900, height: 700 },
  { width: 1280, height: 800 },
  { width: 1920, height: 1080 },
];
const THEMES = ['dark', 'light'] as const;
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

async function showLastDay(page: Page): Promise<void> {
  await page.getByTitle('Choose a time range').click();
  await page.getByRole('dialog', { name: 'Time range' }).getByRole('button', { name: 'last 24 h' }).click();
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
  await untilText(page.locator('[data-chart="cpu"] .chart-head'), /user\s*\d+\.\d.*system\s*\d+\.\d/);
}

async function showGraph(page: Page): Promise<void> {
  await openPage(page, 'Explore');
  await runSql(page, GRAPH);
  await untilText(page.locator('.result-facts'), /[1-9]\d* rows/);
  await page.locator('.result-chart canvas').waitFor();
}

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
  node: (page, look) => showNode(page, scene.machines[0] as string).then(look),
  explore: (page, look) => showGraph(page).then(look),
  probes: (page, look) => visitProbes(page).then(look),
  pipeline: (page, look) => visitPipeline(page).then(look),
  settings: (page, look) => visitSettings(page).then(look),
  keys: (page, look) => withKeySheet(page, look),
  palette: (page, look) => withPalette(page, 'edge', look),
};

test('every page at every size in both themes', async () => {
  const { page } = surface;
  const pictures: Picture[] = [];
  await visitFleet(page, scene.nodes, NAME_PREFIX);
  await showLastDay(page);
  for (const [name, show] of Object.entries(PAGES)) {
    for (const { width, height } of SIZES) {
      await page.setViewportSize({ width, height });
      for (const theme of THEMES) {
        await page.emulateMedia({ colorScheme: theme });
        const picture = `${name}-${theme}-${width}`;
        await show(page, () => takeScreen(page, picture, 'screens'));
        pictures.push({ page: name, theme, width, file: `${picture}.png` });
      }
    }
  }
  console.log(`screens: ${writeContactSheet(FOLDER, pictures)}`);
});
