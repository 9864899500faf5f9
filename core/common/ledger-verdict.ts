// What an account of the ledger proves, in one word. Pure.

/** `not proven`: nothing speaks against it, but something is not decided yet. */
export type LedgerVerdict = 'whole' | 'not whole' | 'not proven';

/** Batches, but for the last three, which are rows. */
export interface LedgerAccount {
  stored: number;
  dropped: number;
  inFlight: number;
  lost: number;
  /** Nothing accounts for them yet. A gateway of an earlier version does not tell them. */
  undecided: number | undefined;
  /** Runs of numbers that are named. */
  holes: number;
  doubledRows: number;
  missingRows: number;
  /** Nobody looked whether tables lack them. A gateway of an earlier version does not tell. */
  uncomparedRows: number | undefined;
}

/** The word, and why where it is not `whole`. */
export function ledgerVerdict(account: LedgerAccount): { verdict: LedgerVerdict; why: string } {
  const { stored, dropped, inFlight, lost, undecided, holes, doubledRows, missingRows, uncomparedRows = 0 } = account;
  if (lost + doubledRows + missingRows > 0) {
    return { verdict: 'not whole', why: `${lost} lost, ${doubledRows} doubled, ${missingRows} missing` };
  }
  const open = [
    ...(inFlight > 0 ? [`${batches(inFlight)} in flight, not stored yet`] : []),
    ...(undecided !== undefined && undecided > 0 ? [`${batches(undecided)} not found yet`] : []),
    ...(undecided === undefined && holes > 0 ? ['some batches not found yet'] : []),
    ...(uncomparedRows > 0 ? [`${doorRows(uncomparedRows)} not compared: tables keep rows for less time than the ledger`] : []),
  ];
  if (open.length > 0) return { verdict: 'not proven', why: open.join(', ') };
  if (stored + dropped === 0) return { verdict: 'not proven', why: 'nothing is in the ledger yet' };
  return { verdict: 'whole', why: '' };
}

function doorRows(count: number): string {
  return count === 1 ? '1 row that came by a door is' : `${count} rows that came by a door are`;
}

function batches(count: number): string {
  return count === 1 ? '1 batch' : `${count} batches`;
}
