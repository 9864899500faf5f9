// `npm run bench -- agent-tick [--ticks N] [--json]`: what a tick costs without a network: every collector of this machine, the batch, its
// encoding and the spool on disk, with the clock going on a second a tick. Microseconds of CPU, user and kernel, and where they go.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createCollectors } from '../../agent/collectors/catalog.ts';
import { runWithoutOptimizers } from '../../agent/host/engine-flags.ts';
import { CollectorSet, SILENT_REPORTS } from '../../agent/sampling/collector-set.ts';
import { timingAtRest } from '../../agent/sampling/collector-timing.ts';
import { Sampler } from '../../agent/sampling/sampler.ts';
import { toSummary } from '../../agent/sampling/summary.ts';
import { HostSpool } from '../../agent/spool/host-spool.ts';
import type { Summary } from '../../proto/gen/messages.ts';

const STEP_MS = 1000;
/** The gateway acknowledges within a second. */
const SETTLE_TICKS = 60;

const { values: options } = parseArgs({
  options: { ticks: { type: 'string', default: '2000' }, json: { type: 'boolean', default: false } },
});
const ticks = Number(options.ticks);

runWithoutOptimizers();
const folder = mkdtempSync(join(tmpdir(), 'muster-tick-'));
const silent = () => undefined;
const spool = new HostSpool(
  join(folder, 'spool.db'),
  { maxBytes: 256 * 1024 * 1024, maxRows: 1_000_000 },
  { fileSetAside: silent, notDurable: silent, durableAgain: silent, epochBegun: silent },
);
const self = () => ({ tickMs: 1, spoolBatches: 0, spoolBytes: 0, collectorsFailed: 0 });
const roots = { proc: '/proc', sys: '/sys' };
let nowMs = Math.ceil(Date.now() / STEP_MS) * STEP_MS;
let values = 0;
let summary: Summary | undefined;
const spent = { collect: 0, summary: 0, spool: 0 };

const collectors = new CollectorSet(
  // Those that run programs or ask daemons are measured by `agent`.
  createCollectors((name) => !['systemd', 'systemd_unit', 'containers', 'smart', 'gpu'].includes(name), roots, self),
  SILENT_REPORTS,
  timingAtRest({ interval: STEP_MS, collectorIntervals: {}, collectorsDisabled: [] }, 0),
);
const sampler = new Sampler({
  flushIntervalMs: STEP_MS,
  collectors,
  onFlush(frames, createdUs) {
    for (const frame of frames) for (const value of frame.values) if (!Number.isNaN(value)) values++;
    timed('summary', () => {
      summary = toSummary(frames, summary);
    });
    timed('spool', () => {
      spool.append({ createdUs, frames, events: [] });
      const { nextSeq } = spool.status();
      if (nextSeq > 1) spool.ackUpTo(nextSeq - 1);
    });
  },
  onClockStep: silent,
  clock: { wallMs: () => nowMs, monotonicMs: () => nowMs },
});

try {
  await run(SETTLE_TICKS);
  values = 0;
  spent.summary = 0;
  spent.spool = 0;
  const before = process.cpuUsage();
  await run(ticks);
  const { user, system } = process.cpuUsage(before);
  const perTick = (microseconds: number): number => Math.round(microseconds / ticks);
  const result = {
    cpuUs: perTick(user + system),
    userUs: perTick(user),
    systemUs: perTick(system),
    summaryUs: perTick(spent.summary),
    spoolUs: perTick(spent.spool),
    collectUs: perTick(user + system - spent.summary - spent.spool),
    valuesPerTick: perTick(values),
  };
  console.log(
    options.json
      ? JSON.stringify(result)
      : Object.entries(result)
          .map(([name, value]) => `${name} ${value}`)
          .join('  '),
  );
} finally {
  spool.close();
  rmSync(folder, { recursive: true });
}

async function run(count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    await sampler.tick();
    nowMs += STEP_MS;
  }
}

function timed(part: keyof typeof spent, work: () => void): void {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  spent[part] += user + system;
}
