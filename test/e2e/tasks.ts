// Five questions of an operator, each answered by mouse and by keyboard alone; the store itself says whether the answer is right.
import { parquetReadObjects } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import type { Pipeline } from '../harness/pipeline.ts';
import { openPage, runSql, untilText } from './console-tour.ts';
import { hasFocus, tabTo } from './keyboard.ts';
import { SLOW_AT_MS, SLOW_NODE } from './scene.ts';
import type { Surface } from './surfaces.ts';
import { chooseStretch, toField } from './window-time.ts';

export type Hand = 'mouse' | 'keyboard';

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const WAIT_MS = 20_000;

/** "Find the node with the fullest disk." */
export async function findFullestDisk({ page }: Surface, pipeline: Pipeline, hand: Hand): Promise<void> {
  const fullest =
    'SELECT n.name FROM (SELECT node_id, used_percent FROM filesystem LATEST ON timestamp PARTITION BY node_id, mount, device, fstype) f ' +
    'JOIN nodes n ON n.node_id = f.node_id ORDER BY f.used_percent DESC LIMIT 1';
  const name = String((await pipeline.sql(fullest))[0]?.[0]);
  const grid = page.getByRole('grid', { name: 'Nodes' });
  const head = grid.getByRole('button', { name: /^Disk/ });
  if (hand === 'mouse') {
    await openPage(page, 'Fleet');
    await head.click();
  } else {
    await page.keyboard.press('g');
    await page.keyboard.press('f');
    await tabTo(page, head);
    await page.keyboard.press('Enter');
  }
  const row = page.locator('.fleet-row').first();
  await untilText(row, new RegExp(name));
  if (hand === 'mouse') await row.getByRole('link', { name }).click();
  else {
    await tabTo(page, grid, 'Shift+Tab');
    await page.keyboard.press('Home');
    await page.keyboard.press('Enter');
  }
  await untilText(page.locator('.node-title h1'), new RegExp(`^${name}$`));
}

/** "Why was it slow yesterday at 14:00?" It waited for its disk. */
export async function askWhySlow({ page }: Surface, hand: Hand): Promise<void> {
  const [fromMs, toMs] = [SLOW_AT_MS - 4 * MINUTE_MS, SLOW_AT_MS + 4 * MINUTE_MS];
  await openNode(page, SLOW_NODE, hand);
  if (hand === 'mouse') await chooseStretch(page, fromMs, toMs);
  else {
    await tabTo(page, page.getByTitle('Choose a time range'));
    await page.keyboard.press('Enter');
    const menu = page.getByRole('dialog', { name: 'Time range' });
    await tabTo(page, menu.getByLabel('from'));
    await page.keyboard.type(toField(fromMs));
    await tabTo(page, menu.getByLabel('to', { exact: true }));
    await page.keyboard.type(toField(toMs));
    await tabTo(page, menu.getByRole('button', { name: 'Apply' }));
    await page.keyboard.press('Enter');
  }
  await page.locator('.past-edge').waitFor();
  const chart = page.locator('[data-chart="cpu"]');
  if (hand === 'mouse') await chart.locator('.u-over').hover();
  else {
    await tabTo(page, chart.getByRole('group'));
    await page.keyboard.press('ArrowLeft');
  }
  await untilText(chart.locator('.chart-head'), /iowait\s*78\.5/);
  await page.keyboard.press('Escape');
  await page.locator('.past-edge').waitFor({ state: 'detached' });
}

/** "Run a process list on it." */
export async function runProcessList({ page }: Surface, name: string, hand: Hand): Promise<void> {
  await openNode(page, name, hand);
  const open = page.getByRole('button', { name: /^Run command/ });
  const panel = page.getByRole('dialog', { name: /^Run a command on/ });
  const command = panel.getByRole('combobox', { name: /^Command/ });
  const run = panel.getByRole('button', { name: 'Run', exact: true });
  if (hand === 'mouse') {
    await open.click();
    await command.selectOption('process_list');
    await run.click();
  } else {
    await tabTo(page, open);
    await page.keyboard.press('Enter');
    await tabTo(page, command);
    await page.keyboard.type('Process list');
    await tabTo(page, run);
    await page.keyboard.press('Enter');
  }
  await untilText(panel.getByRole('log', { name: 'Output' }), /\bnode\b|\bMainThread\b/);
  await untilText(panel.getByRole('status'), /^ok.*\d\.\d s/);
  await page.keyboard.press('Escape');
  await panel.waitFor({ state: 'detached' });
}

/** "Which place has the worst latency to a target?" */
export async function findWorstLatency({ page }: Surface, pipeline: Pipeline, hand: Hand): Promise<void> {
  const worst = "SELECT probe FROM probe WHERE kind = 'simulated' GROUP BY probe ORDER BY avg(latency_ms) DESC LIMIT 1";
  const place = String((await pipeline.sql(worst))[0]?.[0]);
  const cells = page.getByRole('table', { name: 'Places and their targets' }).getByRole('button');
  if (hand === 'mouse') await openPage(page, 'Probes');
  else {
    await page.keyboard.press('g');
    await page.keyboard.press('r');
  }
  await expect.poll(() => cells.count(), { timeout: WAIT_MS }).toBeGreaterThanOrEqual(5);
  const words = await cells.evaluateAll((found) => found.map((cell) => cell.getAttribute('aria-label') ?? ''));
  const slowest = words.map((text) => ({ text, ms: Number(/p50 ([\d.,]+) ms/.exec(text)?.[1]) })).sort((a, b) => b.ms - a.ms)[0];
  expect(slowest?.text.toLowerCase()).toContain(place);
  const cell = page.getByRole('button', { name: slowest?.text ?? '', exact: true });
  if (hand === 'mouse') await cell.click();
  else {
    await tabTo(page, cells.and(page.locator('[tabindex="0"]')));
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
  }
  await page.getByRole('table', { name: 'Places and their targets' }).getByRole('button', { pressed: true }).waitFor();
}

/** "Export the last hour as Parquet." */
export async function exportLastHour(surface: Surface, hand: Hand): Promise<void> {
  const { page } = surface;
  const button = page.getByRole('button', { name: 'Export', exact: true });
  const span = page.getByTitle('Choose a time range');
  const hour = page.getByRole('dialog', { name: 'Time range' }).getByRole('button', { name: 'last 1 h', exact: true });
  if (hand === 'mouse') {
    await openPage(page, 'Explore');
    await span.click();
    await hour.click();
  } else {
    await page.keyboard.press('g');
    await page.keyboard.press('f');
    await tabTo(page, span);
    await page.keyboard.press('Enter');
    await tabTo(page, hour);
    await page.keyboard.press('Enter');
    await page.keyboard.press('g');
    await page.keyboard.press('e');
  }
  const editor = page.getByRole('textbox', { name: 'SQL' });
  if (hand === 'mouse') await editor.click();
  // The page begins in its editor.
  else await expect.poll(() => hasFocus(editor), { timeout: WAIT_MS }).toBe(true);
  await runSql(page, 'SELECT timestamp, node_id, load1 FROM load WHERE timestamp BETWEEN $from AND $to');
  await untilText(page.locator('.result-facts'), /[1-9][\d,]* rows/);
  const askedMs = Date.now();
  const bytes = await surface.download(async () => {
    if (hand === 'mouse') {
      await button.click();
      await page.getByRole('menuitem', { name: /^Parquet/ }).click();
    } else {
      // Tab writes in an editor; the keys hold in it, too.
      await page.keyboard.press('Control+Shift+E');
      await page.getByRole('menuitem', { name: /^Parquet/ }).waitFor();
      await page.keyboard.press('p');
    }
  });
  const file = new Uint8Array(bytes).buffer;
  const rows = (await parquetReadObjects({ file, compressors })) as { timestamp: Date; node_id: string; load1: number }[];
  expect(rows.length).toBeGreaterThan(30);
  expect(rows.every(({ timestamp }) => timestamp.getTime() >= askedMs - HOUR_MS - MINUTE_MS)).toBe(true);
  expect(rows.every(({ node_id, load1 }) => node_id !== '' && Number.isFinite(load1))).toBe(true);
}

/** A node by its name: clicked in the table, or searched for. */
export async function openNode(page: Page, name: string, hand: Hand): Promise<void> {
  if (hand === 'mouse') {
    await openPage(page, 'Fleet');
    await page.getByLabel('Filter nodes').fill(name);
    await page.locator('.fleet-row').getByRole('link', { name, exact: true }).click();
  } else {
    await page.keyboard.press('Control+k');
    await page.keyboard.type(name);
    await untilText(page.locator('.palette [aria-selected="true"]'), new RegExp(name));
    await page.keyboard.press('Enter');
  }
  await untilText(page.locator('.node-title h1'), new RegExp(`^${name}$`));
}
