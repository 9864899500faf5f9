// The check of the ledger against the tables: one under way in a window at most, and its answer kept with when it was made.
import { type MusterError, toMusterError } from '../../../core/common/muster-error.ts';
import type { ConsoleApi } from '../../common/console-api.ts';
import type { LedgerProof } from '../../common/pipeline-view.ts';
import type { Known } from '../state/known.ts';
import { Store } from '../state/store.ts';

/** A proof with what was on its way when it was made. */
export interface LedgerAnswer {
  proof: LedgerProof;
  pendingRows: Known<number>;
  spooledRows: Known<number>;
}

export interface LedgerState {
  answer?: LedgerAnswer | undefined;
  error?: MusterError | undefined;
  running: boolean;
}

/** A visit of the page checks again where the last answer is older. */
const FRESH_MS = 60_000;

export class LedgerCheck {
  readonly state = new Store<LedgerState>({ running: false });
  #controller: AbortController | undefined;

  /** Runs one, unless one is under way. `onTheWay` is asked when the answer is there. */
  run(api: Pick<ConsoleApi, 'request'>, waitMs: number, onTheWay: () => Omit<LedgerAnswer, 'proof'>): void {
    if (this.#controller !== undefined) return;
    const controller = new AbortController();
    this.#controller = controller;
    const { answer } = this.state.get();
    this.state.set({ answer, running: true });
    api
      .request('verify', { nodeId: '', waitMs }, controller.signal)
      .then(
        (proof) => this.state.set({ answer: { proof, ...onTheWay() }, running: false }),
        (thrown: unknown) =>
          this.state.set(controller.signal.aborted ? { answer, running: false } : { answer, error: toMusterError(thrown), running: false }),
      )
      .finally(() => {
        if (this.#controller === controller) this.#controller = undefined;
      });
  }

  isFresh(nowMs: number): boolean {
    const asOfMs = this.state.get().answer?.proof.asOfMs;
    return asOfMs !== undefined && nowMs - asOfMs < FRESH_MS;
  }

  /** Nobody looks any more: the scan ends. */
  stop(): void {
    this.#controller?.abort();
    this.#controller = undefined;
  }
}
