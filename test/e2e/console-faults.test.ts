// Nothing on screen claims more than is known: the console in a browser while what it stands on fails, one thing after the other.
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, chromium, type Locator, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type Child, startChild } from '../../cli/process/child.ts';
import { resolveRuntime } from '../../deploy/setup/runtimes.mjs';
import { type Pipeline, type Simulation, startPipeline, startSimulation } from '../harness/pipeline.ts';
import { freePorts } from '../harness/ports.ts';
import { builtProgram } from '../harness/program.ts';
import { type Relay, startRelay } from '../harness/relay.ts';
import { until } from '../harness/until.ts';
import { openPage } from './console-tour.ts';

const NODES = 5;

let pipeline: Pipeline;
let simulation: Simulation;
/** Between the console's own program and the gateway. */
let relay: Relay;
let host: Child;
let browser: Browser;
let page: Page;
/** The operator's token as this console reads it. */
let tokenFile: string;
let addressFile: string;
const stopped = new Set<number>();

beforeAll(async () => {
  pipeline = await startPipeline({ env: { MUSTER_GATEWAY_STATE_HISTORY: 'true' } });
  simulation = await startSimulation(pipeline, { nodes: NODES, durable: false });
  relay = await startRelay(pipeline.addresses.gateway);
  tokenFile = join(pipeline.home, 'fault-token');
  addressFile = join(pipeline.home, 'fault-address');
  copyFileSync(pipeline.addresses.tokenFile, tokenFile);
  const [port] = await freePorts(1);
  const settings = {
    ...{ gateway: relay.address, 'ca-file': pipeline.addresses.caFile, 'token-file': tokenFile, 'address-file': addressFile, port },
  };
  host = startChild(
    {
      name: 'console-web',
      command: process.execPath,
      args: [builtProgram('console-web'), ...Object.entries(settings).map(([name, value]) => `--${name}=${value}`)],
      folders: [],
      files: [],
      readiness: { kind: 'line' },
    },
    join(pipeline.home, 'logs', 'fault-console.log'),
  );
  await host.ready(30_000);
  browser = await chromium.launch({ executablePath: await resolveRuntime('chromium'), args: ['--no-sandbox', '--disable-gpu'] });
  page = await openConsole();
});

afterEach(async () => {
  for (const pid of stopped) process.kill(pid, 'SIGCONT');
  stopped.clear();
  await relay.back();
});

afterAll(async () => {
  await browser?.close();
  await host?.stop();
  await relay?.stop();
  await simulation?.stop();
  await pipeline?.stop();
});

/** Waits until the text of the element is as asked, and gives it. */
function untilText(element: Locator, pattern: RegExp): Promise<string> {
  return until(`${element} shows ${pattern}`, async () => {
    const text = (await element.textContent({ timeout: 5000 })) ?? '';
    if (!pattern.test(text)) throw new Error(`it shows ${text.slice(0, 300)}`);
    return text;
  });
}

/** A new page; its clock is so far off the gateway's. */
async function openConsole(clockOffMs = 0): Promise<Page> {
  const opened = await browser.newPage({ viewport: { width: 1280, height: 800 }, locale: 'en-US', timezoneId: 'UTC' });
  await opened.addInitScript((off) => {
    const now = Date.now.bind(Date);
    Date.now = () => now() + off;
  }, clockOffMs);
  await opened.goto(readFileSync(addressFile, 'utf8').trim());
  await untilWell(opened);
  return opened;
}

function hang(pid: number): void {
  stopped.add(pid);
  process.kill(pid, 'SIGSTOP');
}

async function goOn(pid: number): Promise<void> {
  process.kill(pid, 'SIGCONT');
  stopped.delete(pid);
}

const stateWords = (of: Page): Promise<string[]> => of.locator('.fleet-row [data-column="state"]').allTextContents();

/** All nodes are live, by the table, the strip and the line below. */
async function untilWell(of: Page): Promise<void> {
  await untilText(of.locator('footer.status'), new RegExp(`connected [\\d,]+ ms.*${NODES} live`));
  await until('all rows are live', async () => {
    const words = await stateWords(of);
    return words.length === NODES && words.every((word) => word === 'Live');
  });
}

/** Neither the frame nor a page says how the nodes or the way of their samples are. */
async function untilNothingIsClaimed(reason: RegExp): Promise<void> {
  const status = await untilText(page.locator('footer.status'), reason);
  expect(status).not.toMatch(/\d live|% complete|rows\/s/);
  expect(status).toContain('states not known');
  await until('no row claims a state', async () => (await stateWords(page)).every((word) => word === 'Not known'));
  await untilText(page.locator('.notice'), /nothing is known since/);
  await openPage(page, 'Pipeline');
  expect(await page.locator('main').textContent()).not.toMatch(/100 % complete/);
  await openPage(page, 'Fleet');
}

test('a gateway that hangs: nothing is claimed within seconds, and all is well again once it goes on', async () => {
  const { pid } = pipeline.part('gateway');
  hang(pid);
  await untilNothingIsClaimed(/not connected/);
  await goOn(pid);
  await untilWell(page);
});

test('a gateway that is killed: nothing is claimed while there is none, and all is well again with the next', async () => {
  // It starts another at once, which is too soon to look at what shows without one.
  hang(pipeline.pid);
  process.kill(pipeline.part('gateway').pid, 'SIGKILL');
  await untilNothingIsClaimed(/not connected/);
  await goOn(pipeline.pid);
  await untilWell(page);
});

test('a way to the gateway that is gone, and one on which bytes vanish without a word', async () => {
  await relay.away();
  await untilNothingIsClaimed(/not connected/);
  await relay.back();
  await untilWell(page);
  relay.freeze();
  // New connections find their way: what was known in between is withheld, and comes back by itself.
  await untilText(page.locator('footer.status'), /states not known/);
  await untilWell(page);
});

test('a gateway that is far away: its answers are late, and that is said', async () => {
  relay.delay(400);
  await untilText(page.locator('footer.status'), /connected (8\d\d|9\d\d|[1-9],\d{3}) ms/);
  expect(new Set(await stateWords(page))).toEqual(new Set(['Live']));
  relay.delay(0);
  await untilWell(page);
});

test('a token that the gateway refuses: the console says so and knows nothing; with the right one it does', async () => {
  const good = readFileSync(tokenFile, 'utf8');
  writeFileSync(tokenFile, 'mst_wrong\n');
  // The next connection takes the token from the file.
  await relay.away();
  await untilText(page.locator('footer.status'), /not connected/);
  await relay.back();
  await untilNothingIsClaimed(/The gateway refuses this console/);
  writeFileSync(tokenFile, good);
  await untilWell(page);
});

test("the console's own program hangs: the page notices by itself", async () => {
  hang(host.pid);
  await untilNothingIsClaimed(/not connected/);
  await goOn(host.pid);
  await untilWell(page);
});

test('a store that hangs takes nothing from what the gateway tells, and rows of it say of which moment they are', async () => {
  const { pid } = pipeline.part('questdb');
  await page.locator('.fleet-row').first().dblclick();
  const table = page.locator('section[data-chart="disk"]', { has: page.locator('table') });
  await table.locator('tbody tr').first().waitFor();
  hang(pid);
  await untilText(page.locator('.node-title'), /Live/);
  await untilText(table.locator('.chart-head'), /at \d\d:\d\d:\d\d/);
  await untilText(page.locator('footer.status'), new RegExp(`${NODES} live`));
  await goOn(pid);
  await openPage(page, 'Fleet');
  await untilWell(page);
});

test('a clock that is an hour off changes no age and no moment', async () => {
  const off = await openConsole(3_600_000);
  try {
    await untilText(off.locator('.fleet-row [data-column="age"]').first(), /^\d\.\d s$/);
    const clock = await off.locator('footer.status > span').last().textContent();
    const [hours = 0, minutes = 0, seconds = 0] = (/\d\d:\d\d:\d\d/.exec(clock ?? '')?.[0] ?? '').split(':').map(Number);
    const now = new Date();
    const apart = (hours * 60 + minutes) * 60 + seconds - ((now.getUTCHours() * 60 + now.getUTCMinutes()) * 60 + now.getUTCSeconds());
    expect(Math.abs(apart)).toBeLessThan(60);
  } finally {
    await off.close();
  }
});
