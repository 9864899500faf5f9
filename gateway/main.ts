// The gateway's process: where agents connect and operators ask.
import { Registry } from 'prom-client';
import { tellFaults } from '../core/node/faults.ts';
import { startAll } from '../core/node/lifecycle.ts';
import { createLog } from '../core/node/log.ts';
import { connectNats } from '../core/node/nats-connection.ts';
import { runProgram, type Serving } from '../core/node/program.ts';
import { GATEWAY_CONFIG, type GatewayConfig } from './config.ts';
import { createEvents } from './events.ts';
import { createGateway } from './gateway.ts';

async function run(config: GatewayConfig): Promise<Serving> {
  const metrics = new Registry();
  const events = createEvents(createLog('gateway', config.logLevel), metrics);
  tellFaults((error) => events.faultFound(error));
  const { natsUrl: url, natsUser: user, natsPasswordFile: passwordFile } = config;
  const connection = await connectNats({ url, user, passwordFile, name: config.name });
  const { components, server } = createGateway(config, connection, events, metrics);
  const stop = await startAll(components);
  events.started({ port: server.port, name: config.name });
  return {
    ready: { port: server.port },
    async stop(signal) {
      events.stopping(signal);
      await stop();
    },
  };
}

await runProgram({
  part: 'gateway',
  headline: 'gateway: where agents connect and operators ask',
  declaration: GATEWAY_CONFIG,
  run,
});
