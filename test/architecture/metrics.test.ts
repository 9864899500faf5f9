// Names of metrics keep to Prometheus's conventions (https://prometheus.io/docs/practices/naming), as `promtool check metrics` has them.
import { Registry } from 'prom-client';
import { expect, it } from 'vitest';
import { createLog } from '../../core/node/log.ts';
import { addProcessMetrics } from '../../core/node/process-metrics.ts';
import { createEtlEvents } from '../../etl/events.ts';
import { createEvents } from '../../gateway/events.ts';

const log = createLog('test', 'silent');

function gatewayRegistry(): Registry {
  const registry = new Registry();
  createEvents(log, registry);
  return registry;
}

function processRegistry(): Registry {
  const register = new Registry();
  addProcessMetrics(register);
  return register;
}

/** Units that are not base units, and words that say the type. */
const NOT_IN_A_NAME =
  /(^|_)(ms|millis|milliseconds|microseconds|us|nanos|minutes|hours|kb|mb|kilobytes|megabytes|percent|counter|gauge|histogram)(_|$)/;

it.each([
  ['gateway', gatewayRegistry()],
  ['etl', createEtlEvents(log).registry],
  ['every process', processRegistry()],
])('metrics of %s: base units, _total on counters alone, help on each', async (part, registry) => {
  const metrics = await registry.getMetricsAsJSON();
  expect(metrics.length).toBeGreaterThan(5);
  const wrong = metrics.flatMap(({ name, help, type }) => {
    const kind = String(type);
    return [
      ...(/^[a-z][a-z0-9_]*$/.test(name) ? [] : [`${name}: only lower-case letters, digits and underscores`]),
      ...(part === 'every process' || name.startsWith(`muster_${part}_`) ? [] : [`${name}: begins with muster_${part}_`]),
      ...((kind === 'counter') === name.endsWith('_total') ? [] : [`${name}: _total is for counters, and for each of them`]),
      ...(kind === 'histogram' && !/_(seconds|bytes)$/.test(name) ? [`${name}: a histogram ends with its base unit`] : []),
      ...(NOT_IN_A_NAME.test(name) ? [`${name}: seconds, bytes and ratios are the units, and no type stands in a name`] : []),
      ...(help.length > 5 ? [] : [`${name}: has no help`]),
    ];
  });
  expect(wrong).toEqual([]);
});
