// The first line of the page: how much of what was collected is accounted for, as far as that is known now.

import { useConsole } from '../state/console-state.ts';
import { formatMoment, formatNumber, plural } from '../widgets/format.ts';
import { StateMark } from '../widgets/state-mark.tsx';
import type { LedgerAnswer } from './ledger-check.ts';
import { completenessOf, type PathKnown } from './path-known.ts';

export function Verdict({ known, answer }: { known: PathKnown; answer: LedgerAnswer | undefined }) {
  const { returnToLive, fleet } = useConsole();
  if (known.kind === 'past') {
    return (
      <div className="verdict">
        <p>
          <b className="t3">Only known for now</b>
          <span className="t2">The state of the pipeline is not kept. Rows per second, below, follows the time range.</span>
          <button type="button" className="link" onClick={returnToLive}>
            Return to live
          </button>
        </p>
      </div>
    );
  }
  if (known.kind === 'unknown') {
    return (
      <div className="verdict">
        <p>
          <b className="t3">Not known</b>
          <span className="t2">{known.words}</span>
        </p>
      </div>
    );
  }
  const { value: view } = known.path;
  const complete = completenessOf(known.path);
  const proof = answer?.proof;
  const unexplained = proof === undefined ? undefined : proof.lost + proof.missingRows + proof.doubledRows;
  return (
    <div className="verdict">
      <p>
        {complete.worth !== 'unknown' ? (
          <b>{formatNumber(Math.floor(complete.value * 1e4) / 1e4, complete.value === 100 ? 0 : 4)} % complete</b>
        ) : (
          <b className="late">Completeness not known</b>
        )}
        <span className="t2">
          {complete.worth === 'unknown' ? complete.reason : 'stored or safely on the way'}
          {proof !== undefined && (
            <>
              . At {formatMoment(proof.asOfMs, fleet.now())}: {formatNumber(proof.ledgerRows)} rows in the ledger,{' '}
              <strong>{plural(proof.inFlight, 'batch', 'batches')} in flight</strong>, {formatNumber(proof.dropped)} dropped,{' '}
              <strong className={unexplained === 0 ? '' : 'bad'}>{formatNumber(unexplained)} unexplained</strong>
              {proof.uncomparedRows !== null && proof.uncomparedRows > 0 && (
                <>
                  , <strong className="late">{plural(proof.uncomparedRows, 'row', 'rows')} not compared</strong>
                </>
              )}
              .
            </>
          )}
        </span>
      </p>
      {view.problems.map((problem) => (
        <p key={problem} className="small bad state">
          <StateMark state="silent" />
          {problem}
        </p>
      ))}
      {!view.durable && (
        <p className="small late state">
          <StateMark state="late" />
          An acknowledgement does not mean "on disk", or that is not known: a power cut may lose acknowledged data. Set sync_interval to
          always.
        </p>
      )}
    </div>
  );
}
