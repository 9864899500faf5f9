// Where every batch and row is. What nobody can explain is a line of its own.
import { nodesWords } from '../../../core/common/kind-words.ts';
import { useConsole } from '../state/console-state.ts';
import { formatAge, formatMoment, formatNumber } from '../widgets/format.ts';
import { KnownFigure } from '../widgets/known-figure.tsx';
import { visible } from '../widgets/visible-text.ts';
import type { LedgerAnswer, LedgerState } from './ledger-check.ts';
import { ledgerLines } from './ledger-lines.ts';

export function Ledger({ state: { answer, error, running } }: { state: LedgerState }) {
  const { fleet } = useConsole();
  const now = fleet.now();
  return (
    <section className="panel" aria-label="Ledger">
      <div className="chart-head">
        <h3>Ledger</h3>
        <span className="t3">
          {answer !== undefined &&
            `checked at ${formatMoment(answer.proof.asOfMs, now)}, ${formatAge(now - answer.proof.asOfMs)} ago, ${lookedAt(answer.proof)}`}
        </span>
      </div>
      {error !== undefined && <p className="small bad panel-note">The ledger could not be checked: {error.message}</p>}
      {answer === undefined && error === undefined && running && (
        <p className="small t3 panel-note">Comparing the ledger with the tables…</p>
      )}
      {answer !== undefined && <LedgerTable {...answer} nowMs={now} />}
    </section>
  );
}

function lookedAt({ nodes, machines, sources }: LedgerAnswer['proof']): string {
  return machines === null || sources === null ? nodesWords({ nodes }) : nodesWords({ nodes, machines, sources });
}

function LedgerTable({ proof, pendingRows, spooledRows, nowMs }: LedgerAnswer & { nowMs: number }) {
  const lines = ledgerLines(proof, pendingRows, spooledRows);
  const collected = lines[0]?.batches ?? 0;
  return (
    <table className="plain-table ledger-table">
      <thead>
        <tr>
          <th>Where it is</th>
          <th className="num">Batches</th>
          <th className="num">Rows</th>
          <th className="num">Share %</th>
          <th>Detail</th>
        </tr>
      </thead>
      <tbody>
        {lines.map(({ where, batches, rows, detail, mark = '' }) => (
          <tr key={where} className={where === 'Unexplained' ? 'sum' : ''}>
            <td className="t1 cut">{visible(where, 80)}</td>
            <td className={`num ${mark || 't1'}`}>{batches === undefined ? '' : formatNumber(batches)}</td>
            <td className={`num ${mark || 't1'}`}>{rows !== undefined && <KnownFigure of={rows} nowMs={nowMs} />}</td>
            <td className="num">
              {batches === undefined || where === 'Unexplained' || collected === 0 ? '' : shareOf(batches, collected)}
            </td>
            <td className="cut" title={detail}>
              {detail}
            </td>
          </tr>
        ))}
        {proof.holes.slice(0, 50).map((hole) => (
          <tr key={`${hole.nodeId} ${hole.epoch} ${hole.firstSeq}`}>
            <td className="mono cut" title={hole.nodeId}>
              {hole.nodeId}
            </td>
            <td className="num bad">{formatNumber(hole.lastSeq - hole.firstSeq + 1)}</td>
            <td />
            <td />
            <td className="cut" title={hole.reason}>
              {formatNumber(hole.firstSeq)} to {formatNumber(hole.lastSeq)}: {visible(hole.reason, 200)}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** Never rounded up to all: a share of 99.99996 % is not all of it. */
function shareOf(part: number, all: number): string {
  if (part === 0) return '0';
  const percent = (part / all) * 100;
  return formatNumber(part < all ? Math.min(99.9999, percent) : percent, 4);
}
