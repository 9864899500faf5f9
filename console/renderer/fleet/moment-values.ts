// The values that a moment of the past shows of each node: how the store is asked for them, and what it answered. The same values as the
// agents send along while the window is live (agent/sampling/summary.ts). Pure.
import type { NodeValues } from '../../common/fleet-node.ts';
import { numericColumn, type QueryResult, textColumn } from '../../common/query-result.ts';

type NumberName = Exclude<keyof NodeValues, 'timeMs' | 'diskMount'>;

export interface MomentQuery {
  sql: string;
  /** The same for a store that lacks a column of it; left out where there is none that may be missing. */
  olderSql?: string;
  /** Value → the answer's column. */
  columns: Readonly<Partial<Record<NumberName, string>>>;
}

export type ValuesThen = Map<string, NodeValues>;

const NO_VALUES: NodeValues = {
  timeMs: 0,
  cpuPercent: null,
  memoryPercent: null,
  swapPercent: null,
  load1: null,
  diskPercent: null,
  diskMount: '',
  diskReadBytesPerSecond: null,
  diskWriteBytesPerSecond: null,
  rxBytesPerSecond: null,
  txBytesPerSecond: null,
  temperatureCelsius: null,
  processCount: null,
  uptimeSeconds: null,
  pressurePercent: null,
};

/** `within` is the condition on the time. */
export function momentQueries(within: string): MomentQuery[] {
  const latest = (table: string, columns: MomentQuery['columns'], where = ''): MomentQuery => ({
    sql: `SELECT node_id, ${Object.values(columns).join(', ')} FROM ${table} WHERE ${within}${where} LATEST ON timestamp PARTITION BY node_id`,
    columns,
  });
  /** Of all that one node has: its disks, its interfaces. */
  const combined = (how: string, table: string, tag: string, columns: MomentQuery['columns'], where = ''): MomentQuery => {
    const names = Object.values(columns);
    return {
      sql:
        `SELECT node_id, ${names.map((name) => `${how}(${name}) AS ${name}`).join(', ')} FROM (SELECT node_id, ${names.join(', ')} FROM ${table} ` +
        `WHERE ${within}${where} LATEST ON timestamp PARTITION BY node_id, ${tag})`,
      columns,
    };
  };
  /**
   * As the agents sum: what lies on others would count twice. Rows of an agent that does not tell which those are are taken by their names.
   */
  const physical = (table: string, tag: string, columns: MomentQuery['columns'], named: string): MomentQuery => ({
    ...combined('sum', table, tag, columns, ` AND (physical = 1 OR (physical IS NULL AND ${named}))`),
    olderSql: combined('sum', table, tag, columns, ` AND ${named}`).sql,
  });
  return [
    latest('cpu', { cpuPercent: 'busy' }, " AND cpu = 'total'"),
    latest('memory', { memoryPercent: 'used_percent' }),
    latest('load', { load1: 'load1' }),
    latest('swap', { swapPercent: 'used_percent' }),
    latest('processes', { processCount: 'total' }),
    latest('uptime', { uptimeSeconds: 'uptime_seconds' }),
    {
      // One row a node, as ten thousand nodes with as many mounts each would not fit into an answer.
      sql:
        'SELECT node_id, mount, used_percent FROM (SELECT node_id, mount, used_percent, ' +
        'row_number() OVER (PARTITION BY node_id ORDER BY used_percent DESC) AS place FROM (SELECT node_id, mount, used_percent FROM filesystem ' +
        `WHERE ${within} LATEST ON timestamp PARTITION BY node_id, mount) WHERE used_percent IS NOT NULL) WHERE place = 1`,
      columns: { diskPercent: 'used_percent' },
    },
    physical(
      'network',
      'interface',
      { rxBytesPerSecond: 'rx_bytes_per_second', txBytesPerSecond: 'tx_bytes_per_second' },
      "interface <> 'lo'",
    ),
    physical(
      'disk_io',
      'device',
      { diskReadBytesPerSecond: 'read_bytes_per_second', diskWriteBytesPerSecond: 'write_bytes_per_second' },
      "device !~ '^(dm-|md[0-9])'",
    ),
    combined('max', 'temperature', 'sensor', { temperatureCelsius: 'celsius' }),
    combined('max', 'pressure', 'resource', { pressurePercent: 'some_avg10' }),
  ];
}

/** Takes an answer over; of several rows of a node the largest counts, which is the fullest filesystem. */
export function takeAnswer(values: ValuesThen, { columns }: MomentQuery, answer: QueryResult): void {
  const ids = textColumn(answer, 'node_id');
  const mounts = answer.columns.some(({ name }) => name === 'mount') ? textColumn(answer, 'mount') : undefined;
  for (const [name, column] of Object.entries(columns) as [NumberName, string][]) {
    const found = numericColumn(answer, column);
    for (let row = 0; row < answer.rows; row++) {
      const id = ids[row];
      const value = found?.[row] ?? Number.NaN;
      if (!id || Number.isNaN(value)) continue;
      const own = valuesOf(values, id);
      if ((own[name] ?? Number.NEGATIVE_INFINITY) >= value) continue;
      own[name] = value;
      if (mounts !== undefined) own.diskMount = mounts[row] ?? '';
    }
  }
}

/** Those of a node; none of them known where nothing was answered yet. */
export function valuesOf(values: ValuesThen, nodeId: string): NodeValues {
  let own = values.get(nodeId);
  if (own === undefined) {
    own = { ...NO_VALUES };
    values.set(nodeId, own);
  }
  return own;
}
