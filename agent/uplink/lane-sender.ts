// Sends the batches of one epoch on a stream, in order and within a window, and settles what the gateway answers.
import type { SpooledBatch, SpoolLane } from '../spool/spool.ts';

const READ_AHEAD = 16;

/** What comes next: a batch, nothing, or a hole that only a new hello leads across. */
export type Next = SpooledBatch | 'nothing' | 'hole';

export class LaneSender {
  readonly epoch: Uint8Array;
  readonly lane: SpoolLane;
  #nextToSend: number;
  /** Numbers below are acknowledged or refused for good. */
  #settled: number;
  /** Refused for good while earlier ones are still unacknowledged. */
  readonly #refusedAhead = new Set<number>();
  #ready: SpooledBatch[] = [];

  constructor(lane: SpoolLane) {
    const { epoch, oldestSeq } = lane.status();
    this.lane = lane;
    this.epoch = epoch;
    this.#nextToSend = oldestSeq;
    this.#settled = oldestSeq;
  }

  /** Sent and not settled. */
  get inFlight(): number {
    return this.#nextToSend - this.#settled - this.#refusedAhead.size;
  }

  /** The oldest batch that was sent and is not settled. */
  get oldestInFlight(): number | undefined {
    return this.inFlight > 0 ? this.#settled : undefined;
  }

  /** The batches sent and not settled were dropped: the stream must begin anew behind them. */
  get lostInFlight(): boolean {
    return this.#settled < this.#nextToSend && this.lane.status().oldestSeq > this.#settled;
  }

  isOf(epoch: Uint8Array): boolean {
    return Buffer.compare(epoch, this.epoch) === 0;
  }

  peek(): Next {
    if (this.#nextToSend >= this.lane.status().nextSeq) return 'nothing';
    while (this.#ready.length > 0 && (this.#ready[0] as SpooledBatch).seq < this.#nextToSend) this.#ready.shift();
    if (this.#ready.length === 0) this.#ready = this.lane.read(this.#nextToSend, READ_AHEAD);
    const batch = this.#ready[0];
    return batch === undefined || batch.seq !== this.#nextToSend ? 'hole' : batch;
  }

  /** The batch that `peek` gave is on its way. */
  sent(batch: SpooledBatch): void {
    this.#ready.shift();
    this.#nextToSend = batch.seq + 1;
  }

  /** Takes the batch that `peek` gave out of the way for good, unsent: it leaves a hole. */
  giveUp(batch: SpooledBatch, reason: string): void {
    this.#ready.shift();
    this.lane.setAside(batch.seq, reason);
  }

  /** Goes on behind a hole: the numbers of the next hello. Only where nothing is in flight. */
  skipHole(): { oldestSeq: number; nextSeq: number } {
    const { oldestSeq, nextSeq } = this.lane.status();
    const to = Math.max(this.#nextToSend, this.lane.read(this.#nextToSend, 1)[0]?.seq ?? nextSeq, oldestSeq);
    this.#nextToSend = to;
    this.#settled = to;
    this.#ready = [];
    return { oldestSeq: to, nextSeq: Math.max(to, nextSeq) };
  }

  /** False where the number was never sent. */
  acknowledge(seq: number): boolean {
    if (seq >= this.#nextToSend) return false;
    this.#settle(seq + 1);
    this.lane.ackUpTo(seq);
    return true;
  }

  /** Takes a batch that was refused for good out of the way; false where it is not in flight. */
  refuse(seq: number, reason: string): boolean {
    if (seq >= this.#nextToSend || seq < this.#settled) return false;
    this.lane.setAside(seq, reason);
    this.#refusedAhead.add(seq);
    this.#settle(this.#settled);
    return true;
  }

  #settle(upTo: number): void {
    this.#settled = Math.max(this.#settled, upTo);
    while (this.#refusedAhead.delete(this.#settled)) this.#settled++;
  }
}
