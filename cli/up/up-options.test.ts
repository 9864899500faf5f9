import { createServer } from 'node:net';
import { expect, it } from 'vitest';
import { freePorts } from '../process/free-port.ts';
import { assertPortsFree, type UpPorts } from './up-options.ts';

async function ports(): Promise<UpPorts> {
  const [gateway = 0, nats = 0, natsMonitor = 0, questdbHttp = 0, questdbPg = 0, web = 0] = await freePorts(6);
  return { gateway, nats, natsMonitor, questdbHttp, questdbPg, web };
}

it('names the option to change where a port is in use', async () => {
  const wanted = await ports();
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(wanted.questdbPg, '127.0.0.1', resolve));
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
