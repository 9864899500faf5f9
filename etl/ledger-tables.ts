// The ledger and what travels beside the samples: the tables deliveries, drops and events.
// Measured: 12 µs of CPU a ledger row, so 1,000 batches a second (10,000 nodes that flush each 10 s) are 1.2 % of a core.
import type { SenderBuffer } from '@questdb/nodejs-client';
import type { DroppedRange } from '../core/common/frame.ts';
import { NOT_COMPARED } from '../core/common/row-account.ts';
import { MAX_FUTURE_US, MAX_SKEW_US } from '../core/common/row-time.ts';
import { withoutNul } from './questdb/line-text.ts';
import { OwnWriter, type OwnWriterParts } from './questdb/own-writer.ts';
import type { BatchAccount, SetAsideRows } from './telemetry/batch-account.ts';
import type { Cycle } from './telemetry/cycle.ts';
import { type DeadLetter, eventLetter, objectLetter } from './telemetry/dead-letter.ts';
import { isDoorBatch } from './telemetry/door-tables.ts';
import type { EventRow } from './telemetry/event-rows.ts';

interface LedgerRow {
  timeUs: number;
  account: BatchAccount;
  storedUs: number;
}

interface DropRow {
  timeUs: number;
  account: BatchAccount;
  range: DroppedRange;
}

const DAY_US = 86_400_000_000;

export class LedgerTables {
  readonly #deliveries: OwnWriter<LedgerRow>;
  readonly #drops: OwnWriter<DropRow>;
  readonly #eventRows: OwnWriter<EventRow>;
  readonly #ttlUs: number;

  constructor(parts: OwnWriterParts, ttlDays: number) {
    this.#ttlUs = ttlDays * DAY_US;
    this.#deliveries = new OwnWriter('deliveries', putDelivery, parts);
    this.#drops = new OwnWriter('drops', putDrop, parts);
    this.#eventRows = new OwnWriter('events', putEvent, parts);
  }

  /** Stores the events of a cycle beside its telemetry. One that the database refuses becomes a letter of the cycle. */
  async storeEvents(cycle: Cycle): Promise<void> {
    await this.#eventRows.store(cycle.events, ({ delivery, sent }, words) => {
      cycle.letters.push(eventLetter(delivery, sent, REFUSED, words));
    });
  }

  /** Call it when the cycle's telemetry is stored. Resolves when the ledger says so too, with the letters of what the database refused. */
  async store(cycle: Cycle, nowMs: number): Promise<DeadLetter[]> {
    const letters: DeadLetter[] = [];
    const rows = cycle.accounts.map((account) => ({ timeUs: this.#timeOf(account), account, storedUs: nowMs * 1000 }));
    const drops = rows.flatMap(({ timeUs, account }) => (account.batch?.dropped ?? []).map((range) => ({ timeUs, account, range })));
    await Promise.all([
      this.#deliveries.store(rows, ({ account: { delivery, rows: count, badRows, problem } }, words) => {
        letters.push(objectLetter(delivery, 'deliveries', { rows: count, badRows, problem }, REFUSED, words));
      }),
      this.#drops.store(drops, ({ account: { delivery }, range: { epoch, ...range } }, words) => {
        letters.push(objectLetter(delivery, 'drops', { epoch: hex(epoch), ...range }, REFUSED, words));
      }),
    ]);
    return letters;
  }

  /**
   * A batch that is sent again must meet its own ledger row, so the time is the batch's own; only where that would put the row into a far partition, or into
   * one that is about to be removed, it is the day of receipt: the same one in whichever message it comes, but over a midnight.
   */
  #timeOf({ batch, delivery }: BatchAccount): number {
    const created = batch?.createdUs ?? 0;
    const oldest = delivery.receivedUs - this.#ttlUs + MAX_FUTURE_US;
    return created >= oldest && created <= delivery.receivedUs + MAX_SKEW_US
      ? created
      : delivery.receivedUs - (delivery.receivedUs % DAY_US);
  }
}

const REFUSED = 'rejected_by_database';

function putDelivery(sender: SenderBuffer, { timeUs, account, storedUs }: LedgerRow): void {
  const { delivery, batch } = account;
  sender.table('deliveries').symbol('node_id', delivery.nodeId).symbol('epoch', hex(delivery.epoch));
  if (delivery.gateway !== '') sender.symbol('gateway', delivery.gateway);
  sender.intColumn('seq', delivery.seq).intColumn('rows', account.rows);
  sender.intColumn('bad_rows', account.badRows).intColumn('merged_rows', account.mergedRows);
  sender.intColumn('events', batch?.events.length ?? 0).intColumn('skew_us', whole(delivery.skewUs));
  sender.timestampColumn('received', whole(delivery.receivedUs), 'us').timestampColumn('stored', whole(storedUs), 'us');
  // NULL where nobody looked: an agent's rows meet none.
  if (isDoorBatch(delivery) && !account.reasons.has(NOT_COMPARED)) sender.intColumn('met_rows', account.metRows);
  if (account.replacedRows > 0) sender.intColumn('replaced_rows', account.replacedRows);
  if (account.overwrittenRows > 0) sender.intColumn('overwritten_rows', account.overwrittenRows);
  if (account.reasons.size > 0) sender.stringColumn('reasons', withoutNul(encodeReasons(account.reasons)));
  if (account.problem !== '') sender.stringColumn('problem', withoutNul(account.problem));
  sender.at(whole(timeUs), 'us');
}

function putDrop(sender: SenderBuffer, { timeUs, account, range }: DropRow): void {
  sender.table('drops').symbol('node_id', account.delivery.nodeId).symbol('epoch', hex(range.epoch));
  sender.intColumn('first_seq', range.firstSeq).intColumn('last_seq', range.lastSeq).intColumn('rows', range.rows);
  sender.stringColumn('reason', withoutNul(range.reason.slice(0, 500))).at(whole(timeUs), 'us');
}

function putEvent(sender: SenderBuffer, { nodeId, event }: EventRow): void {
  sender.table('events').symbol('node_id', nodeId).symbol('kind', event.kind).symbol('severity', event.severity);
  sender.stringColumn('text', withoutNul(event.text)).stringColumn('attributes', JSON.stringify(event.attributes));
  sender.at(whole(event.timeUs), 'us');
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
