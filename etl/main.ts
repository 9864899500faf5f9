// Wires the ETL: configuration → components → lifecycle.
import { DEAD_LETTER_STREAM, NODES_BUCKET, STATUS_BUCKET, TELEMETRY_STREAM } from '../core/common/streams.ts';
import { tellFaults } from '../core/node/faults.ts';
import { startAll } from '../core/node/lifecycle.ts';
import { createLog } from '../core/node/log.ts';
import { MetricsEndpoint } from '../core/node/metrics-endpoint.ts';
import { connectNats } from '../core/node/nats-connection.ts';
import { runProgram, type Serving } from '../core/node/program.ts';
import { untilStreams } from '../core/node/streams.ts';
import { COLD_PASS_ARGUMENT } from './cold/cold-keeper.ts';
import { ETL_DECLARATION, type EtlConfig } from './config.ts';
import { createEtl } from './etl.ts';
import { createEtlEvents } from './events.ts';

/** A gateway makes them, and keeps them as they must be. */
const ETL_STREAMS = [TELEMETRY_STREAM, DEAD_LETTER_STREAM, `KV_${NODES_BUCKET}`, `KV_${STATUS_BUCKET}`];

async function run(config: EtlConfig): Promise<Serving> {
  const events = createEtlEvents(createLog('etl', config.logLevel));
  tellFaults((error) => events.faultFound(error));
  const metrics = new MetricsEndpoint({ registry: events.registry, port: config.metricsPort });
  const nc = await connectNats({ url: config.natsUrl, user: config.natsUser, passwordFile: config.natsPasswordFile, name: 'muster-etl' });
  await untilStreams(nc, ETL_STREAMS, (error) => events.retried('streams', error));
  const etl = createEtl(config, nc, events);
  const stop = await startAll([metrics, ...etl.components]);
  return {
    ready: { port: metrics.port },
    async stop() {
      etl.cancelAfter(5000);
      await stop();
      await nc.close();
    },
  };
}

// Its own short-lived process; Parquet is read and written there alone.
async function runColdPass(config: EtlConfig): Promise<undefined> {
  await (await import('./cold/cold-program.ts')).coldProgram(config);
}

const isColdPass = process.argv[2] === COLD_PASS_ARGUMENT;
await runProgram({
  part: 'etl',
  headline: 'Usage: etl [options]',
  declaration: ETL_DECLARATION,
  argv: process.argv.slice(isColdPass ? 3 : 2),
  run: isColdPass ? runColdPass : run,
});
