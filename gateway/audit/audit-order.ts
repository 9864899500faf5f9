// Puts the records of one chain into their order, and tells what does not follow and what is not there.
import type { ChainLink } from './audit-chain.ts';

/** Records that a gateway has on their way at most: they may come in another order, and are lost where it is killed. */
export const ON_THE_WAY = 64;

/** A record that is as its gateway wrote it, where it was found. */
export interface PlacedRecord {
  link: ChainLink;
  seq: number;
  /** By the gateway's clock, Unix ms. */
  timeMs: number;
  /** When the stream took it, Unix ms. */
  takenMs: number;
}

/** What a chain tells of itself. */
export interface OrderReport {
  /** The numbers from `from` up to that of `next` are not there. */
  hole(order: ChainOrder, from: number, next: PlacedRecord): void;
  /** `record` names another one before it than the one that is there. */
  unconnected(order: ChainOrder, record: PlacedRecord): void;
}

export class ChainOrder {
  readonly id: string;
  readonly gateway: string;
  readonly #report: OrderReport;
  /** The largest number, and where it was found. */
  newest = 0;
  newestSeq = 0;
  /** The oldest one that is there, where that is not the first. */
  head: PlacedRecord | undefined;
  /** The number that comes next; undefined before it is known where the chain begins. */
  #next: number | undefined;
  #prev = '';
  /** Came before their turn. */
  readonly #early = new Map<number, PlacedRecord>();

  constructor(id: string, gateway: string, report: OrderReport) {
    this.id = id;
    this.gateway = gateway;
    this.#report = report;
  }

  /** In the order of the stream. */
  place(record: PlacedRecord): void {
    const { n } = record.link;
    if (n > this.newest) [this.newest, this.newestSeq] = [n, record.seq];
    if (n === 1) this.#next ??= 1;
    // The same record twice: its acknowledgement was lost, and the stream took it again.
    if (this.#next !== undefined && n < this.#next) return;
    this.#early.set(n, record);
    this.#goOn();
    if (this.#early.size > ON_THE_WAY) this.#skip();
  }

  /** After the last one. */
  end(): void {
    while (this.#early.size > 0) this.#skip();
  }

  #goOn(): void {
    while (this.#next !== undefined) {
      const found = this.#early.get(this.#next);
      if (found === undefined) return;
      if (this.#prev !== '' && found.link.prev !== this.#prev) this.#report.unconnected(this, found);
      this.#early.delete(this.#next);
      this.#prev = found.link.mac;
      this.#next += 1;
    }
  }

  /** What comes next does not come. */
  #skip(): void {
    const least = Math.min(...this.#early.keys());
    const record = this.#early.get(least);
    if (record === undefined) return;
    if (this.#next === undefined) this.head = record;
    else if (least > this.#next) this.#report.hole(this, this.#next, record);
    this.#next = least;
    this.#prev = '';
    this.#goOn();
  }
}
