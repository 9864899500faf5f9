// Wires the ETL: configuration → components → lifecycle.
import { toMusterError } from '../core/common/muster-error.ts';
import { DEAD_LETTER_STREAM, NODES_BUCKET, STATUS_BUCKET, TELEMETRY_STREAM } from '../core/common/streams.ts';
import { helpLines, loadConfig } from '../core/node/config.ts';
import { tellFaults } from '../core/node/faults.ts';
import { startAll, untilSignal } from '../core/node/lifecycle.ts';
import { createLog } from '../core/node/log.ts';
import { MetricsEndpoint } from '../core/node/metrics-endpoint.ts';
import { connectNats } from '../core/node/nats-connection.ts';
import { untilStreams } from '../core/node/streams.ts';
import { COLD_PASS_ARGUMENT } from './cold/cold-keeper.ts';
import { ETL_DECLARATION, type EtlConfig } from './config.ts';
import { createEtl } from './etl.ts';
import { createEtlEvents } from './events.ts';

/** A gateway makes them, and keeps them as they must be. */
const ETL_STREAMS = [TELEMETRY_STREAM, DEAD_LETTER_STREAM, `KV_${NODES_BUCKET}`, `KV_${STATUS_BUCKET}`];

async function run(config: EtlConfig): Promise<void> {
  const events = createEtlEvents(createLog('etl', config.logLevel));
  tellFaults((error) => events.faultFound(error));
  const metrics = new MetricsEndpoint({ registry: events.registry, port: config.metricsPort });
  const nc = await connectNats({ url: config.natsUrl, user: config.natsUser, passwordFile: config.natsPasswordFile, name: 'muster-etl' });
  await untilStreams(nc, ETL_STREAMS, (error) => events.retried('streams', error));
  const etl = createEtl(config, nc, events);
  const stop = await startAll([metrics, ...etl.components]);
  process.stdout.write(`${JSON.stringify({ ready: true, part: 'etl', port: metrics.port })}\n`);
  await untilSignal();
  etl.cancelAfter(5000);
  await stop();
  await nc.close();
}

if (process.argv.includes('--help')) {
  process.stdout.write(`Usage: etl [options]\n${helpLines('etl', ETL_DECLARATION).join('\n')}\n`);
  process.exit(0);
}

// Its own short-lived process; Parquet is read and written there alone.
const isColdPass = process.argv[2] === COLD_PASS_ARGUMENT;

let config: EtlConfig;
try {
  config = loadConfig('etl', ETL_DECLARATION, { argv: process.argv.slice(isColdPass ? 3 : 2), env: process.env });
} catch (error) {
  process.stderr.write(`${toMusterError(error).message}\n`);
  process.exit(2);
}
try {
  await (isColdPass ? (await import('./cold/cold-program.ts')).coldProgram(config) : run(config));
  process.exit(0);
} catch (thrown) {
  const error = toMusterError(thrown);
  process.stderr.write(`${error.message}\n`);
  process.exit(error.code === 'invalid_config' ? 2 : 1);
}
