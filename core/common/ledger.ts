// The account of the fleet: each number an agent gave out is stored, on its way, dropped with a reason, or lost.
import { countOf, highest, intersect, normalize, type SeqRange, subtract } from './ledger-ranges.ts';

/** A range of batches that an agent said will never arrive. */
export interface DroppedSeqRange extends SeqRange {
  reason: string;
}

/** What is known of one epoch of one node. Ranges may come in any order and may overlap. */
export interface LedgerEpoch {
  nodeId: string;
  /** Hex. */
  epoch: string;
  /** The first number that must be accounted for; later than 1 only where the table's TTL removed the older ledger rows. */
  from?: number;
  /** As the agent said last: oldest number held and the next to be given. Absent where the spool is gone or was never heard of. */
  spool?: { oldest: number; next: number };
  /** One past the largest number ever heard of: what shows a lost end of an epoch whose spool is gone. */
  next?: number;
  /** Ledger rows in the database, a range a run of numbers; a number stored twice stands in two ranges. */
  stored: readonly SeqRange[];
  /** Batches in messages that the stream still holds, stored or not. */
  inStream: readonly SeqRange[];
  dropped: readonly DroppedSeqRange[];
}

/** Rows by the ledger against rows by counting the telemetry tables, for a node or for whatever the caller can count apart. */
export interface RowCount {
  scope: string;
  /** Sum of rows − bad rows − merged rows over the ledger. */
  ledger: number;
  /** `count()` over the telemetry tables. */
  counted: number;
}

export interface LedgerInput {
  epochs: readonly LedgerEpoch[];
  rows: readonly RowCount[];
}

/** A run of numbers that nothing accounts for. */
export interface Hole extends SeqRange {
  nodeId: string;
  epoch: string;
}

/** Batches by where they are; each number counts once, at the first of: stored, in flight, in a spool, dropped, lost. */
export interface Reconciliation {
  stored: number;
  inFlight: number;
  inSpools: number;
  dropped: number;
  /** Nothing accounts for them and nothing on its way can: unless the agent dropped them and has made no batch since. */
  lost: number;
  /** Nothing accounts for them yet, but the node has batches on their way, and one of these may say that they were dropped. */
  undecided: number;
  /** The ranges behind `lost`. */
  lostHoles: Hole[];
  /** The ranges behind `undecided`. */
  undecidedHoles: Hole[];
  droppedByReason: Record<string, number>;
  /** Numbers with more than one row in the ledger. */
  repeated: number;
  /** Rows counted beyond the ledger, over all scopes. */
  doubled: number;
  /** Rows of the ledger that were not counted, over all scopes. */
  missing: number;
}

/**
 * Settles the account. For a verdict without `undecided` take the spools' states first, wait until those numbers are stored, read
 * the ledger, and count the rows last, with senders at rest or the counts limited in time.
 */
export function reconcile(input: LedgerInput): Reconciliation {
  const result: Reconciliation = {
    ...{ stored: 0, inFlight: 0, inSpools: 0, dropped: 0, lost: 0, undecided: 0, repeated: 0, doubled: 0, missing: 0 },
    ...{ lostHoles: [], undecidedHoles: [], droppedByReason: {} },
  };
  const settled = input.epochs.map((epoch) => settle(epoch, result));
  for (const account of settled) judgeHoles(account, settled, result);
  for (const { ledger, counted } of input.rows) {
    result.doubled += Math.max(0, counted - ledger);
    result.missing += Math.max(0, ledger - counted);
  }
  return result;
}

interface Settled {
  epoch: LedgerEpoch;
  holes: SeqRange[];
  /** Highest number in flight or in the spool; 0 where there is none. */
  onItsWay: number;
}

function settle(epoch: LedgerEpoch, result: Reconciliation): Settled {
  const { spool } = epoch;
  const held = spool === undefined ? [] : [{ first: spool.oldest, last: spool.next - 1 }];
  const given = Math.max(
    (spool?.next ?? 1) - 1,
    (epoch.next ?? 1) - 1,
    highest(epoch.stored),
    highest(epoch.inStream),
    highest(epoch.dropped),
  );
  let open = normalize([{ first: epoch.from ?? 1, last: given }]);
  const take = (ranges: readonly SeqRange[]): SeqRange[] => {
    const taken = intersect(open, normalize(ranges));
    open = subtract(open, taken);
    return taken;
  };
  const stored = countOf(take(epoch.stored));
  const inFlight = take(epoch.inStream);
  const inSpool = take(held);
  result.stored += stored;
  result.inFlight += countOf(inFlight);
  result.inSpools += countOf(inSpool);
  for (const range of epoch.dropped) {
    const taken = countOf(take([range]));
    result.dropped += taken;
    if (taken > 0) result.droppedByReason[range.reason] = (result.droppedByReason[range.reason] ?? 0) + taken;
  }
  result.repeated += countOf(epoch.stored) - countOf(normalize(epoch.stored));
  return { epoch, holes: open, onItsWay: Math.max(highest(inFlight), highest(inSpool)) };
}

function judgeHoles(account: Settled, all: readonly Settled[], result: Reconciliation): void {
  const { nodeId, epoch } = account.epoch;
  const otherEpoch =
    account.holes.length > 0 && all.some((other) => other !== account && other.epoch.nodeId === nodeId && other.onItsWay > 0);
  for (const range of account.holes) {
    // A drop is told by a batch made later: one with a higher number, or one of a later spool.
    const mayBeExplained = otherEpoch || account.onItsWay > range.last;
    if (mayBeExplained) result.undecided += countOf([range]);
    else result.lost += countOf([range]);
    (mayBeExplained ? result.undecidedHoles : result.lostHoles).push({ nodeId, epoch, ...range });
  }
}
