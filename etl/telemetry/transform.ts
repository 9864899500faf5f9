// Messages → batches → checked rows as lines. A bad row costs that row; a bad batch costs that batch; nothing here throws for either.

import { isPartMeasurement, isPartNode } from '../../core/common/measurement-names.ts';
import { toMusterError } from '../../core/common/muster-error.ts';
import { MAX_SKEW_US, type TimeWindow, timeRefusal, timeWindow } from '../../core/common/row-time.ts';
import { type DecodedFrame, type DeliveryContent, decodeBatch, decodeEnvelope, encodeEnvelope } from '../../proto/batch-codec.ts';
import { type BatchAccount, leaveOut, newAccount, noteAside } from './batch-account.ts';
import { BufferPool } from './buffer-pool.ts';
import { Cycle } from './cycle.ts';
import { batchLetter, type DeadLetter, rowLetter } from './dead-letter.ts';
import { DoorTables, isDoorBatch, type StoredRows } from './door-tables.ts';
import { toEventRows } from './event-rows.ts';
import { unitedRows } from './merged-rows.ts';
import type { NodeCap } from './node-cap.ts';
import type { PlanRefusal, PlanSource } from './plan-source.ts';
import type { CheckedFrame } from './row-groups.ts';
import type { SeriesCache, SeriesEntry } from './series-cache.ts';
import { busiestTag } from './series-flood.ts';
import type { TableChunk } from './table-chunk.ts';
import { shapeKey, type TablePlan } from './table-plan.ts';

/** Rows of a batch that get a letter of their own; with more than that, the whole batch is kept in one. */
const LETTERS_PER_BATCH = 100;
/** The same where a node makes too many series: batch after batch is full of them, and their letters must not hold up all others. */
const LETTERS_OF_A_FLOOD = 3;

export interface TransformOptions {
  /** Undefined takes any number of rows. */
  cap?: Pick<NodeCap, 'refusal'>;
  ttlDays: number;
  /** What rows that came by a door may meet in the tables; undefined for nothing. */
  stored?: StoredRows;
  /** Unix ms. */
  now: () => number;
}

export class Transform {
  readonly #plans: PlanSource;
  readonly #series: SeriesCache;
  readonly #options: TransformOptions;
  readonly #pool = new BufferPool();
  #batchNumber = 0;

  constructor(plans: PlanSource, series: SeriesCache, options: TransformOptions) {
    this.#plans = plans;
    this.#series = series;
    this.#options = options;
  }

  /**
   * The cycle that stores these messages. Waits only for the schema. A batch for which this program throws is set aside with its bytes: it would do
   * so each time, and hold up all others. Throws `cancelled` at a stop.
   */
  async run(messages: readonly Buffer[], again: readonly boolean[] = []): Promise<Cycle> {
    try {
      return await this.#run(messages, again, NOTHING_BROKEN);
    } catch (error) {
      if (toMusterError(error).code === 'cancelled') throw error;
      return this.#run(messages, again, await this.#findBroken(messages));
    }
  }

  /** Which batches this program throws for, each tried by itself: its key → the words. */
  async #findBroken(messages: readonly Buffer[]): Promise<Map<string, string>> {
    const broken = new Map<string, string>();
    const cycle = new Cycle(this.#pool);
    for (const message of messages) readMessage(message, cycle, false);
    for (const { batch, delivery } of cycle.accounts) {
      if (batch === undefined) continue;
      try {
        (await this.#run([encodeEnvelope([delivery])], [true], NOTHING_BROKEN)).release();
      } catch (thrown) {
        const error = toMusterError(thrown);
        if (error.code === 'cancelled') throw error;
        broken.set(batchKey(delivery), `the batch cannot be worked on: ${error.message}`);
      }
    }
    return broken;
  }

  async #run(messages: readonly Buffer[], again: readonly boolean[], broken: ReadonlyMap<string, string>): Promise<Cycle> {
    const cycle = new Cycle(this.#pool);
    for (const [i, message] of messages.entries()) readMessage(message, cycle, again[i] === true);
    for (const [i, { batch, delivery }] of broken.size === 0 ? [] : [...cycle.accounts.entries()]) {
      const problem = broken.get(batchKey(delivery));
      if (batch === undefined || problem === undefined) continue;
      cycle.accounts[i] = { ...newAccount(delivery, false), problem };
      cycle.letters.push(batchLetter(delivery, 'malformed', problem));
    }
    // The cycle's own: one with more shapes than the schema remembers must come to its end too.
    const plans = new Map<string, TablePlan | PlanRefusal>();
    for (const { batch, delivery } of cycle.accounts) {
      if (batch === undefined || isSkewed(delivery)) continue;
      for (const frame of batch.frames) {
        const shape = shapeKey(frame);
        if (refusalOfName(frame.measurement, delivery.nodeId) !== undefined) continue;
        if (!plans.has(shape)) plans.set(shape, this.#plans.plan(shape) ?? (await this.#plans.resolve(shape, frame)));
      }
    }
    const nowMs = this.#options.now();
    this.#series.rotate(nowMs);
    const window = timeWindow(nowMs * 1000, this.#options.ttlDays);
    const doors = new DoorTables(cycle);
    for (const account of cycle.accounts) this.#writeBatch(account, { cycle, window, plans, doors });
    await doors.write(this.#options.stored);
    return cycle;
  }

  #writeBatch(account: BatchAccount, on: CycleWriting): void {
    const { cycle } = on;
    const { batch, delivery } = account;
    if (batch === undefined) return;
    const window = account.again === true ? this.#windowSince(delivery.receivedUs, on.window) : on.window;
    if (isSkewed(delivery)) {
      account.badRows = account.rows;
      const side = delivery.skewUs > 0 ? 'behind' : 'ahead of';
      account.problem = `clock_skew: the clock of the node is ${Math.round(Math.abs(delivery.skewUs) / 1e6)} s ${side} the gateway's`;
      noteAside(account, 'clock_skew', account.rows, account.problem);
      cycle.letters.push(batchLetter(delivery, 'clock_skew', account.problem));
      return;
    }
    const capped = this.#options.cap?.refusal(delivery, account.again === true);
    if (capped !== undefined && account.rows > 0) {
      account.badRows = account.rows;
      account.problem = capped;
      noteAside(account, 'node_cap', account.rows, capped);
      cycle.letters.push(batchLetter(delivery, 'node_cap', capped));
      return;
    }
    const events = toEventRows(delivery, batch, window);
    cycle.events.push(...events.rows);
    cycle.letters.push(...events.letters);
    const writing: BatchWriting = {
      ...{ ...on, window, account, number: ++this.#batchNumber, letters: [], aside: 0, keysMayRepeat: false },
      byDoor: isDoorBatch(delivery),
    };
    const written = batch.frames.flatMap((frame) => this.#writeFrame(frame, writing) ?? []);
    if (writing.keysMayRepeat) appendUnited(cycle, written, window);
    account.badRows = writing.aside;
    cycle.letters.push(...lettersOf(writing, delivery));
  }

  /** What was taken when the batch came the first time is not refused when it comes again: it may be in the tables, and the ledger would say otherwise. */
  #windowSince(receivedUs: number, window: TimeWindow): TimeWindow {
    const { oldestUs } = timeWindow(receivedUs, this.#options.ttlDays);
    return { ...window, oldestUs: Math.min(window.oldestUs, oldestUs) };
  }

  /** Undefined where none of its rows can be stored. */
  #writeFrame(frame: DecodedFrame, writing: BatchWriting): CheckedFrame | undefined {
    const { account, cycle, window, plans } = writing;
    const shape = shapeKey(frame);
    const plan = refusalOfName(frame.measurement, account.delivery.nodeId) ?? (plans.get(shape) as TablePlan | PlanRefusal);
    const rows = frame.timeUs.length;
    if ('reason' in plan) {
      for (let row = 0; row < rows; row++) setAside(writing, frame, row, plan);
      return undefined;
    }
    const entries = this.#entries(frame, shape, plan, writing);
    const checked = { account, frame, plan, entries: entries.known };
    const door = writing.byDoor ? writing.doors.tableOf(frame) : undefined;
    const doorFrame = door?.begin(checked);
    let chunk = begunChunk(door ?? cycle, account, frame);
    for (let row = 0; row < rows; row++) {
      const time = frame.timeUs[row]!;
      const entry = entries.known[frame.seriesIndex[row]!];
      if (!(time >= window.oldestUs && time <= window.newestUs)) {
        setAside(writing, frame, row, timeRefusal(time, window));
        doorFrame?.leaveOut(row);
        continue;
      }
      if (entry === undefined) {
        setAside(writing, frame, row, entries.refusals.get(frame.seriesIndex[row] as number) as PlanRefusal);
        doorFrame?.leaveOut(row);
        continue;
      }
      const kind = valuesOf(frame, row, rows);
      if (kind === NOT_FINITE) {
        setAside(writing, frame, row, { reason: 'not_finite', detail: 'a value is infinite' });
        doorFrame?.leaveOut(row);
        continue;
      }
      if (door !== undefined) {
        door.add(time, entry);
        if (door.mayRepeat) continue;
      } else {
        if (entry.batch === writing.number && time <= entry.lastTimeUs) writing.keysMayRepeat = true;
        entry.batch = writing.number;
        entry.lastTimeUs = time;
      }
      if (kind === ALL_PRESENT && plan.textHeads.length === 0) chunk.addFull(plan, entry.prefix, frame, row);
      else chunk.addSparse(plan, entry.prefix, frame, row);
      if (chunk.full) chunk = begunChunk(door ?? cycle, account, frame);
    }
    return checked;
  }

  #entries(frame: DecodedFrame, shape: string, plan: TablePlan, writing: BatchWriting): Entries {
    const { nodeId } = writing.account.delivery;
    const known = this.#series.shape(nodeId, shape);
    const refusals = new Map<number, PlanRefusal>();
    let flood: PlanRefusal | undefined;
    const entries = frame.seriesBytes.map((bytes, i) => {
      const key = bytes.toString('latin1');
      const entry = known.get(key);
      if (entry !== undefined) return entry;
      try {
        const added = this.#series.add(known, key, bytes, nodeId, plan, writing.account.again === true);
        if (added === undefined) {
          flood ??= { reason: 'too_many_series', detail: tooManySeries(frame) };
          refusals.set(i, flood);
        }
        return added;
      } catch (error) {
        refusals.set(i, { reason: 'malformed', detail: toMusterError(error).message });
        return undefined;
      }
    });
    return { known: entries, refusals };
  }
}

/** Nobody else may say what Muster's own parts cost. */
function refusalOfName(measurement: string, nodeId: string): PlanRefusal | undefined {
  if (!isPartMeasurement(measurement) || isPartNode(nodeId)) return undefined;
  return {
    reason: 'reserved_measurement',
    detail: `${measurement} is a name of Muster's own parts: choose one that does not begin with muster_`,
  };
}

interface Entries {
  known: (SeriesEntry | undefined)[];
  refusals: Map<number, PlanRefusal>;
}

/** What all batches of a cycle are written with. */
interface CycleWriting {
  cycle: Cycle;
  window: TimeWindow;
  /** Of each frame shape of the cycle. */
  plans: ReadonlyMap<string, TablePlan | PlanRefusal>;
  /** Rows that are written when all of the cycle are known. */
  doors: DoorTables;
}

/** What is on the way while the rows of one batch are written. */
interface BatchWriting extends CycleWriting {
  account: BatchAccount;
  /** Different for each batch. */
  number: number;
  letters: DeadLetter[];
  /** Rows set aside, those without a letter of their own too. */
  aside: number;
  /** A series' times were not rising: the same key may stand twice. */
  keysMayRepeat: boolean;
  byDoor: boolean;
}

function begunChunk(chunks: Pick<Cycle, 'chunkFor'>, account: BatchAccount, frame: DecodedFrame): TableChunk {
  const chunk = chunks.chunkFor(frame);
  chunk.begin(account, frame);
  return chunk;
}

/** The last row of a key replaces those before: what only these have stands in one more, written behind them. */
function appendUnited(cycle: Cycle, frames: readonly CheckedFrame[], window: TimeWindow): void {
  for (const { entry, timeUs, from, row, united } of unitedRows(frames, window)) {
    const chunk = begunChunk(cycle, from.account, from.frame);
    if (united !== undefined) chunk.addUnited(entry.prefix, timeUs, united, row);
  }
}

function tooManySeries(frame: DecodedFrame): string {
  const busiest = busiestTag(frame);
  const which =
    busiest === undefined
      ? 'it has no tags'
      : `the tag ${busiest.tag.slice(0, 64)} of ${frame.measurement} has ${busiest.values} values in one batch`;
  return `the node has too many series in this hour, or all nodes together: ${which}`;
}

function isSkewed(delivery: DeliveryContent): boolean {
  return Math.abs(delivery.skewUs) > MAX_SKEW_US;
}

const NOTHING_BROKEN: ReadonlyMap<string, string> = new Map();

function batchKey({ nodeId, epoch, seq }: DeliveryContent): string {
  return `${nodeId}/${Buffer.from(epoch).toString('hex')}/${seq}`;
}

function readMessage(message: Buffer, cycle: Cycle, again: boolean): void {
  let deliveries: DeliveryContent[];
  try {
    deliveries = decodeEnvelope(message);
  } catch (error) {
    cycle.letters.push(batchLetter({ ...NO_DELIVERY, batch: message }, 'malformed', toMusterError(error).message));
    return;
  }
  for (const delivery of deliveries) {
    const account = newAccount(delivery, again);
    try {
      const batch = decodeBatch(Buffer.from(delivery.batch.buffer, delivery.batch.byteOffset, delivery.batch.byteLength));
      for (const frame of batch.frames) account.rows += frame.timeUs.length;
      cycle.accounts.push(Object.assign(account, { batch }));
    } catch (error) {
      account.problem = toMusterError(error).message;
      noteAside(account, 'malformed', 0, account.problem);
      cycle.letters.push(batchLetter(delivery, 'malformed', account.problem));
      cycle.accounts.push(account);
    }
  }
}

const NO_DELIVERY: DeliveryContent = {
  ...{ nodeId: '', receivedUs: 0, gateway: '', seq: 0, skewUs: 0 },
  ...{ batch: Buffer.alloc(0), epoch: Buffer.alloc(0) },
};

function setAside(writing: BatchWriting, frame: DecodedFrame, row: number, refusal: PlanRefusal): void {
  writing.aside++;
  leaveOut(writing.account, frame, row);
  noteAside(writing.account, refusal.reason, 1, refusal.detail);
  if (writing.letters.length >= (refusal.reason === 'too_many_series' ? LETTERS_OF_A_FLOOD : LETTERS_PER_BATCH)) return;
  writing.letters.push(rowLetter(writing.account.delivery, frame, row, refusal.reason, refusal.detail));
}

function lettersOf(writing: BatchWriting, delivery: DeliveryContent): DeadLetter[] {
  const { letters, aside } = writing;
  if (aside === letters.length) return letters;
  const last = letters.at(-1) as DeadLetter;
  const rest = `${aside} rows of the batch were set aside, the first ${letters.length} have letters of their own; the last of these: ${last.detail}`;
  return [...letters, batchLetter(delivery, last.reason, rest)];
}

const ALL_PRESENT = 0;
const SOME_ABSENT = 1;
const NOT_FINITE = 2;

function valuesOf(frame: DecodedFrame, row: number, rows: number): number {
  const { values } = frame;
  let kind = ALL_PRESENT;
  for (let at = row; at < values.length; at += rows) {
    const value = values[at]!;
    // Only NaN and the infinities differ from themselves so.
    if (value - value !== 0) {
      if (!Number.isNaN(value)) return NOT_FINITE;
      kind = SOME_ABSENT;
    }
  }
  return kind;
}
