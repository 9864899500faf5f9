import { type AddressInfo, createServer } from 'node:net';
import { Counter, Registry } from 'prom-client';
import { expect, it } from 'vitest';
import { MetricsEndpoint } from './metrics-endpoint.ts';

it('serves the counters, and nothing else', async () => {
  const registry = new Registry();
  new Counter({ name: 'muster_test_total', help: 'For the test.', registers: [registry] }).inc(3);
  const port = await freePort();
  const endpoint = new MetricsEndpoint({ registry, port });
  await endpoint.start();
  expect(endpoint.port).toBe(port);
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  expect(text).toContain('muster_test_total 3');
  expect(text).toContain('process_resident_memory_bytes');
  expect((await fetch(`http://127.0.0.1:${port}/etc/passwd`)).status).toBe(404);

  const second = new MetricsEndpoint({ registry, port });
  await expect(second.start()).rejects.toThrow('is in use: choose another with --metrics-port');
  await endpoint.stop();
  await endpoint.stop();
});

it('is off with port 0', async () => {
  const endpoint = new MetricsEndpoint({ registry: new Registry(), port: 0 });
  await endpoint.start();
  expect(endpoint.port).toBe(0);
  await endpoint.stop();
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
