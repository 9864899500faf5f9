// The lines of the ledger: every batch and row is in exactly one of them, so that they sum to what was collected.
import { ledgerVerdict } from '../../../core/common/ledger-verdict.ts';
import type { LedgerProof } from '../../common/pipeline-view.ts';
import { type Known, known, sumOf } from '../state/known.ts';
import { formatMoment, formatNumber } from '../widgets/format.ts';

export interface LedgerLine {
  where: string;
  batches?: number;
  /** Partial where somebody who holds some cannot be asked. */
  rows?: Known<number>;
  detail: string;
  mark?: 'late' | 'bad' | '';
}

/** `pendingRows` and `spooledRows` are what the stream and the agents say of what is on its way. */
export function ledgerLines(proof: LedgerProof, pendingRows: Known<number>, spooledRows: Known<number>): LedgerLine[] {
  const proven = (rows: number): Known<number> => known(rows, proof.asOfMs, 'store');
  const inFlightRows = proof.inFlight > 0 ? pendingRows : proven(0);
  const inSpoolRows = proof.inSpools > 0 ? spooledRows : proven(0);
  const lines: LedgerLine[] = [
    {
      where: 'Stored in QuestDB',
      batches: proof.stored,
      rows: proven(proof.ledgerRows - proof.missingRows),
      detail: `${formatNumber(proof.tableRows)} rows in the tables`,
    },
    { where: 'In flight', batches: proof.inFlight, rows: inFlightRows, detail: 'acknowledged, in the stream; rows are estimated' },
    { where: 'In agents’ spools', batches: proof.inSpools, rows: inSpoolRows, detail: 'as last reported' },
    {
      where: 'Dead letters',
      rows: proven(proof.badRows),
      detail: 'set aside with a reason',
      mark: proof.badRows > 0 ? 'late' : '',
    },
    ...droppedLines(proof),
    ...undecidedLines(proof),
  ];
  return [
    {
      where: 'Collected by agents',
      batches: lines.reduce((total, line) => total + (line.batches ?? 0), proof.lost),
      rows: sumOf([...lines.flatMap((line) => line.rows ?? []), proven(proof.missingRows)]),
      detail: 'the sum of the lines below',
    },
    ...lines,
    unexplainedLine(proof),
  ];
}

function droppedLines({ dropped, droppedByReason }: LedgerProof): LedgerLine[] {
  const reasons = Object.entries(droppedByReason).sort(([, a], [, b]) => b - a);
  const named = reasons.reduce((sum, [, count]) => sum + count, 0);
  const lines = reasons.map(
    ([reason, count]): LedgerLine => ({ where: `Dropped: ${reason}`, batches: count, detail: 'before sending', mark: 'late' }),
  );
  if (dropped > named) lines.push({ where: 'Dropped', batches: dropped - named, detail: 'reason not known', mark: 'late' });
  return dropped === 0 ? [{ where: 'Dropped', batches: 0, detail: 'none' }] : lines;
}

function undecidedLines({ undecided }: LedgerProof): LedgerLine[] {
  if (undecided === null || undecided === 0) return [];
  return [{ where: 'Not found yet', batches: undecided, detail: 'a batch on its way may still say that they were dropped', mark: 'late' }];
}

function unexplainedLine(proof: LedgerProof): LedgerLine {
  const { lost, missingRows, doubledRows, asOfMs, undecided, uncomparedRows, rowsSinceMs, holes } = proof;
  const { verdict, why } = ledgerVerdict({
    ...proof,
    undecided: undecided ?? undefined,
    uncomparedRows: uncomparedRows ?? undefined,
    holes: holes.length,
  });
  // Older rows may have left the tables by their time to live.
  const since = rowsSinceMs === null ? '' : `; rows compared since ${formatMoment(rowsSinceMs, asOfMs)}`;
  const detailOf = {
    whole: 'the sums agree',
    'not whole': `${formatNumber(missingRows)} rows missing, ${formatNumber(doubledRows)} duplicated`,
    'not proven': `not proven: ${why}`,
  };
  return {
    where: 'Unexplained',
    batches: lost,
    rows: known(missingRows, asOfMs, 'store'),
    detail: `${detailOf[verdict]}${since}`,
    mark: verdict === 'not whole' ? 'bad' : verdict === 'not proven' ? 'late' : '',
  };
}
