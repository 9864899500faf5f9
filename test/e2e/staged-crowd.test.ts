// Nodes that come and go by hundreds, and the night in which the clock is set back: what the page says of them, and what it keeps of it.
import type { CDPSession } from 'playwright-core';
import { afterEach, expect, test } from 'vitest';
import type { FleetNode } from '../../console/common/fleet-node.ts';
import { openPage, untilText } from './console-tour.ts';
import { openStagedPage, type StagedOptions, type StagedPage } from './staged-host.ts';
import { stagedNode } from './staged-nodes.ts';

const NODES = 10_000;
const FLAPPING = 500;
const VIEWS = ['Heat map', 'Map', 'Tree', 'Table'] as const;
/** Longer by hand: `MUSTER_HEAP_MINUTES=30 npm test -- staged-crowd`. */
const HEAP_MINUTES = Number(process.env['MUSTER_HEAP_MINUTES'] ?? 0);
/** What is made once is made by then: fonts, a page's own tables, and over some minutes the compiler's code. */
const WARM_ROUNDS = HEAP_MINUTES > 0 ? 60 : 5;
const ROUNDS = 10;

let staged: StagedPage | undefined;

afterEach(() => staged?.close());

async function open(options?: StagedOptions): Promise<StagedPage> {
  staged = await openStagedPage(options);
  return staged;
}

/** As `open`, with all nodes live. */
async function openCrowd(): Promise<StagedPage> {
  const crowd = await open();
  crowd.tell(Array.from({ length: NODES }, (_, number) => stagedNode(number, crowd.nowMs())));
  await untilText(statusOf(crowd), /10,000 nodes10,000 live/);
  return crowd;
}

const statusOf = ({ page }: StagedPage) => page.locator('footer.status');

/** The first 500 of all fall silent and come back; each count on the way is of all nodes. */
async function flap(crowd: StagedPage): Promise<void> {
  for (const state of ['silent', 'live'] as const) {
    const nowMs = crowd.nowMs();
    const heardMs = state === 'live' ? nowMs : nowMs - 60_000;
    crowd.tell(Array.from({ length: FLAPPING }, (_, number): FleetNode => stagedNode(number, heardMs, { state, stateSinceMs: nowMs })));
    await untilText(statusOf(crowd), state === 'silent' ? /10,000 nodes500 silent9,500 live/ : /10,000 nodes10,000 live/);
  }
}

test('500 of 10,000 nodes that flap: title, verdict and rows tell of those that are silent now, and of no more', async () => {
  const crowd = await openCrowd();
  const { page } = crowd;
  for (let round = 0; round < ROUNDS; round++) await flap(crowd);
  await untilText(page.locator('.page-title'), /All 10,000 live/);
  expect(await page.title()).not.toMatch(/\d/);
  await until500(crowd);
  await untilText(page.locator('.fleet-row [data-column="state"]').first(), /^Silent$/);
});

async function until500(crowd: StagedPage): Promise<void> {
  const nowMs = crowd.nowMs();
  crowd.tell(
    Array.from({ length: FLAPPING }, (_, number) => stagedNode(number, nowMs - 60_000, { state: 'silent', stateSinceMs: nowMs - 50_000 })),
  );
  await untilText(statusOf(crowd), /10,000 nodes500 silent9,500 live/);
  await untilText(crowd.page.locator('.page-title'), /500 (nodes )?silent/);
  await expect.poll(() => crowd.page.title(), { timeout: 20_000 }).toMatch(/^\(500\)/);
}

test('visits of every view and page while nodes flap leave nothing behind', { timeout: (HEAP_MINUTES + 6) * 60_000 }, async () => {
  const crowd = await openCrowd();
  const devtools = await crowd.page.context().newCDPSession(crowd.page);
  const visit = async (): Promise<void> => {
    await flap(crowd);
    for (const view of VIEWS) await crowd.page.getByRole('group', { name: 'View' }).getByText(view, { exact: true }).click();
    await crowd.page.evaluate(`location.hash = '#/node/00000000-0000-4000-8000-000000000777'; undefined`);
    await untilText(crowd.page.locator('.node-title h1'), /node-00777/);
    for (const name of ['Explore', 'Probes', 'Pipeline', 'Settings', 'Fleet'] as const) await openPage(crowd.page, name);
  };
  for (let round = 0; round < WARM_ROUNDS; round++) await visit();
  const before = await keptBytes(devtools);
  const endMs = Date.now() + HEAP_MINUTES * 60_000;
  let rounds = 0;
  while (rounds < ROUNDS || Date.now() < endMs) {
    await visit();
    rounds++;
  }
  const after = await keptBytes(devtools);
  expect(after / before, `${before} bytes before, ${after} after ${rounds} rounds`).toBeLessThan(1.1);
  if (HEAP_MINUTES > 0) console.log(`${rounds} rounds in ${HEAP_MINUTES} min: ${before} bytes before, ${after} after`);
});

/** What the page's objects take once garbage is collected. */
async function keptBytes(devtools: CDPSession): Promise<number> {
  for (let round = 0; round < 3; round++) await devtools.send('HeapProfiler.collectGarbage');
  const { usedSize } = await devtools.send('Runtime.getHeapUsage');
  return usedSize;
}

test('the night in which the clock is set back: each time says which of the two hours it is of', async () => {
  const night = await open({ timezoneId: 'Europe/Berlin', atMs: Date.parse('2026-10-25T00:59:40Z') });
  const { page } = night;
  night.tell([stagedNode(1, night.nowMs())]);
  const clock = page.locator('footer.status > span').last();
  await untilText(page.locator('.page-title'), /as of 0\d:\d\d:\d\d/);
  await untilText(clock, /^02:0\d:\d\d CET$/);
  // No age jumps by an hour.
  await untilText(page.locator('.fleet-row [data-column="since"]'), /^(\d+ s|\d min)$/);
  await page.getByRole('heading', { level: 1 }).click();
  await page.keyboard.press('[');
  await untilText(page.locator('.past-edge, header').first(), /02:4\d/);
  await untilText(page.locator('body'), /02:30 – 02:45 CEST/);
});
