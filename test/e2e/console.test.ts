// The console in a browser and in its own window, against one whole Muster as a user starts it.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { resolveRuntime } from '../../deploy/setup/runtimes.mjs';
import { graveFindings } from './accessibility.ts';
import {
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
  visitHeatMap,
  visitMap,
  visitNode,
  visitPipeline,
  visitProbes,
  visitSettings,
  withKeySheet,
  withPalette,
} from './console-tour.ts';
import { moveChart } from './moved-chart.ts';
import { reuseRows, shownRows } from './reused-rows.ts';
import { HOSTILE_NAME, NODES, type Scene, SLOW_AT_MS, SLOW_NODE, startScene } from './scene.ts';
import { openBrowser, openByPage, openWindow, type Surface, startAgain, type WindowSurface } from './surfaces.ts';
import { askWhySlow, exportLastHour, findFullestDisk, findWorstLatency, type Hand, openNode, runProcessList } from './tasks.ts';
import { startDisplay } from './virtual-display.ts';
import { chooseStretch } from './window-time.ts';

const HANDS: readonly Hand[] = ['mouse', 'keyboard'];
const GRAPH =
  "SELECT timestamp, region, avg(busy) AS busy\nFROM cpu_nodes\nWHERE cpu = 'total' AND timestamp BETWEEN $from AND $to\nSAMPLE BY 5s";

let scene: Scene;
let display: Awaited<ReturnType<typeof startDisplay>>;
/** This machine's name. */
let own: string;
const userData = mkdtempSync(join(tmpdir(), 'muster-window-'));

beforeAll(async () => {
  display = await startDisplay(await resolveRuntime('xvfb'));
  scene = await startScene();
  const [row] = await scene.pipeline.sql(
    `SELECT name FROM nodes WHERE simulated = false AND name NOT LIKE '%img%' AND agent_version != ''`,
  );
  own = String(row?.[0]);
});

afterAll(async () => {
  await scene?.stop();
  display?.stop();
  rmSync(userData, { recursive: true, force: true });
});

/** Process of the backend of a window. */
async function backendOf(app: WindowSurface['app']): Promise<number> {
  const pid = await app.evaluate(
    ({ app }) => app.getAppMetrics().find(({ serviceName, name }) => /Muster backend/.test(`${serviceName} ${name}`))?.pid,
  );
  if (pid === undefined) throw new Error('there is no process of a backend');
  return pid;
}

/** Every page once, with what it must show. */
async function tour({ page }: Surface): Promise<void> {
  await visitFleet(page, NODES);
  await visitHeatMap(page, NODES);
  await visitMap(page);
  await visitNode(page, own);
  await visitExplore(page);
  await visitProbes(page);
  await visitPipeline(page);
  await visitSettings(page);
}

const TASKS: Readonly<Record<string, (surface: Surface, hand: Hand) => Promise<void>>> = {
  'find the node with the fullest disk': (surface, hand) => findFullestDisk(surface, scene.pipeline, hand),
  'why was it slow yesterday at 14:00': askWhySlow,
  'run a process list on it': (surface, hand) => runProcessList(surface, own, hand),
  'find which place has the worst latency to a target': (surface, hand) => findWorstLatency(surface, scene.pipeline, hand),
  'export the last hour as Parquet': exportLastHour,
};
const TASKS_BY_HANDS = Object.keys(TASKS).flatMap((task) => HANDS.map((hand) => ({ task, hand })));

async function carryOut(surface: Surface, { task, hand }: (typeof TASKS_BY_HANDS)[number]): Promise<void> {
  await TASKS[task]?.(surface, hand);
}

describe('in a browser', () => {
  let surface: Surface;

  beforeAll(async () => {
    surface = await openBrowser(scene.pipeline);
  });
  afterAll(() => surface?.close());

  test('the one-time address leads to the console and is spent', () => {
    expect(new URL(surface.page.url()).search).toBe('');
  });

  test('a browser that is opened by a page of this user alone ends in the console', async () => {
    expect(await openByPage(scene.pipeline)).toEqual({
      address: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\//),
      shown: expect.stringContaining('Muster'),
    });
  });

  test('every page shows real data', async () => {
    await tour(surface);
    await filterFleet(surface.page, own);
    await visitNode(surface.page, own);
    await tryLens(surface.page);
  });

  test.each(TASKS_BY_HANDS)('$task, by $hand', (asked) => carryOut(surface, asked));

  test('a statement that writes is refused in words, and what hosts say is only text', async () => {
    const { page } = surface;
    await openPage(page, 'Fleet');
    await page.getByLabel('Filter nodes').fill('onerror');
    const name = await untilText(page.locator('.fleet-row').getByRole('link'), /^<img src=x onerror=alert\(1\)>"'/);
    expect(name).not.toMatch(/[\u202a-\u202e\u2066-\u2069]/);
    expect(HOSTILE_NAME).toContain(name.slice(0, 20));
    await page.getByLabel('Filter nodes').fill('');
    await openPage(page, 'Explore');
    await runSql(page, 'DROP TABLE cpu');
    await untilText(page.getByRole('alert'), /The query was not accepted.*invalid_argument/);
    await runSql(page, "SELECT '<img src=x onerror=alert(1)>' AS hostile, 1 AS one FROM long_sequence(1)");
    await untilText(page.locator('.result-row'), /^<img src=x onerror=alert\(1\)>/);
    await runSql(page, "SELECT rpad('', 10000000, 'x') AS huge FROM long_sequence(1)");
    await untilText(page.getByRole('alert'), /larger than the database allows.*limit_exceeded/);
    await runSql(page, 'SELECT x, x * 2 AS twice FROM long_sequence(1000000)');
    await untilText(page.locator('.result-facts'), /cut at/);
    expect(await page.locator('img').count()).toBe(0);
  });

  test('the past wears its edge, and a stretch drawn on a chart becomes the time of the window', async () => {
    const { page } = surface;
    await visitNode(page, own);
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
    await untilText(page.locator('.page > .notice').first(), /^\d+ \w+ \d\d:\d\d:\d\d/);
    await page.keyboard.press('Escape');
    await page.locator('.past-edge').waitFor({ state: 'detached' });
  });

  test('a chart under the hand shows what a drawing of all of it shows', async () => {
    const { page } = surface;
    await openNode(page, SLOW_NODE, 'mouse');
    await chooseStretch(page, SLOW_AT_MS - 20 * 60_000, SLOW_AT_MS + 10 * 60_000);
    await untilText(page.locator('[data-chart="cpu"] .chart-head'), /iowait\s*\d/);
    const { fromBefore, fromAnew } = await moveChart(page);
    await page.keyboard.press('Escape');
    await page.locator('.past-edge').waitFor({ state: 'detached' });
    expect(fromBefore).toBeGreaterThan(0.02);
    expect(fromAnew).toBeLessThan(0.001);
  });

  test('rows whose elements showed other nodes say what rows made anew say', async () => {
    const { page } = surface;
    await visitFleet(page, NODES);
    await reuseRows(page);
    const reused = await shownRows(page);
    await page.reload();
    await expect.poll(() => shownRows(page)).toEqual(reused);
    expect(reused.length).toBeGreaterThan(20);
    expect(new Set(reused.map(({ nodeId }) => nodeId)).size).toBe(reused.length);
    for (const { name, nodeId } of reused) expect(name).toContain(`#/node/${nodeId}`);
  });

  test('every page at every size in both themes, with nothing that keeps somebody out', async () => {
    const { page } = surface;
    const findings: string[] = [];
    for (const size of SIZES) {
      await page.setViewportSize(size);
      for (const theme of ['dark', 'light'] as const) {
        await page.emulateMedia({ colorScheme: theme });
        const look = async (name: string): Promise<void> => {
          await expectNoOverflow(page);
          await takeScreen(page, `${name}-${theme}-${size.width}x${size.height}`);
          if (size !== SIZES[0]) return;
          for (const finding of await graveFindings(page)) findings.push(`${name}, ${theme}: ${finding}`);
        };
        await visitFleet(page, NODES);
        await look('fleet');
        await visitHeatMap(page, NODES);
        await look('heatmap');
        await visitMap(page);
        await look('map');
        await visitNode(page, own);
        await look('node');
        await openPage(page, 'Explore');
        await runSql(page, GRAPH);
        await untilText(page.locator('.result-facts'), /[1-9]\d* rows/);
        await look('explore');
        await visitProbes(page);
        await look('probes');
        await visitPipeline(page);
        await look('pipeline');
        await visitSettings(page);
        await look('settings');
        await withKeySheet(page, () => look('keys'));
        await withPalette(page, 'sim', () => look('palette'));
      }
    }
    expect(findings).toEqual([]);
  });

  test('the page never complained: no error, no warning, nothing against its policy', () => {
    expect(surface.complaints).toEqual([]);
  });
});

describe('in its own window', () => {
  let surface: WindowSurface;

  beforeAll(async () => {
    surface = await openWindow(scene.pipeline, display.name, userData);
  });
  afterAll(() => surface?.close());

  test('every page shows real data', async () => {
    await tour(surface);
    await takeScreen(surface.page, 'window-settings');
    await openPage(surface.page, 'Fleet');
    await takeScreen(surface.page, 'window-fleet');
  });

  test.each(TASKS_BY_HANDS)('$task, by $hand', (asked) => carryOut(surface, asked));

  test('the page has nothing of Node or Electron, and its policy holds', async () => {
    const { page } = surface;
    expect(surface.complaints).toEqual([]);
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

  test('the window stays on its own pages, and hears only what is a message of theirs', async () => {
    const { page, app } = surface;
    const before = page.url();
    await page.evaluate("window.open('https://example.com/'); location.href = 'https://example.com/'; undefined");
    await expect.poll(() => page.url()).toBe(before);
    expect(app.windows()).toHaveLength(1);
    await page.evaluate(`{
      for (const bad of [null, 'text', { kind: 'nonsense' }, { kind: 'request', id: 'x', name: 'query' }, { kind: 'subscribe', id: -1, name: [] }]) {
        globalThis.musterHost.send(bad);
      }
      const frame = document.createElement('iframe');
      document.body.append(frame);
      globalThis.framed = 'musterHost' in frame.contentWindow;
      frame.remove();
    }`);
    await expect.poll(() => surface.log().match(/a message of a page/g)?.length ?? 0).toBeGreaterThanOrEqual(5);
    expect(await page.evaluate('globalThis.framed')).toBe(false);
    // By its address: a click would wait for the end of a journey that was refused.
    await page.evaluate("location.hash = '#/pipeline'; undefined");
    await untilText(page.getByRole('heading', { level: 1 }), /Pipeline/);
    await untilText(page.locator('.verdict'), /complete/);
  });

  test('a backend that ends is started again, and the page goes on', async () => {
    const { page, app } = surface;
    await openPage(page, 'Fleet');
    const rows = page.locator('.fleet-row');
    await rows.first().waitFor();
    process.kill(await backendOf(app), 'SIGKILL');
    await untilText(page.getByRole('alert'), /lost its backend and starts it again/);
    await page.getByRole('alert').waitFor({ state: 'detached' });
    await page.locator('.fleet-table:not(.stale)').waitFor();
    await expect.poll(() => rows.count()).toBeGreaterThan(5);
    await expect.poll(() => surface.log()).toMatch(/backend ended unexpectedly/);
  });

  test('a backend that hangs is lost after three beats, and is heard again when it goes on', async () => {
    const { page, app } = surface;
    await openPage(page, 'Fleet');
    await page.locator('.fleet-table:not(.stale)').waitFor();
    const pid = await backendOf(app);
    process.kill(pid, 'SIGSTOP');
    try {
      await untilText(page.getByRole('alert'), /own program has not answered for \d+ s/);
      await untilText(page.locator('footer.status'), /states not known/);
    } finally {
      process.kill(pid, 'SIGCONT');
    }
    await page.getByRole('alert').waitFor({ state: 'detached' });
    await page.locator('.fleet-table:not(.stale)').waitFor();
  });

  test('a second start opens a window of the gateway that it was started for', async () => {
    const { gateway } = scene.pipeline.addresses;
    const other = gateway.startsWith('localhost:') ? gateway.replace('localhost', '127.0.0.1') : gateway.replace(/^[^:]+/, 'localhost');
    expect(await startAgain(scene.pipeline, display.name, userData, other)).toBe(0);
    await expect.poll(() => surface.app.windows().length, { timeout: 30_000 }).toBe(2);
    const opened = surface.app.windows()[1] as WindowSurface['page'];
    await untilText(opened.locator('footer.status'), /connected \d+ ms/);
    await opened.close();
    // The same one again only comes to the front.
    expect(await startAgain(scene.pipeline, display.name, userData, gateway)).toBe(0);
    await expect.poll(() => surface.app.windows().length, { timeout: 30_000 }).toBe(1);
  });

  test('the window remembers where it stood', async () => {
    await surface.app.evaluate(({ BrowserWindow }) =>
      BrowserWindow.getAllWindows()[0]?.setBounds({ x: 40, y: 30, width: 1200, height: 760 }),
    );
    await surface.close();
    surface = await openWindow(scene.pipeline, display.name, userData);
    const bounds = await surface.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.getBounds());
    expect(bounds).toMatchObject({ width: 1200, height: 760 });
  });
});

test('a console that lost its gateway withholds states and says since when', async () => {
  const surface = await openBrowser(scene.pipeline);
  const { page } = surface;
  try {
    await page.emulateMedia({ colorScheme: 'light' });
    await visitFleet(page, NODES);
    await scene.pipeline.kill('gateway');
    await untilText(page.locator('footer.status'), /not connected.*states not known/);
    await untilText(page.locator('.page > .notice'), /This console lost the gateway at \d\d:\d\d:\d\d\. The nodes may be well/);
    await untilText(page.locator('.fleet-row').first(), /Not known/);
    await takeScreen(page, 'fleet-disconnected-light-1280x800');
    await scene.pipeline.untilReady();
    await visitFleet(page, NODES);
  } finally {
    await surface.close();
  }
});

test('a page whose session ended with its server says so, and how to get a new address', async () => {
  const surface = await openBrowser(scene.pipeline);
  const { page } = surface;
  try {
    await visitFleet(page, NODES);
    await scene.pipeline.kill('console-web');
    await untilText(page.locator('.page > .notice'), /this page's session has ended: muster status shows a new address/);
    await scene.pipeline.untilReady();
    await page.reload();
    await untilText(page.locator('body'), /This page's session has ended\. Get a new address: muster status shows it\./);
  } finally {
    await surface.close();
  }
});
