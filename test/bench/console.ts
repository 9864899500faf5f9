// `npm run bench -- console [--nodes N] [--interval SECONDS] [--minutes M] [--json]`: the desktop console over a whole Muster on this machine: how soon it shows
// the fleet, how much work a frame costs it, what it needs of memory, and how old a live point is when it is drawn.
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { giveWay } from '../../cli/process/priority.ts';
import { resolveRuntime } from '../../deploy/setup/runtimes.mjs';
import { startDisplay } from '../e2e/virtual-display.ts';
import { chooseStretch } from '../e2e/window-time.ts';
import { type Pipeline, startPipeline, startSimulation } from '../harness/pipeline.ts';
import { until } from '../harness/until.ts';
import { ConsoleWindow, type WindowOptions } from './console/console-window.ts';
import { type FrameWork, quantile } from './console/frame-work.ts';
import { goTo, pan, scroll, spotOf, sweep } from './console/gestures.ts';
import { POINTS, type Stretch, storeMillionPoints } from './console/million-points.ts';
import { filterTimes, firstRowsMs, livePointAges } from './console/page-probes.ts';
import { warmStartMs } from './console/warm-start.ts';

/** What is told of the fleet's samples: over so long, until so long ago. */
const RATE_SECONDS = 30;
const ARRIVAL_SECONDS = 10;
const STARTS = 5;
const ACT_MS = 6000;
const LENS_MS = 15_000;
const FILTERS = ['accra', 'cpu>50', 'state:live disk>70'];
const SCROLL = { pixels: 9000, pixelsPerSecond: 3000 };
/** Ten thousand enrolments, each on disk when it is acknowledged. */
const ENROLLED_WITHIN_MS = 1_800_000;
/** The machines that they stand for have CPUs of their own: an operator's desk runs neither the backend nor a fleet. */
const BACKEND_NICE = 10;
/** It has to keep ten thousand streams alive from one process. */
const FLEET_NICE = 5;
/** The disk is not what is measured: where memory can stand for it, enrolments take minutes and not an hour. */
const SHARED_MEMORY = '/dev/shm';
/** Before there is any other. */
const OWN_NODE = 'SELECT node_id FROM cpu LIMIT 1';

const { values: options } = parseArgs({
  options: {
    nodes: { type: 'string', default: '10000' },
    /** Seconds between the samples of a node. */
    interval: { type: 'string', default: '10' },
    minutes: { type: 'string', default: '1' },
    json: { type: 'boolean', default: false },
  },
});

interface Result {
  nodes: number;
  firstPaintMs: number;
  scrollWorkP95Ms: number;
  heatmapWorkP95Ms: number;
  droppedFramesPercent: number;
  filterMs: number;
  rendererMb: number;
  panWorkP95Ms: number;
  agentToPixelP99Ms: number;
}

const nodes = Number(options.nodes);
const dir = mkdtempSync(join(existsSync(SHARED_MEMORY) ? SHARED_MEMORY : tmpdir(), 'muster-console-'));
const display = await startDisplay(await resolveRuntime('xvfb'));
const interrupted = new Promise<never>((_, reject) => {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => reject(new Error(`ended by ${signal}`)));
});
interrupted.catch(() => undefined);
try {
  await overFleetOf(nodes);
} finally {
  display.stop();
  rmSync(dir, { recursive: true, force: true });
}

async function overFleetOf(nodes: number): Promise<void> {
  const home = join(dir, 'home');
  mkdirSync(home);
  const pipeline = await startPipeline({ home, agent: true, env: { MUSTER_ETL_TIERS: 'true' } });
  try {
    // The gateway and this machine's agent are on the way of a live point.
    for (const { name, pid } of pipeline.record().parts) if (name !== 'agent' && name !== 'gateway') giveWay(pid, BACKEND_NICE);
    const nodeId = await until("this machine's node measures", async () => (await pipeline.sql(OWN_NODE))[0]?.[0]);
    // The roll-ups of a new table take a while to come: the nodes enrol meanwhile.
    const stored = storeMillionPoints(pipeline, String(nodeId));
    stored.catch(() => undefined);
    const fromMs = performance.now();
    const simulation = await startSimulation(pipeline, {
      nodes,
      interval: `${options.interval}s`,
      durable: false,
      readyWithinMs: ENROLLED_WITHIN_MS,
      nice: FLEET_NICE,
    });
    try {
      const seconds = (performance.now() - fromMs) / 1000;
      say(`${nodes} nodes enrolled in ${Math.round(seconds)} s, ${Math.round(nodes / seconds)} a second`);
      await Promise.race([
        interrupted,
        until(
          'every node is live',
          async () => (await pipeline.client.call('listNodes', { filter: 'state:live' }, { timeoutMs: 30_000 })).nodes.length > nodes,
          300_000,
        ),
      ]);
      const stretch = await stored;
      // Their first samples are spread over an interval.
      await Promise.race([interrupted, wait((Number(options.interval) + RATE_SECONDS + ARRIVAL_SECONDS) * 1000)]);
      await tellFlow(pipeline, 'before the acts');
      report(await Promise.race([measure(pipeline, String(nodeId), stretch), interrupted]));
    } finally {
      await simulation.stop();
    }
  } finally {
    await pipeline.stop();
  }
}

/** Whether the fleet does all that is asked of it: else what is measured is another, easier one. */
async function tellFlow(pipeline: Pipeline, when: string): Promise<void> {
  const recent = `SELECT count() FROM load WHERE timestamp > dateadd('s', -${RATE_SECONDS + ARRIVAL_SECONDS}, now()) AND timestamp < dateadd('s', -${ARRIVAL_SECONDS}, now())`;
  const stored = Number((await pipeline.sql(recent))[0]?.[0]) / RATE_SECONDS;
  const asked = Number(options.nodes) / Number(options.interval);
  const live = (await pipeline.client.call('listNodes', { filter: 'state:live' }, { timeoutMs: 30_000 })).nodes.length;
  const [load = 0] = loadavg();
  say(
    `${when}: ${live} nodes live, ${Math.round(stored)} samples a second stored of ${Math.round(asked)}, load of the machine ${load.toFixed(1)} on ${availableParallelism()} CPUs`,
  );
}

async function measure(pipeline: Pipeline, nodeId: string, stretch: Stretch): Promise<Result> {
  const { gateway, caFile, tokenFile } = pipeline.addresses;
  const place: WindowOptions = { gateway, caFile, tokenFile, display: display.name, dataDir: join(dir, 'window') };
  mkdirSync(place.dataDir);
  // The first start fills the caches; it is not one that counts.
  const starts: number[] = [];
  for (let i = 0; i <= STARTS; i++) starts.push(await warmStartMs(place));
  const [cold, ...warm] = starts;
  const firstPaintMs = quantile(
    warm.sort((a, b) => a - b),
    0.5,
  );
  say(`first rows after the start of the program: ${firstPaintMs} ms, of ${warm.join(', ')}; the very first start ${cold} ms`);
  const window = await ConsoleWindow.open(place);
  try {
    const { page } = window;
    await firstRowsMs(page);
    await wait(5000);
    const beganMb = await window.rendererMb();
    const scrolled = await overFleet(window);
    const heat = await overHeatMap(window);
    await goTo(page, '#/fleet');
    const filtered = await filterTimes(page, FILTERS);
    say(`filter: p50 ${quantile(filtered, 0.5)} ms, worst ${quantile(filtered, 1)} ms of ${filtered.length} keystrokes`);
    const panned = await overMillionPoints(window, nodeId, stretch);
    const ages = await throughLens(window, nodeId);
    await tellFlow(pipeline, 'after the acts');
    await goTo(page, '#/fleet');
    const rendererMb = await overMinutes(window, Number(options.minutes));
    say(`renderer ${rendererMb} MB, ${rendererMb - beganMb} MB more than at first`);
    const acted = [scrolled, heat, panned];
    const dropped = acted.reduce((sum, work) => sum + work.dropped, 0);
    const shown = acted.reduce((sum, work) => sum + work.shown, 0);
    return {
      nodes,
      firstPaintMs,
      scrollWorkP95Ms: scrolled.p95Ms,
      heatmapWorkP95Ms: heat.p95Ms,
      droppedFramesPercent: Math.round((1000 * dropped) / (shown + dropped)) / 10,
      filterMs: quantile(filtered, 0.95),
      rendererMb,
      panWorkP95Ms: panned.p95Ms,
      agentToPixelP99Ms: Math.round(quantile(ages, 0.99)),
    };
  } finally {
    await window.close();
  }
}

/** The page's memory while nobody touches it, told ten times; MB at the end. */
async function overMinutes(window: ConsoleWindow, minutes: number): Promise<number> {
  const each: number[] = [];
  for (let i = 0; i < 10; i++) {
    await wait(minutes * 6000);
    each.push(await window.rendererMb());
  }
  say(`memory over ${minutes} min: ${each.join(', ')} MB`);
  return each.at(-1) as number;
}

async function overFleet(window: ConsoleWindow): Promise<FrameWork> {
  const grid = await spotOf(window.page.getByRole('grid', { name: 'Nodes' }));
  return told('scrolling the table', await window.traced(() => scroll(window, grid, SCROLL.pixels, SCROLL.pixelsPerSecond)));
}

async function overHeatMap(window: ConsoleWindow): Promise<FrameWork> {
  await goTo(window.page, '#/fleet?view=heatmap&group=region');
  const map = await spotOf(window.page.getByRole('application', { name: /^Heat map of/ }));
  await wait(1000);
  return told('the pointer over the heat map', await window.traced(() => sweep(window, map, ACT_MS)));
}

async function overMillionPoints(window: ConsoleWindow, nodeId: string, { fromMs, toMs }: Stretch): Promise<FrameWork> {
  await goTo(window.page, `#/node/${nodeId}/cpu`);
  await chooseStretch(window.page, fromMs, toMs);
  const chart = await spotOf(window.page.locator('[data-chart] .u-over').first());
  await wait(3000);
  return told(`panning a chart of ${POINTS.toLocaleString('en')} points`, await window.traced(() => pan(window, chart, ACT_MS)));
}

async function throughLens({ page }: ConsoleWindow, nodeId: string): Promise<number[]> {
  await page.keyboard.press('Escape');
  await goTo(page, `#/node/${nodeId}`);
  const lens = page.getByRole('button', { name: /Live lens/ });
  await lens.click();
  await wait(2000);
  const ages = await livePointAges(page, LENS_MS);
  say(`agent to pixel: p50 ${quantile(ages, 0.5)} ms, p99 ${quantile(ages, 0.99)} ms of ${ages.length} points`);
  await lens.click();
  return ages;
}

function told(what: string, work: FrameWork): FrameWork {
  const { frames, p50Ms, p95Ms, worstMs, shown, dropped } = work;
  say(`${what}: work a frame p50 ${p50Ms} ms, p95 ${p95Ms} ms, worst ${worstMs} ms of ${frames}; ${dropped} dropped, ${shown} shown`);
  return work;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

function report(result: Result): void {
  for (const [name, value] of Object.entries(result)) say(`${name.padEnd(22)} ${value}`);
  if (options.json) say(JSON.stringify(result));
}
