// What an import says at its end, from the ledger: in words, as JSON, and as an exit code.
import { accountLines, isWhole, type RowAccount } from '../../core/common/row-account.ts';
import type { ImportTally } from '../../core/files/import/import-tally.ts';
import { EXIT } from '../../core/node/exit-code.ts';
import { ProgressLine } from '../terminal/progress-line.ts';
import { formatCount } from '../terminal/quantity.ts';
import type { ImportDoor } from './import-door.ts';

/** How long the ledger may stand still before the import ends without it; and where all was sent in an earlier run, which it may have forgotten since. */
const QUIET_MS = 60_000;
export const SENT_BEFORE_QUIET_MS = 5000;

/** Waits until the ledger has the whole import. */
export async function untilInLedger(
  door: Pick<ImportDoor, 'account'>,
  tally: ImportTally,
  about: { epoch: Uint8Array; measurement: string },
  stream: NodeJS.WriteStream | undefined,
  quietMs = QUIET_MS,
): Promise<void> {
  const text = (): string =>
    `waits for the ledger: ${formatCount(tally.ledger?.batches ?? 0)} of ${formatCount(tally.sent.batches)} batches are stored`;
  const progress = stream === undefined ? undefined : new ProgressLine(stream, text);
  try {
    await tally.settle((question) => door.account(question), about, quietMs);
  } finally {
    progress?.stop();
  }
}

export function outcomeLines(account: RowAccount, table: string, waited: boolean, problem: unknown): string[] {
  const lines = accountLines(account, formatCount, table);
  if (account.pending === 0) return lines;
  const why = problem instanceof Error ? ` (${problem.message})` : '';
  return [
    ...lines,
    waited
      ? `the ledger does not have all of it (nothing has changed for a while${why}): what was accepted is durable; see muster pipeline, and import the file again to be told`
      : 'what was accepted is durable; import the file again to be told what is stored',
  ];
}

export function outcomeJson(account: RowAccount): object {
  const { read, accepted, stored, joined, replaced, overwritten, aside, setAside, pending, refused, leftOut } = account;
  return {
    ...{ rowsRead: read, rowsAccepted: accepted, rowsStored: stored, rowsJoined: joined, rowsReplaced: replaced },
    ...{ rowsOverwritten: overwritten, rowsSetAside: aside, setAside, rowsPending: pending, rowsRefused: refused, rowsLeftOut: leftOut },
  };
}

/** 0 where every row is stored as it was, or left out as asked; 69 where that is not known yet, though it was waited for. */
export function outcomeCode(account: RowAccount, waited: boolean): number {
  if (isWhole(account)) return EXIT.ok;
  if (!isWhole({ ...account, pending: 0 })) return EXIT.failure;
  return waited ? EXIT.unavailable : EXIT.ok;
}
