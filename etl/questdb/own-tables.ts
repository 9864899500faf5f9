// The tables of Muster itself and the view over the registry's history.
import type { QuestdbHttp } from './questdb-http.ts';

/** The dedup keys make a replay harmless: a batch has one ledger row however often its message is worked on. */
export function ownTableStatements(ttlDays: number): string[] {
  return [
    `CREATE TABLE IF NOT EXISTS deliveries (timestamp TIMESTAMP, node_id SYMBOL CAPACITY 16384, epoch SYMBOL CAPACITY 16384, seq LONG,
      rows LONG, bad_rows LONG, merged_rows LONG, events LONG, received TIMESTAMP, stored TIMESTAMP, gateway SYMBOL, skew_us LONG,
      problem VARCHAR, met_rows LONG, replaced_rows LONG, overwritten_rows LONG, reasons VARCHAR)
      TIMESTAMP(timestamp) PARTITION BY DAY TTL ${ttlDays} DAYS WAL DEDUP UPSERT KEYS(timestamp, node_id, epoch, seq)`,
    // Of a table that an older version made.
    ...['met_rows LONG', 'replaced_rows LONG', 'overwritten_rows LONG', 'reasons VARCHAR'].map(
      (column) => `ALTER TABLE deliveries ADD COLUMN IF NOT EXISTS ${column}`,
    ),
    `CREATE TABLE IF NOT EXISTS drops (timestamp TIMESTAMP, node_id SYMBOL CAPACITY 16384, epoch SYMBOL CAPACITY 16384, first_seq LONG,
      last_seq LONG, rows LONG, reason VARCHAR)
      TIMESTAMP(timestamp) PARTITION BY DAY TTL ${ttlDays} DAYS WAL DEDUP UPSERT KEYS(timestamp, node_id, epoch, first_seq)`,
    `CREATE TABLE IF NOT EXISTS events (timestamp TIMESTAMP, node_id SYMBOL CAPACITY 16384, kind SYMBOL, severity SYMBOL, text VARCHAR,
      attributes VARCHAR) TIMESTAMP(timestamp) PARTITION BY DAY TTL ${ttlDays} DAYS WAL DEDUP UPSERT KEYS(timestamp, node_id, kind)`,
    `CREATE TABLE IF NOT EXISTS node_history (timestamp TIMESTAMP, node_id SYMBOL CAPACITY 16384, name VARCHAR, country SYMBOL,
      region SYMBOL, platform SYMBOL, os SYMBOL, kernel SYMBOL, arch SYMBOL, cpu_model SYMBOL, agent_version SYMBOL, cpu_cores LONG,
      memory_bytes LONG, labels VARCHAR, simulated BOOLEAN)
      TIMESTAMP(timestamp) PARTITION BY YEAR WAL DEDUP UPSERT KEYS(timestamp, node_id)`,
    'CREATE VIEW IF NOT EXISTS nodes AS (SELECT * FROM node_history LATEST ON timestamp PARTITION BY node_id)',
  ];
}

/** Makes what is missing. */
export async function createOwnTables(database: QuestdbHttp, ttlDays: number): Promise<void> {
  for (const statement of ownTableStatements(ttlDays)) await database.sql(statement.replace(/\s+/g, ' '));
}
