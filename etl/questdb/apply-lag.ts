// How far the database is behind in applying what it took: it acknowledges rows when they are in its write-ahead log, and takes more than it can apply until
// the disk is full. While it is too far behind, nothing more is given to it.
import { Gate } from '../gate.ts';

export interface TableLag {
  table: string;
  /** Taken and not applied. */
  transactions: number;
}

export interface ApplyLagLimits {
  /** Of one table. */
  transactions: number;
  /** Of all tables. */
  rows: number;
}

/** Some 2 GB of log. A database that keeps up has a handful of transactions to apply. */
export const APPLY_LAG_LIMITS: ApplyLagLimits = { transactions: 500, rows: 20_000_000 };

/** From half of each limit on, messages are taken again. */
const AGAIN = 0.5;

export class ApplyLag {
  readonly #limits: ApplyLagLimits;
  readonly #gate = new Gate();
  /** One sentence while nothing is taken, else empty. */
  problem = '';

  constructor(limits = APPLY_LAG_LIMITS) {
    this.#limits = limits;
    this.#gate.open();
  }

  /** Resolves when the database may be given more. */
  room(): Promise<void> {
    return this.#gate.wait();
  }

  /** What was found. A suspended table is not to be among them: it applies nothing, and must not hold up the others. */
  note(lags: readonly TableLag[], rows: number): void {
    const share = this.problem === '' ? 1 : AGAIN;
    const worst = lags.reduce<TableLag>((most, lag) => (lag.transactions > most.transactions ? lag : most), { table: '', transactions: 0 });
    if (worst.transactions <= this.#limits.transactions * share && rows <= this.#limits.rows * share) {
      this.release();
      return;
    }
    this.problem =
      `QuestDB is behind in applying what it took: ${worst.transactions} transactions of ${worst.table || 'its tables'} and ${rows} rows of all ` +
      'tables wait, so the ETL takes no more until half of its limit is applied; see what keeps its disk and CPU busy';
    this.#gate.close();
  }

  /** Lets everybody through, also at a stop. */
  release(): void {
    this.problem = '';
    this.#gate.open();
  }
}
