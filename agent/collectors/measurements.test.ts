// Writes agent/MEASUREMENTS.md from the collectors themselves, so that it cannot say anything else: `npm test -- measurements -u` after a change.
import { expect, it } from 'vitest';
import { columnNameProblem, measurementNameProblem } from '../../core/common/measurement-names.ts';
import { createCollectors } from './catalog.ts';
import type { Collector } from './collector.ts';

const ROOTS = { proc: '/proc', sys: '/sys' };
const SELF = { tickMs: 0, spoolBatches: 0, spoolBytes: 0, collectorsFailed: 0 };

function describeCollector({ measurement, tags, fields, textFields = [], intervalMs, maxRows }: Collector): string {
  const every = intervalMs === undefined ? '' : ` At most every ${intervalMs / 1000} s.`;
  const cap = maxRows === undefined ? '' : ` At most ${maxRows} rows a tick.`;
  return [
    `## ${measurement}`,
    '',
    ...(tags.length === 0 ? [] : [`- tags: ${tags.map(code).join(', ')}`]),
    `- fields: ${fields.map(code).join(', ')}`,
    ...(textFields.length === 0 ? [] : [`- texts: ${textFields.map(code).join(', ')}`]),
    ...(every === '' && cap === '' ? [] : [`-${every}${cap}`]),
    '',
  ].join('\n');
}

function code(name: string): string {
  return `\`${name}\``;
}

function isSame(a: Collector, b: Collector): boolean {
  return JSON.stringify([a.tags, a.fields]) === JSON.stringify([b.tags, b.fields]);
}

it('is what agent/MEASUREMENTS.md says', async () => {
  const linux = createCollectors(
    () => true,
    ROOTS,
    () => SELF as never,
    'linux',
  );
  const mac = createCollectors(
    () => true,
    ROOTS,
    () => SELF as never,
    'darwin',
  );
  const portable = mac.map((collector) => {
    const whole = linux.find(({ measurement }) => measurement === collector.measurement);
    return `- \`${collector.measurement}\`${whole !== undefined && isSame(whole, collector) ? '' : `: ${collector.fields.map(code).join(', ')}`}`;
  });
  const text = [
    '# What an agent measures',
    '',
    'Each measurement is a table; every table has `timestamp` and `node_id` as well, and a view `NAME_nodes` with the name and labels of the node joined.',
    'Rates are per second, sizes in bytes, shares in percent, unless a name says otherwise. An absent value is NULL.',
    '',
    'On Linux:',
    '',
    ...linux.map(describeCollector),
    'On macOS and Windows:',
    '',
    ...portable,
    '',
  ].join('\n');
  for (const collector of [...linux, ...mac]) collector.close();
  await expect(text).toMatchFileSnapshot('../MEASUREMENTS.md');
});

it('has no name that the store refuses', () => {
  for (const platform of ['linux', 'darwin', 'win32']) {
    for (const collector of createCollectors(
      () => true,
      ROOTS,
      () => SELF as never,
      platform,
    )) {
      const { measurement, tags, fields, textFields = [] } = collector;
      expect(measurementNameProblem(measurement)).toBeUndefined();
      for (const name of [...tags, ...fields, ...textFields]) expect(columnNameProblem(name), `${measurement}.${name}`).toBeUndefined();
      collector.close();
    }
  }
});
