// A million stored points of one node's CPU, a second apart, and the roll-ups over them.
import type { Pipeline } from '../../harness/pipeline.ts';
import { until } from '../../harness/until.ts';

export const POINTS = 1_000_000;
/** So long before now they end, that none stands in the way of what is measured live. */
const BEFORE_MS = 600_000;

export interface Stretch {
  fromMs: number;
  toMs: number;
}

/** Writes them into the store, past the pipeline: what is measured is the chart. Resolves when the roll-ups have them. */
export async function storeMillionPoints(pipeline: Pipeline, nodeId: string): Promise<Stretch> {
  const toMs = Math.floor((Date.now() - BEFORE_MS) / 1000) * 1000;
  const fromMs = toMs - POINTS * 1000;
  const wave = '(50 + 40 * sin(x / 9000.0) + 8 * rnd_double())';
  await pipeline.sql(
    `INSERT INTO cpu (timestamp, node_id, cpu, busy, user, system, iowait, steal) SELECT cast(${fromMs * 1000} + x * 1000000 AS timestamp), ` +
      `'${nodeId}', 'total', ${wave}, ${wave} * 0.7, ${wave} * 0.2, rnd_double(), 0.0 FROM long_sequence(${POINTS})`,
  );
  const counted = (sql: string) => async (): Promise<boolean> => Number((await pipeline.sql(sql))[0]?.[0]) >= POINTS;
  const within = `node_id = '${nodeId}' AND cpu = 'total' AND timestamp <= cast(${toMs * 1000} AS timestamp)`;
  await until('a million points are stored', counted(`SELECT count() FROM cpu WHERE ${within}`), 120_000);
  for (const view of ['cpu_1m', 'cpu_1h']) {
    const made = `SELECT 1 FROM materialized_views() WHERE view_name = '${view}'`;
    await until(`${view} is there`, async () => (await pipeline.sql(made)).length > 0, 300_000);
    // By itself it takes what is new every ten minutes.
    await pipeline.sql(`REFRESH MATERIALIZED VIEW ${view} INCREMENTAL`);
    await until(`${view} has a million points`, counted(`SELECT sum(rows) FROM ${view} WHERE ${within}`), 300_000);
  }
  return { fromMs, toMs };
}
