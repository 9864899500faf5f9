// docs/reference/measurements.md: what an agent measures, from the collectors.
import { createCollectors } from '../../agent/collectors/catalog.ts';
import type { Collector } from '../../agent/host/collector.ts';
import { code, page, wrap } from './markdown.ts';

const ROOTS = { proc: '/proc', sys: '/sys' };
const SELF = { tickMs: 0, spoolBatches: 0, spoolBytes: 0, collectorsFailed: 0 };

function collectorsOf(platform: string): Collector[] {
  return createCollectors(
    () => true,
    ROOTS,
    () => SELF as never,
    platform,
  );
}

function describeCollector({ measurement, tags, fields, textFields = [], intervalMs, maxRows }: Collector): string {
  const bounds = [
    ...(intervalMs === undefined ? [] : [`At most every ${intervalMs / 1000} s.`]),
    ...(maxRows === undefined ? [] : [`At most ${maxRows} rows per sample.`]),
  ];
  return [
    `### ${measurement}`,
    '',
    ...(tags.length === 0 ? [] : [item(`Tags: ${tags.map(code).join(', ')}`)]),
    item(`Fields: ${fields.map(code).join(', ')}`),
    ...(textFields.length === 0 ? [] : [item(`Texts: ${textFields.map(code).join(', ')}`)]),
    ...(bounds.length === 0 ? [] : [item(bounds.join(' '))]),
  ].join('\n');
}

function item(text: string): string {
  return wrap(`- ${text}`, 118).replaceAll('\n', '\n  ');
}

function isSame(a: Collector, b: Collector): boolean {
  return JSON.stringify([a.tags, a.fields]) === JSON.stringify([b.tags, b.fields]);
}

export function measurementsPage(): string {
  const [linux, others] = [collectorsOf('linux'), collectorsOf('darwin')];
  const portable = others.map((collector) => {
    const whole = linux.find(({ measurement }) => measurement === collector.measurement);
    const fields = whole !== undefined && isSame(whole, collector) ? '' : `: ${collector.fields.map(code).join(', ')}`;
    return item(`${code(collector.measurement)}${fields}`);
  });
  const text = page(
    '# Measurements',
    wrap(
      'Each measurement is a table. Every table also has `timestamp` and `node_id`, and a view `NAME_nodes` that joins the name and labels of the node.',
    ),
    wrap('Rates are per second, sizes in bytes and shares in percent, unless a name says otherwise. A missing value is NULL.'),
    '## Linux',
    ...linux.map(describeCollector),
    '## macOS and Windows',
    'Where no fields are named, they are those of Linux.',
    portable.join('\n'),
  );
  for (const collector of [...linux, ...others]) collector.close();
  return text;
}
