// The account of one import's rows: what the stream has of them, and what the ledger says since.
import { setTimeout as wait } from 'node:timers/promises';
import { type LedgerAccount, type RowAccount, toRowAccount } from '../../common/row-account.ts';

/** A batch of the import. */
export interface TalliedBatch {
  rows: number;
  /** Of its rows, Unix µs. */
  oldestUs: number;
  createdUs: number;
}

export interface LedgerQuestion {
  epochs: Uint8Array[];
  measurement: string;
  firstUs: number;
  lastUs: number;
}

/** Asks the gateway what the ledger says. May throw: it is asked again. */
export type AskLedger = (question: LedgerQuestion) => Promise<LedgerAccount>;

/** What an earlier run of the same import left. */
export interface TallyBefore {
  rows: number;
  batches: number;
  firstUs: number;
  lastUs: number;
}

/** Between two looks; longer the longer nothing changes, and than each look takes: the database has the rows to store meanwhile. */
const FIRST_LOOK_MS = 100;
const LONGEST_LOOK_MS = 2000;
const LONGEST_WHILE_GOING_ON_MS = 500;
const SHARE_OF_LOOKS = 5;

export class ImportTally {
  #before: TallyBefore;
  ledger: LedgerAccount | undefined;
  /** Why the ledger could not be asked last; undefined where it could. */
  problem: unknown;

  constructor(before: TallyBefore = { rows: 0, batches: 0, firstUs: 0, lastUs: 0 }) {
    this.#before = before;
  }

  take({ rows, oldestUs, createdUs }: TalliedBatch): void {
    const { batches, firstUs, lastUs } = this.#before;
    this.#before = {
      rows: this.#before.rows + rows,
      batches: batches + 1,
      firstUs: batches === 0 ? oldestUs : Math.min(firstUs, oldestUs),
      lastUs: Math.max(lastUs, createdUs),
    };
  }

  /** Rows and batches in the stream, and their times. */
  get sent(): Readonly<TallyBefore> {
    return this.#before;
  }

  get complete(): boolean {
    return (this.ledger?.batches ?? 0) >= this.#before.batches;
  }

  rows({ refused, leftOut }: { refused: number; leftOut: number }): RowAccount {
    const { rows: accepted, batches } = this.#before;
    return toRowAccount({ read: accepted + refused + leftOut, refused, leftOut, accepted, batches }, this.ledger ?? NOTHING);
  }

  /** Resolves when the ledger has every batch, when nothing has changed for `quietMs`, or when `given` says so. */
  async settle(
    ask: AskLedger,
    about: { epoch: Uint8Array | undefined; measurement: string },
    quietMs: number,
    given: () => boolean = () => false,
  ): Promise<void> {
    const { epoch, measurement } = about;
    let seen = -1;
    let quietSinceMs = performance.now();
    let longestMs = LONGEST_WHILE_GOING_ON_MS;
    for (let pauseMs = FIRST_LOOK_MS; !given() && epoch !== undefined; pauseMs = Math.min(longestMs, pauseMs * 1.5)) {
      const { batches, firstUs, lastUs } = this.#before;
      if (batches === 0) return;
      const askedMs = performance.now();
      try {
        this.ledger = await ask({ epochs: [epoch], measurement, firstUs, lastUs });
        this.problem = undefined;
      } catch (error) {
        // The database may be away as the ETL may be: both are waited for alike.
        this.problem = error;
      }
      if (this.complete && !this.ledger?.incomplete) return;
      const found = this.ledger?.batches ?? 0;
      if (found !== seen) {
        seen = found;
        quietSinceMs = performance.now();
        longestMs = LONGEST_WHILE_GOING_ON_MS;
        pauseMs = Math.min(pauseMs, longestMs);
      } else if (performance.now() - quietSinceMs > quietMs) return;
      else longestMs = LONGEST_LOOK_MS;
      await wait(Math.max(pauseMs, Math.min(LONGEST_LOOK_MS, (performance.now() - askedMs) * SHARE_OF_LOOKS)));
    }
  }
}

const NOTHING: LedgerAccount = {
  ...{ batches: 0, rows: 0, badRows: 0, mergedRows: 0, metRows: 0, replacedRows: 0, overwrittenRows: 0, setAside: [] },
};
