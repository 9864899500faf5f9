// The tables of Muster itself and the view over the registry's history, as they must be. own-schema.ts makes them so.

export interface OwnTable {
  name: string;
  /** In order; the designated timestamp is the first. */
  columns: Readonly<Record<string, string>>;
  /** They make a replay harmless: a batch has one ledger row however often its message is worked on. */
  keys: readonly string[];
  partitionBy: 'DAY' | 'YEAR';
  /** Undefined for ever. */
  ttlDays: number | undefined;
}

const WIDE_SYMBOL = 'SYMBOL CAPACITY 16384';
const NODE = { timestamp: 'TIMESTAMP', node_id: WIDE_SYMBOL } as const;

export function ownTables(ttlDays: number): OwnTable[] {
  const byDay = { partitionBy: 'DAY', ttlDays } as const;
  return [
    {
      ...{ name: 'deliveries', ...byDay, keys: ['timestamp', 'node_id', 'epoch', 'seq'] },
      columns: {
        ...{ ...NODE, epoch: WIDE_SYMBOL, seq: 'LONG', rows: 'LONG', bad_rows: 'LONG', merged_rows: 'LONG', events: 'LONG' },
        ...{ received: 'TIMESTAMP', stored: 'TIMESTAMP', gateway: 'SYMBOL', skew_us: 'LONG', problem: 'VARCHAR' },
        ...{ met_rows: 'LONG', replaced_rows: 'LONG', overwritten_rows: 'LONG', reasons: 'VARCHAR' },
      },
    },
    {
      ...{ name: 'drops', ...byDay, keys: ['timestamp', 'node_id', 'epoch', 'first_seq'] },
      columns: { ...NODE, epoch: WIDE_SYMBOL, first_seq: 'LONG', last_seq: 'LONG', rows: 'LONG', reason: 'VARCHAR' },
    },
    {
      ...{ name: 'events', ...byDay, keys: ['timestamp', 'node_id', 'kind'] },
      columns: { ...NODE, kind: 'SYMBOL', severity: 'SYMBOL', text: 'VARCHAR', attributes: 'VARCHAR' },
    },
    {
      ...{ name: 'node_history', partitionBy: 'YEAR', ttlDays: undefined, keys: ['timestamp', 'node_id'] },
      columns: {
        ...{ ...NODE, name: 'VARCHAR', country: 'SYMBOL', region: 'SYMBOL', platform: 'SYMBOL', os: 'SYMBOL', kernel: 'SYMBOL' },
        ...{ arch: 'SYMBOL', cpu_model: 'SYMBOL', agent_version: 'SYMBOL', cpu_cores: 'LONG', memory_bytes: 'LONG' },
        ...{ labels: 'VARCHAR', simulated: 'BOOLEAN' },
      },
    },
  ];
}

export function createOwnTable({ name, columns, keys, partitionBy, ttlDays }: OwnTable): string {
  const list = Object.entries(columns).map(([column, type]) => `${column} ${type}`);
  const ttl = ttlDays === undefined ? '' : ` TTL ${ttlDays} DAYS`;
  return (
    `CREATE TABLE IF NOT EXISTS ${name} (${list.join(', ')}) ` +
    `TIMESTAMP(timestamp) PARTITION BY ${partitionBy}${ttl} WAL DEDUP UPSERT KEYS(${keys.join(', ')})`
  );
}

/** The newest row a node. Made anew where its table has changed: it keeps the columns that it was made with. */
export const NODES_VIEW = 'CREATE OR REPLACE VIEW nodes AS (SELECT * FROM node_history LATEST ON timestamp PARTITION BY node_id)';

/** Everything, for an empty database. */
export function ownTableStatements(ttlDays: number): string[] {
  return [...ownTables(ttlDays).map(createOwnTable), NODES_VIEW];
}
