// One visit of every page with real data, the same in a browser and in a window: what it must show, and pictures of it.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { expect } from 'vitest';

const RESULTS = join(import.meta.dirname, '../../test-results');
const WAIT_MS = 30_000;

export interface Size {
  width: number;
  height: number;
}

export const SIZES: readonly Size[] = [
  { width: 1280, height: 800 },
  { width: 1920, height: 1080 },
];

/** Everything the page complained about; must stay empty. A refused policy is a complaint of the console too. */
export function collectComplaints(page: Page): string[] {
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  return complaints;
}

/** A picture `NAME.png` in a folder of test-results. */
export async function takeScreen(page: Page, name: string, folder = 'e2e'): Promise<void> {
  mkdirSync(join(RESULTS, folder), { recursive: true });
  // What is mounted besides the root differs from machine to machine.
  await page.evaluate("for (const row of document.querySelectorAll('.plain-table tr')) row.hidden = /^\\/mnt/.test(row.textContent ?? '')");
  // Out of the way: a row or a chart under the pointer looks otherwise.
  await page.mouse.move(0, 0);
  // `initial`: hiding the caret would put a style into the page, which its policy refuses.
  await page.screenshot({ path: join(RESULTS, folder, `${name}.png`), caret: 'initial', animations: 'disabled' });
}

/** Waits until the text of the element is as asked, and gives it. */
export async function untilText(element: Locator, pattern: RegExp): Promise<string> {
  let text = '';
  const look = async (): Promise<string> => {
    text = (await element.textContent()) ?? '';
    return text;
  };
  await expect.poll(look, { timeout: WAIT_MS }).toMatch(pattern);
  return text;
}

export async function openPage(page: Page, name: 'Fleet' | 'Explore' | 'Probes' | 'Pipeline' | 'Settings'): Promise<void> {
  await page.getByRole('complementary', { name: 'Pages and views' }).getByRole('link', { name }).first().click();
  await page.getByRole('heading', { level: 1, name }).waitFor({ timeout: WAIT_MS });
}

/** The fleet shows so many nodes with live values, and the counts agree. `named`: how a node begins that measures a CPU. */
export async function visitFleet(page: Page, nodes: number, named = 'sim-'): Promise<void> {
  await openPage(page, 'Fleet');
  const counted = `(${nodes} nodes?|\\d+ machines?, \\d+ sources?|${nodes} sources?)`;
  await untilText(page.locator('.page-title'), new RegExp(`${counted}, as of \\d\\d:\\d\\d:\\d\\d`));
  await untilText(page.locator('footer.status'), new RegExp(`connected \\d+ ms.*${counted}.*\\d+ live.*rows/s.*complete`));
  // One that measures a CPU: a probe does not.
  const row = page.locator('.fleet-row', { hasText: named }).filter({ hasText: 'Live' }).first();
  await untilText(row, /Live/);
  // The sample's age and the CPU's value are of now, not of the start.
  await untilText(row.locator('[data-column="age"]'), /^\d\.\d s$/);
  await expect.poll(async () => row.locator('svg.mute path').first().getAttribute('d'), { timeout: WAIT_MS }).toMatch(/^M/);
}

/** By ⌘K. */
export async function searchNode(page: Page, name: string): Promise<void> {
  await page.keyboard.press('Control+k');
  await page.locator('.palette').waitFor();
  await page.keyboard.type(name);
  await untilText(page.locator('.palette [aria-selected="true"]'), new RegExp(name));
  await page.keyboard.press('Enter');
  await untilText(page.locator('.node-title h1'), new RegExp(`^${name}$`));
}

/** The filter line narrows the table to the node with that name. */
export async function filterFleet(page: Page, name: string): Promise<void> {
  await openPage(page, 'Fleet');
  await page.keyboard.press('/');
  await page.keyboard.type(`name:${name}`);
  await expect.poll(() => page.locator('.fleet-row').count(), { timeout: WAIT_MS }).toBe(1);
  await untilText(page.locator('.fleet-row'), new RegExp(name));
  await page.keyboard.press('Escape');
}

/** Opens this machine's own node by keyboard alone; the charts have lines and the figures values. */
export async function visitNode(page: Page, name: string): Promise<void> {
  await searchNode(page, name);
  await untilText(page.locator('.node-title'), /Live/);
  await untilText(page.locator('.tile').first(), /CPU.*\d+\.\d %/);
  await untilText(page.locator('[data-chart="cpu"] .chart-head'), /user\s*\d+\.\d.*system\s*\d+\.\d/);
  await untilText(page.locator('[data-chart="memory"] .chart-head'), /used\s*\d+\.\d/);
  await page.getByRole('tab', { name: /^Processes/ }).click();
  await untilText(page.locator('.process-rows'), /node|MainThread/);
  await page.getByRole('tab', { name: 'Overview' }).click();
  await expect.poll(() => page.locator('.charts canvas').count(), { timeout: WAIT_MS }).toBeGreaterThanOrEqual(6);
  for (const name of ['Processes', 'Filesystems']) {
    await page.locator('.charts section', { hasText: name }).locator('tbody tr').first().waitFor({ timeout: WAIT_MS });
  }
}

/** The lens raises the rate and says for how long. */
export async function tryLens(page: Page): Promise<void> {
  await page.getByRole('button', { name: /Live lens/ }).click();
  await untilText(page.getByRole('button', { name: /Live lens/ }), /10 Hz, [45]:\d\d left/);
  await untilText(page.locator('.node-title'), /live, 10 Hz/);
  await page.getByRole('button', { name: /Live lens/ }).click();
  await untilText(page.locator('.node-title'), /raw|averages/);
}

/** SQL by keyboard: an answer with chart and table, then a refused statement in plain words. */
export async function visitExplore(page: Page): Promise<void> {
  await openPage(page, 'Explore');
  await page.locator('.schema-table', { hasText: /^cpu\d/ }).waitFor({ timeout: WAIT_MS });
  await page.getByRole('textbox', { name: 'SQL' }).click();
  await page.keyboard.press('Control+Enter');
  await untilText(page.locator('.result-facts'), /ms.*[1-9]\d* rows?/);
  await page.locator('.result-chart canvas').waitFor({ timeout: WAIT_MS });
  await untilText(page.locator('.result-row').first(), /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/);
}

export async function runSql(page: Page, sql: string): Promise<void> {
  await page.getByRole('textbox', { name: 'SQL' }).focus();
  await page.keyboard.press('Control+a');
  await page.keyboard.insertText(sql);
  await page.keyboard.press('Control+Enter');
}

/** The ledger's proof is there and explains everything. */
export async function visitPipeline(page: Page): Promise<void> {
  await openPage(page, 'Pipeline');
  await untilText(page.locator('.verdict'), /complete.*rows in the ledger.*0 unexplained/);
  await untilText(page.locator('.ledger-table'), /Stored in QuestDB[1-9].*Unexplained00/);
  await page.locator('.result-chart canvas').waitFor({ timeout: WAIT_MS });
}

/** Nothing runs out of the window, at any size. As text: code of Node's side knows no document. */
export async function expectNoOverflow(page: Page): Promise<void> {
  const wide = await page.evaluate<boolean>(
    'document.documentElement.scrollWidth > innerWidth || document.documentElement.scrollHeight > innerHeight',
  );
  expect(wide).toBe(false);
}

/** Every node is a cell, and the arrows tell of it in words. */
export async function visitHeatMap(page: Page, nodes: number): Promise<void> {
  await openPage(page, 'Fleet');
  await page.getByRole('group', { name: 'View of the fleet' }).getByRole('button', { name: 'Heat map' }).click();
  const map = page.getByRole('application', { name: new RegExp(`^Heat map of ${nodes} nodes`) });
  await map.focus();
  await page.keyboard.press('ArrowRight');
  await page.locator('#heat-cursor').waitFor();
}

/** Places of the world with their nodes. */
export async function visitMap(page: Page): Promise<void> {
  await openPage(page, 'Fleet');
  await page.getByRole('group', { name: 'View of the fleet' }).getByRole('button', { name: 'Map', exact: true }).click();
  await page
    .getByRole('button', { name: /Accra.*: \d+/ })
    .first()
    .waitFor({ timeout: WAIT_MS });
  await page.locator('.map-paths').getByText('Loading…').waitFor({ state: 'detached', timeout: WAIT_MS });
}

/** Paths with figures, and the worst of them. */
export async function visitProbes(page: Page): Promise<void> {
  await openPage(page, 'Probes');
  await untilText(page.getByRole('table', { name: 'Places and their targets' }), /\d/);
  await untilText(page.getByRole('region', { name: 'Worst now' }), /\d/);
  await page.locator('.path-chart[data-empty="false"]').waitFor({ timeout: WAIT_MS });
}

export async function visitSettings(page: Page): Promise<void> {
  await openPage(page, 'Settings');
  await page.getByRole('heading', { level: 2, name: 'Appearance' }).waitFor();
}

/** The key sheet by `?`, until `act` is done. */
export async function withKeySheet(page: Page, act: () => Promise<void>): Promise<void> {
  await page.keyboard.press('?');
  const sheet = page.getByRole('dialog', { name: 'All keys' });
  await sheet.waitFor();
  await act();
  await page.keyboard.press('Escape');
  await sheet.waitFor({ state: 'detached' });
}

/** ⌘K with a text in it, until `act` is done. */
export async function withPalette(page: Page, text: string, act: () => Promise<void>): Promise<void> {
  await page.keyboard.press('Control+k');
  await page.keyboard.type(text);
  await page.locator('.palette [role="option"]').first().waitFor();
  await act();
  await page.keyboard.press('Escape');
  await page.locator('.palette').waitFor({ state: 'detached' });
}
