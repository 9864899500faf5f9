// What an import asks the gateway beside its upload: what the store takes, and what the ledger says of the rows.
import type { LedgerAccount } from '../../core/common/row-account.ts';
import type { LedgerQuestion } from '../../core/files/import/import-tally.ts';
import type { FleetClient } from '../../proto/client/fleet-client.ts';
import type { CheckImportRequest, ImportCheck } from '../../proto/gen/messages.ts';
import { type FleetTarget, openFleet } from '../fleet/open-fleet.ts';

const ANSWER_WITHIN_MS = 10_000;

export class ImportDoor {
  readonly #client: FleetClient;

  /** Throws where a file of the target cannot be read. Connects with the first call. */
  constructor(target: FleetTarget) {
    this.#client = openFleet(target);
  }

  check(request: CheckImportRequest, timeoutMs = ANSWER_WITHIN_MS): Promise<ImportCheck> {
    return this.#client.call('checkImport', request, { timeoutMs });
  }

  account(question: LedgerQuestion): Promise<LedgerAccount> {
    return this.#client.call('getImportAccount', question, { timeoutMs: ANSWER_WITHIN_MS });
  }

  close(): void {
    this.#client.close();
  }
}
