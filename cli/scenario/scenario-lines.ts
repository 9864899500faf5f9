// The outcome of a scenario for people.
import { formatBytes, formatCount } from '../terminal/quantity.ts';
import type { ScenarioResult } from './run-scenario.ts';

const SHOWN_MISSING = 20;

export function scenarioLines(result: ScenarioResult): string[] {
  const { expected, stored, missing, problems, sampleToQueryableMs: age, queue, parts } = result;
  return [
    `${formatCount(stored)} of ${formatCount(expected)} stored`,
    ...missing.slice(0, SHOWN_MISSING).map(({ node, time }) => `missing  ${node} ${time}`),
    ...(missing.length > SHOWN_MISSING ? [`missing  ${missing.length - SHOWN_MISSING} more`] : []),
    ...problems.map((problem) => `problem  ${problem}`),
    ...(age === null
      ? []
      : [`sample to queryable  p50 ${ms(age.p50)}, p99 ${ms(age.p99)}, worst ${ms(age.max)} (asked every ${age.pollMs} ms)`]),
    `queue depth          ${formatCount(queue.pendingMessages)} messages now, ${formatCount(queue.maxPendingMessages)} at most; lag ${queue.lagSeconds.toFixed(1)} s`,
    ...parts.map(
      ({ name, cpuPercent, rssBytes }) => `${name.padEnd(20)} ${cpuPercent.toFixed(1).padStart(5)} % of a core  ${formatBytes(rssBytes)}`,
    ),
  ];
}

function ms(milliseconds: number): string {
  return `${Math.round(milliseconds)} ms`;
}
