// A database that answers wrongly or late, and a stream that is nearly full.
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { TELEMETRY_STREAM, telemetrySubject } from '../../core/common/streams.ts';
import { until } from '../harness/until.ts';
import { countOf, type EtlSetup, envelope, plainFrame, publish, startEtl, startEtlSetup } from '../integration/etl-setup.ts';

const MIB = 1024 * 1024;
let setup: EtlSetup;

beforeAll(async () => {
  setup = await startEtlSetup({ streamMaxBytes: 8 * MIB });
});
afterAll(() => setup?.stop());

const stored = (table: string, count: number, timeoutMs: number) =>
  until(`${count} rows in ${table}`, async () => (await countOf(setup.questdb, `SELECT count() FROM ${table}`)) === count, timeoutMs);

it('takes five times what the stream may hold, and refuses nobody for long', async () => {
  const manager = await setup.nc.jetstreamManager();
  let sent = 0;
  let longestMs = 0;
  let rows = 0;
  for (let seq = 1; sent < 40 * MIB; seq++) {
    const bytes = envelope({ seq, frames: [plainFrame('budget', 5000, rows)] });
    const from = Date.now();
    await publish(setup.js, bytes);
    longestMs = Math.max(longestMs, Date.now() - from);
    sent += bytes.length;
    rows += 5000;
  }
  expect(longestMs).toBeLessThan(10_000);
  await stored('budget', rows, 60_000);
  expect((await manager.streams.info(TELEMETRY_STREAM)).state.bytes).toBeLessThan(8 * MIB);
});

it('loses and doubles nothing where the database answers 500, 502, 503, 429, late, or not at all', async () => {
  const proxy = await startFaultyProxy(setup.questdb.httpPort);
  await setup.etl.stop();
  const etl = await startEtl(setup.nats, `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`, setup.questdb, 'etl-behind-faults');
  try {
    for (let i = 0; i < 40; i++) {
      await setup.js.publish(telemetrySubject(0), envelope({ seq: 10_000 + i, frames: [plainFrame('faulty', 500, i * 500)] }));
      await new Promise((resolve) => setImmediate(resolve));
    }
    await stored('faulty', 20_000, 90_000);
    const sum = 'SELECT sum(rows - bad_rows - merged_rows) FROM deliveries WHERE seq >= 10000';
    await until('the ledger agrees', async () => (await countOf(setup.questdb, sum)) === 20_000, 60_000);
  } finally {
    await etl.stop();
    proxy.closeAllConnections();
    proxy.close();
  }
});

/** Passes everything on; each of the first writes gets one fault, before or after the database has the rows. */
async function startFaultyProxy(port: number): Promise<Server> {
  const faults: (number | 'cut' | 'late')[] = [500, 502, 'cut', 503, 429, 'late', 500, 'cut'];
  const server = createServer((asked, answer) => {
    const fault = asked.url?.startsWith('/write') ? faults.shift() : undefined;
    if (typeof fault === 'number' && faults.length % 2 === 0) {
      asked.resume().on('end', () => answer.writeHead(fault).end('staged'));
      return;
    }
    const passed = request({ host: '127.0.0.1', port, method: asked.method, path: asked.url, headers: asked.headers }, (response) => {
      if (fault === 'cut') {
        response.resume().on('end', () => answer.destroy());
        return;
      }
      if (typeof fault === 'number') {
        response.resume().on('end', () => answer.writeHead(fault).end('staged after the store'));
        return;
      }
      setTimeout(
        () => {
          answer.writeHead(response.statusCode ?? 500, response.headers);
          response.pipe(answer);
        },
        fault === 'late' ? 12_000 : 0,
      );
    });
    passed.on('error', () => answer.destroy());
    asked.pipe(passed);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}
