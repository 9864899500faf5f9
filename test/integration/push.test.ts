// The push door on a whole pipeline: what is answered with a receipt is in the tables, once; what is not acceptable is told and stored nowhere.
import { readFileSync } from 'node:fs';
import { connect } from 'node:tls';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type HttpsOptions, https } from '../harness/https.ts';
import { type Pipeline, startPipeline } from '../harness/pipeline.ts';
import { until } from '../harness/until.ts';

let pipeline: Pipeline;
let push: string;
let read: string;

beforeAll(async () => {
  pipeline = await startPipeline();
  push = await createToken(['push']);
  read = await createToken(['read']);
});
afterAll(() => pipeline?.stop());

async function createToken(scopes: string[], labels: Record<string, string> = {}): Promise<string> {
  const wanted = { kind: 'TOKEN_KIND_ACCESS', name: scopes.join(), scopes, validSeconds: 600, uses: 0, labels } as const;
  return (await pipeline.client.call('createToken', wanted)).secret;
}

function ask(path: string, options: HttpsOptions = {}) {
  return https(pipeline.addresses, path, options);
}

async function count(where: string): Promise<number> {
  const [row] = await pipeline.sql(`select count() from push where ${where}`).catch(() => [[0]]);
  return Number(row?.[0]);
}

it('stores what it gave a receipt for, once, and shows the node with its labels', async () => {
  const sample = (i: number) => ({
    ...{ node_id: `lagos-${i % 3}`, country: 'ng', region: 'ng-lagos', latitude: 6.45, longitude: 3.39, latency_ms: i / 10 },
    ...{ packet_loss: 0, uptime_pct: 100, time: new Date(Date.now() - i * 1000).toISOString(), metadata: { cpu: i } },
  });
  const { status, json } = await ask('/api/push', { token: push, body: Array.from({ length: 300 }, (_, i) => sample(i)) });
  expect(status).toBe(202);
  expect(json()).toMatchObject({ accepted: 300, refused: [], receipts: [{ rows: 100, seq: 1 }, { rows: 100 }, { rows: 100 }] });
  await until('300 rows are stored', async () => (await count("node_id like 'lagos-%'")) === 300);
  const [row] = await pipeline.sql("select latency_ms, metadata from push where node_id = 'lagos-1' order by latency_ms limit 1");
  expect(row).toEqual([0.1, '{"cpu":1}']);
  const { nodes } = await pipeline.client.call('listNodes', { filter: 'country:ng region:ng-lagos' });
  expect(nodes.map(({ nodeId, state }) => [nodeId, state]).sort()).toEqual(
    ['lagos-0', 'lagos-1', 'lagos-2'].map((id) => [id, 'NODE_STATE_LIVE']),
  );
  const { lost, doubled, missingRows, holes } = await pipeline.client.call('verify', { nodeId: '', waitMs: 10_000 }, { timeoutMs: 30_000 });
  expect({ lost, doubled, missingRows, holes }).toEqual({ lost: 0, doubled: 0, missingRows: 0, holes: [] });
});

it('stores a batch sent again with its key once, and one sent again without a key by the keys of its rows', async () => {
  const body = { node_id: 'again', v: 1, time: new Date().toISOString() };
  const headers = { 'idempotency-key': 'k-1' };
  const first = await ask('/api/push', { token: push, body, headers });
  const second = await ask('/api/push', { token: push, body, headers });
  expect(second.text).toBe(first.text);
  await ask('/api/push', { token: push, body });
  await until('the ledger has both batches', async () => {
    const [row] = await pipeline.sql("select count() from deliveries where node_id = 'again'");
    return Number(row?.[0]) === 2;
  });
  await until('its row is stored', async () => (await count("node_id = 'again'")) === 1);
  expect(await pipeline.client.call('verify', { nodeId: 'again', waitMs: 5000 }, { timeoutMs: 30_000 })).toMatchObject({
    lost: 0,
    doubled: 0,
    missingRows: 0,
  });
});

it('refuses another body under a key, and knows the key after a restart of the gateway', async () => {
  const headers = { 'idempotency-key': 'k-2' };
  const first = await ask('/api/push', { token: push, body: { node_id: 'keyed', v: 1 }, headers });
  expect((await ask('/api/push', { token: push, body: { node_id: 'keyed', v: 99 }, headers })).status).toBe(422);
  await pipeline.kill('gateway');
  await pipeline.untilReady();
  const again = await ask('/api/push', { token: push, body: { node_id: 'keyed', v: 1 }, headers });
  expect([again.status, again.text]).toEqual([202, first.text]);
  expect((await ask('/api/push', { token: push, body: { node_id: 'keyed', v: 99 }, headers })).status).toBe(422);
  await until('it is stored', async () => (await count("node_id = 'keyed'")) === 1);
});

it('stores every sample of a body without times, and the fields of one moment of two bodies', async () => {
  const body = [0, 1, 2].map((v) => ({ node_id: 'timeless', v }));
  expect((await ask('/api/push', { token: push, body })).json()).toMatchObject({ accepted: 3, replaced: 0 });
  await until('all are stored', async () => (await count("node_id = 'timeless'")) === 3);
  const time = new Date().toISOString();
  const wait = { prefer: 'wait=20' };
  const one = await ask('/api/push', { token: push, body: { node_id: 'parts', a: 1, time }, headers: wait });
  expect([one.status, one.json()]).toMatchObject([200, { accepted: 1, stored: 1, outcome: ['1 row read: 1 stored, 0 refused'] }]);
  await ask('/api/push', { token: push, body: { node_id: 'parts', b: 2, time }, headers: wait });
  await until('it is one row', async () => (await count("node_id = 'parts' and a = 1 and b = 2")) === 1);
  const both = [
    { node_id: 'parts', a: 3, time },
    { node_id: 'parts', a: 4, time },
  ];
  const last = await ask('/api/push', { token: push, body: both, headers: wait });
  expect(last.json()).toMatchObject({ accepted: 2, replaced: 1, stored: 1 });
  expect(await pipeline.client.call('verify', { nodeId: 'parts', waitMs: 5000 }, { timeoutMs: 30_000 })).toMatchObject({
    doubled: 0,
    missingRows: 0,
    tableRows: 1,
    ledgerRows: 1,
  });
});

it('takes the good samples of a list and names the bad ones', async () => {
  const { status, json } = await ask('/api/push', {
    token: push,
    body: { samples: [{ node_id: 'mixed', v: 1 }, { node_id: 'mixed', v: 'x' }, { v: 2 }] },
  });
  expect(status).toBe(202);
  expect(json()).toMatchObject({
    accepted: 1,
    refused: [
      { index: 1, reason: 'malformed' },
      { index: 2, reason: 'bad_node' },
    ],
  });
  await until('the good one is stored', async () => (await count("node_id = 'mixed' and v = 1")) === 1);
});

it('stores a snapshot in the measurements of our own agent', async () => {
  const body = {
    node_id: 'tiny',
    hostname: 'tiny.example',
    cpu_percent: 12.5,
    memory_percent: 40,
    memory_used: 4e9,
    memory_total: 1e10,
    load_avg_1: 0.5,
    active_connections: 7,
  };
  expect((await ask('/api/telemetry/snapshot', { token: push, body })).status).toBe(202);
  await until('its rows are stored', async () => {
    const rows = await pipeline.sql("select busy, cpu from cpu where node_id = 'tiny'").catch(() => []);
    return rows.length === 1 && rows[0]?.[0] === 12.5 && rows[0]?.[1] === 'total';
  });
  expect(await pipeline.client.call('getNode', { node: 'tiny.example' })).toMatchObject({
    summary: { cpuPercent: 12.5, memoryPercent: 40, load1: 0.5 },
  });
  const refused = await ask('/api/telemetry/snapshot', { token: push, body: { ...body, cpu_pct: 1 } });
  expect([refused.status, refused.text]).toEqual([400, expect.stringContaining('a snapshot has no cpu_pct')]);
});

it('knows a machine by its address, whatever is written around it', async () => {
  const body = { timestamp: new Date().toISOString(), memory_used_mb: 1, load_avg_1m: 0.25 };
  for (const node_id of ['192.168.100.27', '[2001:DB8::7]:9100'])
    expect((await ask('/api/telemetry/snapshot', { token: push, body: { ...body, node_id } })).status).toBe(202);
  const pushed = [{ node_id: '192.168.100.27:8080', v: 1, timestamp: new Date().toISOString() }];
  expect((await ask('/api/push', { token: push, body: pushed })).status).toBe(202);
  await until('its rows are stored', async () => {
    const rows = await pipeline.sql("select node_id, used from memory where node_id in ('192.168.100.27', '2001:db8::7')").catch(() => []);
    return rows.length === 2 && rows.every(([, used]) => used === 1024 ** 2) && (await count("node_id = '192.168.100.27'")) === 1;
  });
  expect(await pipeline.client.call('getNode', { node: '192.168.100.27' })).toMatchObject({ nodeId: '192.168.100.27' });
  expect(await pipeline.client.call('getNode', { node: '2001:db8::7' })).toMatchObject({ summary: { load1: 0.25 } });
  await pipeline.client.call('removeNode', { node: '2001:db8::7' });
  const after = await ask('/api/push', { token: push, body: [{ node_id: '2001:db8::7', v: 1 }] });
  expect([after.status, after.text]).toEqual([403, expect.stringContaining('node 2001:db8::7 was removed')]);
});

it('reads latest values and ranges as JSON and CSV', async () => {
  await until('there is a row', async () => (await count("node_id = 'lagos-1'")) === 100);
  const latest = await ask('/api/metrics?measurement=push&node=lagos-1&fields=latency_ms', { token: read });
  expect(latest.json()).toMatchObject({
    columns: [{ name: 'timestamp' }, { name: 'node_id' }, { name: 'latency_ms' }],
    rows: [[expect.any(String), 'lagos-1', 0.1]],
  });
  const csv = await ask('/api/metrics?measurement=push&node=lagos-1&fields=latency_ms&last=1h&format=csv', { token: read });
  expect(csv.headers['content-type']).toBe('text/csv; charset=utf-8');
  expect(csv.text.trim().split('\r\n')).toHaveLength(101);
  const range = '/api/metrics?measurement=push&node=lagos-1&fields=latency_ms&last=1h';
  const rowsOf = (text: string): string[] => text.trim().split('\r\n').slice(1);
  const newest = await ask(`${range}&format=csv&limit=3`, { token: read });
  expect(rowsOf(newest.text)).toEqual(rowsOf(csv.text).slice(-3));
  expect(newest.headers).toMatchObject({ 'x-muster-truncated': 'true', 'x-muster-rows': '100' });
  expect(csv.headers).toMatchObject({ 'x-muster-truncated': 'false', 'x-muster-rows': '100' });
  expect((await ask(`${range}&limit=3`, { token: read })).json()).toMatchObject({ truncated: true, rows: [{}, {}, {}] });
  const mean = await ask('/api/metrics?measurement=push&node=lagos-1&fields=latency_ms&last=1h&every=1h', { token: read });
  expect(mean.status).toBe(200);
  expect((await ask('/api/metrics?measurement=nope', { token: read })).status).toBe(404);
  expect((await ask('/api/metrics?measurement=push&node=nobody', { token: read })).status).toBe(404);
  expect((await ask('/api/metrics?measurement=push&fields=nope', { token: read })).text).toContain('push has no field nope');
});

it.each([
  ['without a token', '/api/push', { body: {} }, 401, 'the call has no token'],
  ['with a wrong token', '/api/push', { body: {}, token: 'mst_x' }, 401, 'the token is not valid'],
  ['with the wrong scope', '/api/push', { body: {}, token: 'read' }, 403, 'the call needs the scope push'],
  ['that is not JSON', '/api/push', { body: '{"node_id":', token: 'push' }, 400, 'the body is not JSON'],
  ['that is too large', '/api/push', { body: `[${' '.repeat(1024 * 1024)}]`, token: 'push' }, 413, 'at most 1048576'],
  ['with too many samples', '/api/push', { body: `[${'1,'.repeat(10_000)}1]`, token: 'push' }, 413, 'at most 10000'],
  ['with nothing good in it', '/api/push', { body: { node_id: 'x' }, token: 'push' }, 400, 'no sample was taken'],
  ['compressed', '/api/push', { body: 'x', token: 'push', headers: { 'content-encoding': 'gzip' } }, 415, 'send the body uncompressed'],
  ['to nowhere', '/api/nope', { token: 'push' }, 404, 'there is no /api/nope'],
  ['by the wrong method', '/api/push', { token: 'push' }, 405, '/api/push takes POST, not GET'],
] satisfies [string, string, HttpsOptions, number, string][])(
  'refuses a request %s',
  async (_, path, options: HttpsOptions, status, words) => {
    const token = options.token === 'push' ? push : options.token === 'read' ? read : options.token;
    const answer = await ask(path, { ...options, ...(token === undefined ? {} : { token }) });
    expect([answer.status, answer.text]).toEqual([status, expect.stringContaining(words)]);
  },
);

it('lets a token with labels speak for its own nodes only, and nobody for a node with an agent', async () => {
  const ghana = await createToken(['push'], { country: 'gh' });
  expect((await ask('/api/push', { token: ghana, body: { node_id: 'kumasi-1', v: 1 } })).status).toBe(202);
  const foreign = await ask('/api/push', { token: ghana, body: { node_id: 'lagos-1', v: 1 } });
  expect([foreign.status, foreign.text]).toEqual([403, expect.stringContaining('the token is for nodes with country gh')]);
  await expect(createToken(['push', 'read'], { country: 'gh' })).rejects.toThrow(/labels bind the scope push alone/);
});

it('serves health, status and its own description', async () => {
  expect((await ask('/healthz')).json()).toEqual({ status: 'ok' });
  expect((await ask('/readyz')).json()).toEqual({ status: 'ok' });
  expect((await ask('/api/openapi.json')).json()).toMatchObject({ openapi: '3.1.0' });
  expect((await ask('/api/status', { token: read })).json()).toMatchObject({
    ...{ status: 'ok', durable: true, gateway: 'gateway-1' },
    parts: { gateway: { state: 'ok' }, nats: { state: 'ok' }, questdb: { state: 'ok' }, etl: { state: 'ok' } },
  });
  const parts = { gateway: 'ok', nats: 'ok', questdb: 'ok', etl: 'ok' };
  expect((await ask('/health')).json()).toMatchObject({ status: 'ok', uptime_sec: expect.any(Number), parts });
  const metrics = (await ask('/metrics', { token: read })).json();
  expect(metrics).toMatchObject({ uptime_sec: expect.any(Number), last_flush_rows: expect.any(Number) });
  expect(metrics).toHaveProperty('points_written', expect.any(Number));
  expect((await ask('/metrics')).status).toBe(401);
  expect((await ask('/metrics/prometheus', { token: read })).text).toContain('# TYPE');
});

it('cuts a connection that never sends a request, and one that sends it a byte at a time', async () => {
  const [host, port] = pipeline.addresses.gateway.split(':');
  const open = (): Promise<number> =>
    new Promise((resolve, reject) => {
      const startedMs = Date.now();
      const socket = connect({ host, port: Number(port), ca: readFileSync(pipeline.addresses.caFile), ALPNProtocols: ['http/1.1'] });
      const drip = setInterval(() => socket.write('G'), 500);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        clearInterval(drip);
        resolve(Date.now() - startedMs);
      });
      setTimeout(() => reject(new Error('still open after 10 s')), 10_000).unref();
    });
  expect(await open()).toBeLessThan(8000);
});

it('gives no receipt while the stream is away, and stores everything it gave one for', async () => {
  await pipeline.kill('nats');
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, i) =>
      ask('/api/push', { token: push, body: { node_id: 'outage', v: i, time: Date.now() * 1000 - i } }).catch(() => undefined),
    ),
  );
  await pipeline.untilReady();
  const accepted = answers.filter((answer) => answer?.status === 202).length;
  // A message that was on its way to the ETL when nats-server was killed comes again after its time for an acknowledgement, 10 s.
  await until('what was accepted is stored', async () => (await count("node_id = 'outage'")) >= accepted, 30_000);
  expect(await pipeline.client.call('verify', { nodeId: '', waitMs: 20_000 }, { timeoutMs: 60_000 })).toMatchObject({
    lost: 0,
    doubled: 0,
    missingRows: 0,
  });
});
