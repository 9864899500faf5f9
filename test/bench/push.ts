// `npm run bench -- push [--rate N] [--seconds S] [--json]`: the push door at a steady rate of requests, each answered after the durable acknowledgement.
import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { startPipeline } from '../harness/pipeline.ts';
import { until } from '../harness/until.ts';

const WARM_UP_SECONDS = 5;
/** Scripts on as many machines, each with a connection of its own that stands before it is measured. */
const CONNECTIONS = 64;
const NODES = 50;

const { values: options } = parseArgs({
  options: {
    rate: { type: 'string', default: '500' },
    seconds: { type: 'string', default: '30' },
    json: { type: 'boolean', default: false },
  },
});
const rate = Number(options.rate);
const seconds = Number(options.seconds);

const pipeline = await startPipeline();
const [host = '', port = ''] = pipeline.addresses.gateway.split(':');
const agent = new Agent({
  keepAlive: true,
  maxSockets: CONNECTIONS,
  maxFreeSockets: CONNECTIONS,
  ca: readFileSync(pipeline.addresses.caFile),
});
try {
  const wanted = { kind: 'TOKEN_KIND_ACCESS' as const, name: 'bench', scopes: ['push'], validSeconds: 3600, uses: 0, labels: {} };
  const { secret: token } = await pipeline.client.call('createToken', wanted);
  let count = 0;
  /** One request; its time from the moment it was due, so that a door that stalls does not slow the measurement down. */
  const push = async (dueMs: number): Promise<number> => {
    const body = {
      node_id: `bench-${count++ % NODES}`,
      latency_ms: Math.random() * 100,
      packet_loss: 0,
      uptime_pct: 100,
      time: Math.round((performance.timeOrigin + dueMs) * 1000) + count,
    };
    await post(token, JSON.stringify(body));
    return performance.now() - dueMs;
  };
  const run = async (forSeconds: number): Promise<number[]> => {
    const startMs = performance.now();
    const times: Promise<number>[] = [];
    for (let i = 0; i < rate * forSeconds; i++) {
      const dueMs = startMs + (i * 1000) / rate;
      const early = dueMs - performance.now();
      if (early > 1) await wait(early);
      times.push(push(dueMs));
    }
    return Promise.all(times);
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, () => push(performance.now())));
  await run(WARM_UP_SECONDS);
  const warm = count;
  const times = (await run(seconds)).sort((a, b) => a - b);
  const stored = async (): Promise<number> => Number((await pipeline.sql('select count() from push'))[0]?.[0]);
  await until('everything is stored', async () => (await stored()) >= count, 60_000);
  const at = (share: number): number =>
    Number((times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? Number.NaN).toFixed(2));
  const result = {
    requests: count - warm,
    perSecond: rate,
    p50Ms: at(0.5),
    p99Ms: at(0.99),
    maxMs: at(1),
    stored: await stored(),
    pushed: count,
  };
  process.stdout.write(
    `push: p50 ${result.p50Ms} ms, p99 ${result.p99Ms} ms, worst ${result.maxMs} ms at ${rate} requests/s; ${result.stored} of ${count} stored\n`,
  );
  if (options.json) process.stdout.write(`${JSON.stringify(result)}\n`);
} finally {
  agent.destroy();
  await pipeline.stop();
}

/** Resolves when it was taken. */
function post(token: string, body: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${token}`, 'content-length': Buffer.byteLength(body) };
    const call = request({ host, port, path: '/api/push', method: 'POST', agent, headers }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('end', () => (response.statusCode === 202 ? resolve() : reject(new Error(`${response.statusCode} ${text}`))));
      response.on('error', reject);
    });
    call.on('error', reject);
    call.end(body);
  });
}
