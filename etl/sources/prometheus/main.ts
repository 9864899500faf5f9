// Wires an extraction: arguments and YAML → both ends → one cycle, a back-fill, a check, or on and on.
import { messageOf, toMusterError } from '../../../core/common/muster-error.ts';
import { readConfigFile } from '../../../core/node/config.ts';
import { exitCodeOf } from '../../../core/node/exit-code.ts';
import { fault, tellFaults } from '../../../core/node/faults.ts';
import { untilSignal } from '../../../core/node/lifecycle.ts';
import { createLog } from '../../../core/node/log.ts';
import { MetricsEndpoint } from '../../../core/node/metrics-endpoint.ts';
import { type Arguments, parseArguments, USAGE } from './arguments.ts';
import { type ExtractionConfig, readExtractionConfig } from './config.ts';
import { checkConnections } from './connection-check.ts';
import { Delivery } from './delivery.ts';
import { createExtractionEvents } from './events.ts';
import { Extractor, type QueryOutcome } from './extractor.ts';
import { outcomeCode, outcomeLines } from './outcome-lines.ts';
import { PrometheusClient } from './prometheus-client.ts';
import { checkSpanAge, parseSpan } from './span.ts';

/** What is in flight at a stop may take so long; a supervisor kills after 10 s. */
const GRACE_MS = 8000;

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

async function run(given: Arguments, config: ExtractionConfig): Promise<number> {
  const events = createExtractionEvents(createLog('prometheus', config.logLevel));
  tellFaults((error) => events.warned('all', `a fault of the extraction: ${messageOf(error)}`));
  const client = new PrometheusClient({ ...config, timeoutMs: config.timeout });
  const delivery = new Delivery(config);
  const [stopping, cut] = [new AbortController(), new AbortController()];
  untilSignal()
    .then(() => {
      stopping.abort();
      setTimeout(() => cut.abort(), GRACE_MS).unref();
    })
    .catch(fault);
  const metrics = new MetricsEndpoint({ registry: events.registry, port: config.metricsPort });
  try {
    if (given.mode === 'check') return await checkConnections({ config, client, delivery, print, signal: stopping.signal });
    const extractor = new Extractor({ config, client, delivery, events, stopping: stopping.signal, cut: cut.signal });
    await metrics.start();
    const outcomes = await work(extractor, given, config, metrics.port);
    for (const line of outcomeLines(outcomes)) print(line);
    return outcomeCode(outcomes, stopping.signal.aborted && given.mode !== 'continuous');
  } finally {
    await metrics.stop();
    delivery.close();
    client.close();
  }
}

async function work(extractor: Extractor, { mode, span }: Arguments, config: ExtractionConfig, port: number): Promise<QueryOutcome[]> {
  if (mode === 'once') return extractor.once();
  if (mode === 'backfill') {
    const nowMs = Date.now();
    const { fromMs, toMs } = parseSpan(span, nowMs);
    checkSpanAge({ fromMs, toMs }, config.ttlDays, nowMs);
    // What is younger than the lag may still change.
    return extractor.backfill({ fromMs, toMs: Math.min(toMs, nowMs - config.lag) });
  }
  print(JSON.stringify({ ready: true, part: 'prometheus', port }));
  return extractor.forever();
}

try {
  const given = parseArguments(process.argv.slice(2));
  if (given === undefined) {
    process.stdout.write(USAGE);
    process.exit(0);
  }
  const config = readExtractionConfig(given.config, readConfigFile(given.config), given.over, given.under);
  const { stepMs } = given;
  const queries = stepMs === undefined ? config.queries : config.queries.map((plan) => ({ ...plan, stepMs }));
  process.exit(await run(given, { ...config, queries }));
} catch (thrown) {
  const error = toMusterError(thrown);
  process.stderr.write(`muster: ${error.message}\n`);
  process.exit(exitCodeOf(error, true));
}
