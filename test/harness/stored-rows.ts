// What the database holds, counted by SQL past the gateway.
import type { Pipeline } from './pipeline.ts';

export interface LedgerEpoch {
  nodeId: string;
  epoch: string;
  batches: number;
  firstSeq: number;
  lastSeq: number;
  rows: number;
  badRows: number;
  mergedRows: number;
}

/** The ledger, an entry for each node and epoch. */
export async function ledgerEpochs(pipeline: Pipeline): Promise<LedgerEpoch[]> {
  const rows = await pipeline.sql(
    'select node_id, epoch, count_distinct(seq), min(seq), max(seq), sum(rows), sum(bad_rows), sum(merged_rows) from deliveries group by node_id, epoch',
  );
  return rows.map((row) => {
    const [nodeId, epoch, batches, firstSeq, lastSeq, count, badRows, mergedRows] = row as [string, string, ...number[]];
    return { nodeId, epoch, batches, firstSeq, lastSeq, rows: count, badRows, mergedRows } as LedgerEpoch;
  });
}

const OWN_TABLES = ['deliveries', 'drops', 'events', 'node_history'];

/** Tables of measurements, by their names. */
export async function telemetryTables(pipeline: Pipeline): Promise<string[]> {
  const rows = await pipeline.sql("select table_name from tables() where table_type = 'T' order by table_name");
  return rows
    .map(([name]) => String(name))
    .filter((name) => !OWN_TABLES.includes(name) && !name.startsWith('sys.') && !name.startsWith('_'));
}

/** Rows in all tables of measurements, by node id. */
export async function rowsByNode(pipeline: Pipeline): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  for (const table of await telemetryTables(pipeline)) {
    for (const [nodeId, count] of await pipeline.sql(`select node_id, count() from "${table}" group by node_id`)) {
      counts.set(String(nodeId), (counts.get(String(nodeId)) ?? 0) + Number(count));
    }
  }
  return counts;
}

/** Of the batches `lastSeq` long, the numbers that the ledger does not have. */
export async function missingSeqs(pipeline: Pipeline, epoch: string, lastSeq: number): Promise<number[]> {
  const rows = await pipeline.sql(`select distinct seq from deliveries where epoch = '${epoch}'`);
  const stored = new Set(rows.map(([seq]) => Number(seq)));
  return Array.from({ length: lastSeq }, (_, i) => i + 1).filter((seq) => !stored.has(seq));
}
