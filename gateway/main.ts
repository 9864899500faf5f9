// The gateway's process: where agents connect and operators ask.
import { Registry } from 'prom-client';
import { toMusterError } from '../core/common/muster-error.ts';
import { helpLines, loadConfig } from '../core/node/config.ts';
import { tellFaults } from '../core/node/faults.ts';
import { startAll, untilSignal } from '../core/node/lifecycle.ts';
import { createLog } from '../core/node/log.ts';
import { connectNats } from '../core/node/nats-connection.ts';
import { GATEWAY_CONFIG, type GatewayConfig } from './config.ts';
import { createEvents } from './events.ts';
import { createGateway } from './gateway.ts';

const argv = process.argv.slice(2);
if (argv.includes('--help')) {
  process.stdout.write(`gateway: where agents connect and operators ask\n${helpLines('gateway', GATEWAY_CONFIG).join('\n')}\n`);
} else {
  await run();
}

async function run(): Promise<void> {
  try {
    const config = loadConfig('gateway', GATEWAY_CONFIG, { argv, env: process.env });
    await serve(config);
    process.exit(0);
  } catch (thrown) {
    const error = toMusterError(thrown);
    process.stderr.write(`${error.message}\n`);
    process.exit(error.code === 'invalid_config' ? 2 : 1);
  }
}

async function serve(config: GatewayConfig): Promise<void> {
  const metrics = new Registry();
  const events = createEvents(createLog('gateway', config.logLevel), metrics);
  tellFaults((error) => events.faultFound(error));
  const { natsUrl: url, natsUser: user, natsPasswordFile: passwordFile } = config;
  const connection = await connectNats({ url, user, passwordFile, name: config.name });
  const { components, server } = createGateway(config, connection, events, metrics);
  const stop = await startAll(components);
  events.started({ port: server.port, name: config.name });
  process.stdout.write(`${JSON.stringify({ ready: true, part: 'gateway', port: server.port })}\n`);
  events.stopping(await untilSignal());
  await stop();
}
