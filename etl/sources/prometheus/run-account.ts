// What the ledger says of the rows that one run of a query has sent: the difference to what it said before.
import { setTimeout as wait } from 'node:timers/promises';
import type { LedgerAccount, RowsSetAside } from '../../../core/common/row-account.ts';

/** Asks the gateway for the ledger's sums over one epoch. */
export type AskLedger = (epoch: Uint8Array) => Promise<LedgerAccount>;

/** What became of the rows that were accepted. */
export interface RunOutcome {
  replaced: number;
  overwritten: number;
  setAside: RowsSetAside[];
  /** Epochs whose batches were not all in the ledger when the wait ended, or that could not be asked. */
  open: number;
}

interface Epoch {
  epoch: Uint8Array;
  before: LedgerAccount | undefined;
  /** Batches that the ledger has when all is stored. */
  batches: number;
}

/** Epochs that are remembered; a back-fill has one for each window. */
const MAX_EPOCHS = 2000;
const LOOK_MS = 300;

export class RunAccount {
  readonly #ask: AskLedger;
  readonly #epochs = new Map<string, Epoch>();
  #forgotten = 0;

  constructor(ask: AskLedger) {
    this.#ask = ask;
  }

  /** Call it before the first batch of an epoch goes out. */
  async begin(epoch: Uint8Array): Promise<void> {
    const key = Buffer.from(epoch).toString('hex');
    if (this.#epochs.has(key)) return;
    if (this.#epochs.size >= MAX_EPOCHS) {
      this.#forgotten++;
      return;
    }
    const before = await this.#ask(epoch).catch(() => undefined);
    this.#epochs.set(key, { epoch, before, batches: 0 });
  }

  /** `batches` were given numbers in this epoch so far, over all runs, those that the gateway refused left out. */
  sent(epoch: Uint8Array, batches: number): void {
    const known = this.#epochs.get(Buffer.from(epoch).toString('hex'));
    if (known !== undefined) known.batches = Math.max(known.batches, batches);
  }

  /** Waits for the ledger until nothing has changed there for so long. */
  async settle(quietMs: number): Promise<RunOutcome> {
    const outcome: RunOutcome = { replaced: 0, overwritten: 0, setAside: [], open: this.#forgotten };
    for (const { epoch, before, batches } of this.#epochs.values()) {
      let after = await this.#ask(epoch).catch(() => undefined);
      for (let changedMs = performance.now(); after === undefined || after.batches < batches; ) {
        if (performance.now() - changedMs >= quietMs) break;
        await wait(LOOK_MS);
        const seen = after?.batches;
        after = await this.#ask(epoch).catch(() => after);
        if (after?.batches !== seen) changedMs = performance.now();
      }
      if (before === undefined || after === undefined || after.batches < batches) outcome.open++;
      if (after !== undefined) add(outcome, before, after);
    }
    return outcome;
  }
}

function add(outcome: RunOutcome, before: LedgerAccount | undefined, after: LedgerAccount): void {
  outcome.replaced += Math.max(0, after.replacedRows - (before?.replacedRows ?? 0));
  outcome.overwritten += Math.max(0, after.overwrittenRows - (before?.overwrittenRows ?? 0));
  for (const { reason, rows, detail } of after.setAside) {
    const more = rows - (before?.setAside.find((known) => known.reason === reason)?.rows ?? 0);
    if (more <= 0) continue;
    const known = outcome.setAside.find((one) => one.reason === reason);
    if (known === undefined) outcome.setAside.push({ reason, rows: more, detail });
    else known.rows += more;
  }
}
