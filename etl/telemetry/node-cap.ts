// How many rows of each node may be stored a day: QuestDB has no DELETE, so what would fill the disk has to be kept out.
import { doorOfBytes } from '../../core/common/door-epoch.ts';
import type { DeliveryContent } from '../../proto/batch-codec.ts';
import type { QuestdbHttp } from '../questdb/questdb-http.ts';
import type { BatchAccount } from './batch-account.ts';

const DAY_US = 86_400_000_000;
const NAMED = 5;
/** More than may be unacknowledged at once. */
const REMEMBERED = 20_000;

export class NodeCap {
  readonly #rowsPerDay: number;
  /** Day since 1970 (UTC, of receipt) → node → rows stored. The newest two. */
  readonly #days = new Map<number, Map<string, number>>();
  /** The batches counted last, oldest first. */
  readonly #counted = new Set<string>();
  #refusedDay = 0;
  readonly #refused = new Set<string>();

  /** 0 is no cap. */
  constructor(rowsPerDay: number) {
    this.#rowsPerDay = rowsPerDay;
  }

  /**
   * Why a batch is not stored, or undefined. A batch that begins below the cap is stored whole, and so is one that the stream gives again: it may be in the
   * tables already. What an operator imports is not what the cap is for.
   */
  refusal(delivery: DeliveryContent, again: boolean): string | undefined {
    if (this.#rowsPerDay === 0 || again) return undefined;
    const day = dayOf(delivery.receivedUs);
    const stored = this.#days.get(day)?.get(delivery.nodeId) ?? 0;
    if (stored < this.#rowsPerDay || isImport(delivery)) return undefined;
    if (day > this.#refusedDay) {
      this.#refused.clear();
      this.#refusedDay = day;
    }
    this.#refused.add(delivery.nodeId);
    return `node_cap: the node has stored ${stored} rows this day (UTC), and maxRowsPerNodePerDay is ${this.#rowsPerDay}`;
  }

  /** What is stored. A batch that comes again because its acknowledgement was lost is counted once. */
  count(accounts: readonly BatchAccount[]): void {
    if (this.#rowsPerDay === 0) return;
    for (const { delivery, again, rows, badRows, mergedRows } of accounts) {
      if (isImport(delivery) || this.#isCounted(delivery, again === true)) continue;
      this.#add(dayOf(delivery.receivedUs), delivery.nodeId, rows - badRows - mergedRows);
    }
  }

  /** Takes up the count where the ledger has it. Call it before anything is stored. */
  async restore(database: Pick<QuestdbHttp, 'sql'>, nowMs: number): Promise<void> {
    if (this.#rowsPerDay === 0) return;
    const day = dayOf(nowMs * 1000);
    // Batches made more than a day before they came are not looked for: the ledger is ordered by when they were made.
    const rows = await database.sql(
      `SELECT node_id, sum(rows - bad_rows - merged_rows) FROM deliveries WHERE timestamp >= cast(${(day - 1) * DAY_US} AS timestamp) ` +
        `AND received >= cast(${day * DAY_US} AS timestamp) AND ${FILES.map((prefix) => `epoch NOT LIKE '${prefix}%'`).join(' AND ')} GROUP BY node_id`,
    );
    for (const [nodeId, count] of rows) this.#add(day, String(nodeId), Number(count));
  }

  /** A sentence that names the nodes over the cap today. */
  problems(nowMs: number): string[] {
    if (this.#refused.size === 0 || this.#refusedDay !== dayOf(nowMs * 1000)) return [];
    const names = [...this.#refused].slice(0, NAMED).join(', ');
    const more = this.#refused.size > NAMED ? ` and ${this.#refused.size - NAMED} more` : '';
    return [`rows of ${names}${more} are set aside as node_cap until midnight UTC: each has stored ${this.#rowsPerDay} rows today`];
  }

  #isCounted({ nodeId, epoch, seq }: DeliveryContent, again: boolean): boolean {
    const key = `${nodeId} ${Buffer.from(epoch).toString('latin1')} ${seq}`;
    if (again && this.#counted.has(key)) return true;
    this.#counted.add(key);
    if (this.#counted.size > REMEMBERED) this.#counted.delete(this.#counted.values().next().value as string);
    return false;
  }

  #add(day: number, nodeId: string, rows: number): void {
    let nodes = this.#days.get(day);
    if (nodes === undefined) {
      nodes = new Map();
      this.#days.set(day, nodes);
      if (this.#days.size > 2) this.#days.delete(Math.min(...this.#days.keys()));
    }
    nodes.set(nodeId, (nodes.get(nodeId) ?? 0) + rows);
  }
}

/** As epochs of imported and restored files begin. */
const FILES = ['impt', 'rstr'].map((word) => Buffer.from(word).toString('hex'));

function isImport({ epoch }: DeliveryContent): boolean {
  const door = doorOfBytes(epoch);
  return door === 'import' || door === 'restore';
}

function dayOf(timeUs: number): number {
  return Math.floor(timeUs / DAY_US);
}
