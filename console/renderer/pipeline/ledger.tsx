// Where every batch and row is. What nobody can explain is a line of its own.
import type { MusterError } from '../../../core/common/muster-error.ts';
import type { LedgerProof } from '../../common/pipeline-view.ts';
import { formatClock, formatNumber, plural } from '../parts/format.ts';

interface Line {
  where: string;
  batches?: number;
  rows?: number;
  detail: string;
  mark?: 'late' | 'bad' | '';
}

export function Ledger({ proof, error, running }: { proof: LedgerProof | undefined; error: MusterError | undefined; running: boolean }) {
  return (
    <section className="panel">
      <div className="chart-head">
        <h3>Ledger</h3>
        <span className="t3">{proof === undefined ? '' : `checked ${formatClock(proof.asOfMs)}, ${plural(proof.nodes, 'node')}`}</span>
      </div>
      {error !== undefined && <p className="small bad panel-note">The ledger could not be checked: {error.message}</p>}
      {proof === undefined && error === undefined && running && (
        <p className="small t3 panel-note">Comparing the ledger with the tables…</p>
      )}
      {proof !== undefined && <LedgerTable proof={proof} />}
    </section>
  );
}

function LedgerTable({ proof }: { proof: LedgerProof }) {
  const unexplained = proof.lost > 0 || proof.missingRows > 0 || proof.doubledRows > 0;
  return (
    <div className="panel-scroll">
      <table className="plain-table ledger-table">
        <thead>
          <tr>
            <th>Where it is</th>
            <th className="num">Batches</th>
            <th className="num">Rows</th>
            <th>Detail</th>
          </tr>
        </thead>
        <tbody>
          {linesOf(proof).map(({ where, batches, rows, detail, mark = '' }) => (
            <tr key={where}>
              <td className="t1 cut">{where}</td>
              <td className={`num ${batches === undefined ? '' : mark || 't1'}`}>{formatNumber(batches)}</td>
              <td className={`num ${rows === undefined ? '' : mark || 't1'}`}>{formatNumber(rows)}</td>
              <td className="cut" title={detail}>
                {detail}
              </td>
            </tr>
          ))}
          <tr className="sum">
            <td className="t1">Unexplained</td>
            <td className={`num ${proof.lost > 0 ? 'bad' : 't1'}`}>{formatNumber(proof.lost)}</td>
            <td className={`num ${unexplained ? 'bad' : 't1'}`}>{formatNumber(proof.missingRows + proof.doubledRows)}</td>
            <td className="cut">
              {unexplained
                ? `${formatNumber(proof.missingRows)} rows missing, ${formatNumber(proof.doubledRows)} rows too many`
                : 'the sums agree'}
            </td>
          </tr>
          {proof.holes.slice(0, 50).map((hole) => (
            <tr key={`${hole.nodeId} ${hole.epoch} ${hole.firstSeq}`}>
              <td className="mono cut" title={hole.nodeId}>
                {hole.nodeId}
              </td>
              <td className="num bad">{formatNumber(hole.lastSeq - hole.firstSeq + 1)}</td>
              <td className="num">–</td>
              <td className="cut" title={hole.reason}>
                {formatNumber(hole.firstSeq)} to {formatNumber(hole.lastSeq)}: {hole.reason}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function linesOf(proof: LedgerProof): Line[] {
  const reasons = Object.entries(proof.droppedByReason).map(([reason, count]) => `${reason} ${formatNumber(count)}`);
  return [
    {
      where: 'Stored in QuestDB',
      batches: proof.stored,
      rows: proof.ledgerRows,
      detail: `${formatNumber(proof.tableRows)} rows counted in the tables`,
    },
    { where: 'In flight', batches: proof.inFlight, detail: 'acknowledged, in the stream' },
    { where: 'In agents’ spools', batches: proof.inSpools, detail: 'as last reported' },
    { where: 'Dead letters', rows: proof.badRows, detail: 'rows set aside with a reason', mark: proof.badRows > 0 ? 'late' : '' },
    { where: 'Dropped', batches: proof.dropped, detail: reasons.join(', ') || 'none', mark: proof.dropped > 0 ? 'late' : '' },
  ];
}
