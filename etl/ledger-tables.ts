// The ledger and what travels beside the samples: the tables deliveries, drops and events, by @questdb/nodejs-client.
// Measured: 12 µs of CPU a ledger row, so 1,000 batches a second (10,000 nodes that flush each 10 s) are 1.2 % of a core.
import type { Sender } from '@questdb/nodejs-client';
import type { DroppedRange } from '../core/common/frame.ts';
import { MAX_FUTURE_US } from '../core/common/row-time.ts';
import type { EtlEvents } from './events.ts';
import { ClientWriter } from './questdb/client-writer.ts';
import { withoutNul } from './questdb/line-text.ts';
import type { QuestdbHttpOptions } from './questdb/questdb-http.ts';
import type { BatchAccount, SetAsideRows } from './telemetry/batch-account.ts';
import type { Cycle } from './telemetry/cycle.ts';
import { isDoorBatch } from './telemetry/door-tables.ts';
import type { EventRow } from './telemetry/event-rows.ts';
import { MAX_SKEW_US } from './telemetry/transform.ts';

interface LedgerRow {
  timeUs: number;
  account: BatchAccount;
  storedUs: number;
}

interface DropRow {
  timeUs: number;
  nodeId: string;
  range: DroppedRange;
}

export interface LedgerTablesOptions extends QuestdbHttpOptions {
  ttlDays: number;
}

export class LedgerTables {
  readonly #deliveries: ClientWriter<LedgerRow>;
  readonly #drops: ClientWriter<DropRow>;
  readonly #eventRows: ClientWriter<EventRow>;
  readonly #ttlUs: number;

  constructor(options: LedgerTablesOptions, events: EtlEvents, signal: AbortSignal) {
    this.#ttlUs = options.ttlDays * 86_400_000_000;
    this.#deliveries = new ClientWriter('deliveries', putDelivery, options, events, signal);
    this.#drops = new ClientWriter('drops', putDrop, options, events, signal);
    this.#eventRows = new ClientWriter('events', putEvent, options, events, signal);
  }

  /** Call it when the cycle's telemetry is stored. Resolves when the ledger says so too. */
  async store(cycle: Cycle, nowMs: number): Promise<void> {
    const rows = cycle.accounts.map((account) => ({ timeUs: this.#timeOf(account), account, storedUs: nowMs * 1000 }));
    const drops = rows.flatMap(({ timeUs, account }) =>
      (account.batch?.dropped ?? []).map((range) => ({ timeUs, nodeId: account.delivery.nodeId, range })),
    );
    await Promise.all([this.#deliveries.store(rows), this.#drops.store(drops), this.#eventRows.store(cycle.events)]);
  }

  async close(): Promise<void> {
    await Promise.all([this.#deliveries.close(), this.#drops.close(), this.#eventRows.close()]);
  }

  /**
   * A batch that is sent again must meet its own ledger row, so the time is the batch's own; only where that would put the row into
   * a far partition, or into one that is about to be removed, it is the time of receipt.
   */
  #timeOf({ batch, delivery }: BatchAccount): number {
    const created = batch?.createdUs ?? 0;
    const oldest = delivery.receivedUs - this.#ttlUs + MAX_FUTURE_US;
    return created >= oldest && created <= delivery.receivedUs + MAX_SKEW_US ? created : delivery.receivedUs;
  }
}

async function putDelivery(sender: Sender, { timeUs, account, storedUs }: LedgerRow): Promise<void> {
  const { delivery, batch } = account;
  sender.table('deliveries').symbol('node_id', delivery.nodeId).symbol('epoch', hex(delivery.epoch));
  if (delivery.gateway !== '') sender.symbol('gateway', delivery.gateway);
  sender.intColumn('seq', delivery.seq).intColumn('rows', account.rows);
  sender.intColumn('bad_rows', account.badRows).intColumn('merged_rows', account.mergedRows);
  sender.intColumn('events', batch?.events.length ?? 0).intColumn('skew_us', whole(delivery.skewUs));
  sender.timestampColumn('received', whole(delivery.receivedUs), 'us').timestampColumn('stored', whole(storedUs), 'us');
  // NULL where nobody looked: an agent's rows meet none.
  if (isDoorBatch(delivery)) sender.intColumn('met_rows', account.metRows);
  if (account.replacedRows > 0) sender.intColumn('replaced_rows', account.replacedRows);
  if (account.overwrittenRows > 0) sender.intColumn('overwritten_rows', account.overwrittenRows);
  if (account.reasons.size > 0) sender.stringColumn('reasons', withoutNul(encodeReasons(account.reasons)));
  if (account.problem !== '') sender.stringColumn('problem', withoutNul(account.problem));
  await sender.at(whole(timeUs), 'us');
}

async function putDrop(sender: Sender, { timeUs, nodeId, range }: DropRow): Promise<void> {
  sender.table('drops').symbol('node_id', nodeId).symbol('epoch', hex(range.epoch));
  sender.intColumn('first_seq', range.firstSeq).intColumn('last_seq', range.lastSeq).intColumn('rows', range.rows);
  await sender.stringColumn('reason', withoutNul(range.reason.slice(0, 500))).at(whole(timeUs), 'us');
}

async function putEvent(sender: Sender, { nodeId, event }: EventRow): Promise<void> {
  sender.table('events').symbol('node_id', nodeId).symbol('kind', event.kind).symbol('severity', event.severity);
  sender.stringColumn('text', withoutNul(event.text)).stringColumn('attributes', JSON.stringify(event.attributes));
  await sender.at(whole(event.timeUs), 'us');
}

/** `{"type_changed":{"rows":30,"detail":"…"}}` */
function encodeReasons(reasons: SetAsideRows): string {
  return JSON.stringify(
    Object.fromEntries([...reasons].map(([reason, { rows, detail }]) => [reason, { rows, detail: detail.slice(0, 300) }])),
  );
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

/** The client writes 1e21 as `1e+21i`, which fails its whole request. */
function whole(value: number): number {
  return Number.isSafeInteger(value) ? value : Math.max(Number.MIN_SAFE_INTEGER, Math.min(Number.MAX_SAFE_INTEGER, Math.trunc(value)));
}
