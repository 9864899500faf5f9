// `npm run bench -- lease [--seconds S] [--json]`: one agent at rest at 0.1 Hz, watched at 10 Hz, and left alone again.
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { liveSubject } from '../../core/common/streams.ts';
import { connectNats } from '../../core/node/nats-connection.ts';
import { startPipeline } from '../harness/pipeline.ts';
import { startRealAgent } from '../harness/real-agent.ts';
import { until } from '../harness/until.ts';
import { startWatcher, type WatchedUpdate } from '../harness/watcher.ts';

const INTERVAL_MS = 100;
const MEASUREMENTS = ['cpu', 'load', 'memory', 'network'];
const WARM_UP_MS = 5000;
const REST_MS = 7000;

const { values: options } = parseArgs({
  options: { seconds: { type: 'string', default: '20' }, json: { type: 'boolean', default: false } },
});

interface Result {
  samples: number;
  /** From the first sample on. */
  hertz: number;
  /** From the wish of the watcher to its first sample. */
  firstSampleMs: number;
  /** From the wish until ten samples a second came: the first second in which nine did. */
  fullRateMs: number;
  p50Ms: number;
  p99Ms: number;
  /** From the watcher's death to the last live sample that the gateway passed on. */
  restMs: number;
}

const pipeline = await startPipeline();
try {
  const agent = await startRealAgent(pipeline, { interval: '10s' });
  const { nats, natsUser, natsPasswordFile } = pipeline.addresses;
  const connection = await connectNats({ url: nats, user: natsUser, passwordFile: natsPasswordFile, name: 'bench' });
  try {
    const passedOn: number[] = [];
    connection.subscribe(liveSubject(agent.nodeId), { callback: () => passedOn.push(Date.now()) });
    await wait(WARM_UP_MS);
    const watcher = startWatcher(pipeline.addresses, agent.nodeId, INTERVAL_MS, MEASUREMENTS);
    await until('a first sample', () => {
      if (watcher.errors.length > 0) throw new Error(watcher.errors.join(' '));
      return watcher.updates.length > 0;
    });
    await wait(Number(options.seconds) * 1000);
    await watcher.kill();
    const killedMs = Date.now();
    await wait(REST_MS);
    report(toResult(watcher.updates, watcher.wishedMs ?? watcher.startedMs, Math.max(0, (passedOn.at(-1) ?? 0) - killedMs)));
  } finally {
    await connection.close();
    await agent.stop();
  }
} finally {
  await pipeline.stop();
}

function toResult(updates: readonly WatchedUpdate[], wishedMs: number, restMs: number): Result {
  const ages = updates.map(({ atMs, sampledMs }) => atMs - sampledMs).sort((a, b) => a - b);
  const at = (share: number): number => Math.round(ages[Math.min(ages.length - 1, Math.floor(ages.length * share))] ?? Number.NaN);
  const came = updates.map(({ atMs }) => atMs);
  const [first = Number.NaN, last = Number.NaN] = [came[0], came.at(-1)];
  const full = came.findIndex((ms, i) => (came[i + 9] ?? Number.POSITIVE_INFINITY) - ms <= 1000);
  return {
    samples: updates.length,
    hertz: Math.round(((updates.length - 1) / (last - first)) * 10_000) / 10,
    firstSampleMs: first - wishedMs,
    fullRateMs: (came[full] ?? Number.NaN) - wishedMs,
    p50Ms: at(0.5),
    p99Ms: at(0.99),
    restMs,
  };
}

function report(result: Result): void {
  const { samples, hertz, firstSampleMs, fullRateMs, p50Ms, p99Ms, restMs } = result;
  process.stdout.write(`from 0.1 Hz to ${hertz} Hz: first sample after ${firstSampleMs} ms, full rate from ${fullRateMs} ms on\n`);
  process.stdout.write(`sample to watcher: p50 ${p50Ms} ms, p99 ${p99Ms} ms (${samples} samples)\n`);
  process.stdout.write(`last sample ${restMs} ms after the watcher was killed\n`);
  if (options.json) process.stdout.write(`${JSON.stringify(result)}\n`);
}
