// What the gateway's account of the ledger proves.
import { ledgerVerdict } from '../../core/common/ledger-verdict.ts';
import type { VerifyResponse } from '../../proto/gen/messages.ts';

/** Whether every acknowledged batch is accounted for, once, and why not. */
export function verdictOf(answer: VerifyResponse): ReturnType<typeof ledgerVerdict> {
  const { stored, dropped, inFlight, lost, undecided, doubled: doubledRows, missingRows, uncomparedRows, holes } = answer;
  return ledgerVerdict({ stored, dropped, inFlight, lost, undecided, doubledRows, missingRows, uncomparedRows, holes: holes.length });
}
