// Watches for samples in the store, asking as any operator would, and notes when each is seen first.
import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '../../core/common/muster-error.ts';
import type { FleetClient } from '../../proto/client/fleet-client.ts';
import type { QueryColumn, QueryValues } from '../../proto/gen/messages.ts';

/** Between two questions: what is seen is up to so much older than it is told, never younger. */
export const POLL_MS = 50;
const ROWS_AGO_SECONDS = 20;
const MAX_ROWS = 100_000;

/** Each sample as `NODE TIME-IN-µS`. */
export function sampleKey(nodeId: string, timeUs: number): string {
  return `${nodeId} ${timeUs}`;
}

export class SampleWatch {
  readonly #client: FleetClient;
  readonly #table: string;
  readonly #nodeIds: readonly string[];
  readonly #seen = new Map<string, number>();
  #running: Promise<void> | undefined;
  #stopped = false;
  /** Why it could not ask for a while; empty where it always could. */
  problem = '';

  constructor(client: FleetClient, table: string, nodeIds: readonly string[]) {
    this.#client = client;
    this.#table = table;
    this.#nodeIds = nodeIds;
  }

  start(): void {
    this.#running = this.#run();
  }

  /** When a sample was seen first, Unix ms; undefined where it was not yet. */
  seenMs(key: string): number | undefined {
    return this.#seen.get(key);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#running;
  }

  /** Whether the table can be asked at all. */
  async tableExists(): Promise<boolean> {
    return this.#ask('false');
  }

  /** Every sample of these nodes from `fromUs` to `toUs` that the store has now, and when it is not known yet. */
  async look(fromUs: number, toUs: number): Promise<void> {
    await this.#ask(`timestamp between cast(${Math.floor(fromUs)} as timestamp) and cast(${Math.ceil(toUs)} as timestamp)`);
  }

  async #run(): Promise<void> {
    while (!this.#stopped) {
      try {
        await this.#ask(`timestamp > dateadd('s', -${ROWS_AGO_SECONDS}, now())`);
      } catch (error) {
        this.problem = `the store could not be asked for a while: ${messageOf(error)}`;
      }
      await sleep(POLL_MS);
    }
  }

  async #ask(times: string): Promise<boolean> {
    const sql = `select node_id, timestamp from ${this.#table} where node_id in (${this.#nodeIds.map(quoted).join(', ')}) and ${times}`;
    const rows: [string, number][] = [];
    let columns: readonly QueryColumn[] = [];
    try {
      for await (const frame of this.#client.stream('query', { sql, maxRows: MAX_ROWS, timeoutMs: 10_000 }, { timeoutMs: 15_000 })) {
        if (columns.length === 0) columns = frame.columns;
        const [nodes, times] = frame.values as [QueryValues, QueryValues];
        for (let row = 0; row < frame.rows; row++) rows.push([nodes.texts[row] ?? '', times.timesUs[row] ?? 0]);
      }
    } catch (error) {
      // The first sample ever makes the table.
      if (error instanceof Error && /does not exist/.test(error.message)) return false;
      throw error;
    }
    const nowMs = Date.now();
    for (const [nodeId, timeUs] of rows) {
      const key = sampleKey(nodeId, timeUs);
      if (!this.#seen.has(key)) this.#seen.set(key, nowMs);
    }
    return true;
  }
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
