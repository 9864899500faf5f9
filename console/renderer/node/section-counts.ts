// How much of each thing a node has: what the tabs say, and which of them there are.
import type { ConsoleApi, SchemaTable } from '../../common/console-api.ts';
import { numericColumn, textColumn } from '../../common/query-result.ts';
import { askWhole } from '../state/ask-whole.ts';
import { type Known, mapKnown } from '../state/known.ts';
import { figureWords } from '../widgets/known-figure.tsx';
import { sqlText } from './sql-text.ts';

/** Measurement → what counts its things in one number; rows where there is nothing to tell apart. */
const COUNTS: Readonly<Record<string, string>> = {
  cpu: 'count()',
  memory: 'count()',
  disk_io: 'count_distinct(device)',
  filesystem: 'count_distinct(mount)',
  network: 'count_distinct(interface)',
  temperature: 'count_distinct(sensor)',
  fan: 'count_distinct(sensor)',
  power: 'count_distinct(sensor)',
  voltage: 'count_distinct(sensor)',
  battery: 'count_distinct(battery)',
  gpu: 'count_distinct(gpu)',
  process: 'count()',
  processes: 'last(total)',
  systemd: 'last(failed_units)',
  systemd_unit: 'count_distinct(unit)',
  containers: 'count_distinct(container)',
  probe: 'count_distinct(target) + count_distinct(probe)',
};
/** Longer than the agent's slowest measurement of these. */
const BACK_MS = 15 * 60_000;
const TIMEOUT_MS = 15_000;

/** By measurement, those that the node has in the stretch before `atMs`. */
export type Counts = ReadonlyMap<string, number>;

export async function loadCounts(api: ConsoleApi, nodeId: string, atMs: number, signal: AbortSignal): Promise<Counts> {
  const known = new Map((await api.request('listMeasurements', {}, signal)).map((table) => [table.name, table]));
  const asked = Object.entries(COUNTS).flatMap(([measurement, count]) => {
    const table = known.get(measurement);
    return table === undefined ? [] : [[measurement, ofItsColumns(count, table)]];
  });
  if (asked.length === 0) return new Map();
  const [from, to] = [atMs - BACK_MS, atMs].map((ms) => sqlText(new Date(ms).toISOString()));
  const where = `node_id = ${sqlText(nodeId)} AND timestamp > ${from} AND timestamp <= ${to}`;
  const sql = asked
    .map(
      ([measurement, count]) =>
        `SELECT '${measurement}' AS what, count() AS found, cast(${count} AS double) AS amount FROM ${measurement} WHERE ${where}`,
    )
    .join(' UNION ALL ');
  const result = await askWhole(api, { sql, maxRows: 100, timeoutMs: TIMEOUT_MS }, signal);
  const [found, amounts] = [numericColumn(result, 'found'), numericColumn(result, 'amount')];
  const counts = new Map<string, number>();
  textColumn(result, 'what').forEach((what, row) => {
    if (what !== null && (found?.[row] ?? 0) > 0) counts.set(what, amounts?.[row] ?? Number.NaN);
  });
  return counts;
}

/** A table has a column only once somebody sent one: what counts by another is left out. */
function ofItsColumns(count: string, { columns }: SchemaTable): string {
  const names = new Set(['', ...columns.map(({ name }) => name)]);
  const terms = count.split(' + ').filter((term) => names.has(/\((\w*)\)/.exec(term)?.[1] ?? ''));
  return terms.join(' + ') || 'count()';
}

/** What a tab says behind its title, and what that is worth. */
export function tabCount(section: string, counts: Known<Counts>, events: Known<number>): Known<string> {
  if (section === 'events') return mapKnown(events, (count) => (count > 0 ? figureWords(events) : ''));
  return mapKnown(counts, (all) => countInWords(section, all));
}

/** Empty where a number says nothing. */
function countInWords(section: string, counts: Counts): string {
  const sum = (...names: string[]): number => names.reduce((total, name) => total + (counts.get(name) || 0), 0);
  const words = (count: number): string => (count > 0 ? String(count) : '');
  switch (section) {
    case 'disks':
      return words(sum('disk_io'));
    case 'network':
      return words(sum('network'));
    case 'sensors':
      return words(sum('temperature', 'fan', 'power', 'voltage', 'battery', 'gpu'));
    case 'processes':
      return words(sum('processes'));
    case 'units': {
      const failed = sum('systemd');
      const units = words(sum('systemd_unit'));
      return failed > 0 ? `${failed} failed${units === '' ? '' : ` of ${units}`}` : units;
    }
    case 'containers':
      return words(sum('containers'));
    default:
      return '';
  }
}
