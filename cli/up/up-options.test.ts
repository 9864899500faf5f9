import { type AddressInfo, createServer, type Server } from 'node:net';
import { expect, it } from 'vitest';
import { assertPortsFree, type UpPorts } from './up-options.ts';

async function listening(port = 0): Promise<Server> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return server;
}

/** Six that were free a moment ago. */
async function ports(): Promise<UpPorts> {
  const servers = await Promise.all(Array.from({ length: 6 }, () => listening()));
  const [gateway = 0, nats = 0, natsMonitor = 0, questdbHttp = 0, questdbPg = 0, web = 0] = servers.map(
    (server) => (server.address() as AddressInfo).port,
  );
  for (const server of servers) await new Promise((resolve) => server.close(resolve));
  return { gateway, nats, natsMonitor, questdbHttp, questdbPg, web };
}

it('names the option to change where a port is in use', async () => {
  const wanted = await ports();
  const server = await listening(wanted.questdbPg);
  await expect(assertPortsFree(wanted)).rejects.toThrow(
    `port ${wanted.questdbPg} is in use by another program: choose another with --questdb-pg-port`,
  );
  await new Promise((resolve) => server.close(resolve));
  await assertPortsFree(wanted);
});

it('refuses one port for two', async () => {
  const wanted = await ports();
  await expect(assertPortsFree({ ...wanted, web: wanted.nats })).rejects.toThrow(
    `--web-port and --nats-port are both ${wanted.nats}: give one of them another port`,
  );
});
