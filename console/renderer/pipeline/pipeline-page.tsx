// The path from agents to the store: the verdict first, then hops, the ledger that adds up, and what was set aside.
import { ShieldCheck } from 'lucide-react';
import { useCallback, useEffect, useState } from 'react';
import { type MusterError, toMusterError } from '../../../core/common/muster-error.ts';
import type { LedgerProof, PipelineView } from '../../common/pipeline-view.ts';
import { DisconnectedNotice } from '../fleet/disconnected-notice.tsx';
import { CopyAs } from '../parts/copy-as.tsx';
import { formatClock, formatNumber, plural, zoneName } from '../parts/format.ts';
import { grpcurlCall } from '../parts/shell-command.ts';
import { StateMark } from '../parts/state-mark.tsx';
import { useConsole } from '../state/console-state.ts';
import { shareAddress } from '../state/share-address.ts';
import { useStore } from '../state/store.ts';
import { DeadLetters } from './dead-letters.tsx';
import { Hops } from './hops.tsx';
import { Ledger } from './ledger.tsx';
import { PathHistory } from './path-trends.ts';
import { spoolsOf } from './spools.ts';
import { StoredRows } from './stored-rows.tsx';
import { SuspendedTables } from './suspended-tables.tsx';
import { useParts } from './use-parts.ts';

const WAIT_MS = 5000;

/** One a window: the trends go on from where they were. */
const path = new PathHistory();

export default function PipelinePage() {
  const { api, pipeline, fleet, connection } = useConsole();
  const view = useStore(pipeline);
  const { nodes } = useStore(fleet.snapshot);
  const trends = useStore(path.trends);
  const parts = useParts();
  useEffect(() => {
    if (view !== null) path.add(view);
  }, [view]);
  const [proof, setProof] = useState<LedgerProof>();
  const [error, setError] = useState<MusterError>();
  const [running, setRunning] = useState(false);
  const verify = useCallback(
    (waitMs: number) => {
      setRunning(true);
      api
        .request('verify', { nodeId: '', waitMs })
        .then(
          (answer) => {
            setProof(answer);
            setError(undefined);
          },
          (thrown: unknown) => setError(toMusterError(thrown)),
        )
        .finally(() => setRunning(false));
    },
    [api],
  );
  useEffect(() => verify(0), [verify]);
  return (
    <>
      <div className="page-title">
        <h1>Pipeline</h1>
        <span className="t3 small cut">
          {view === null ? '' : `agents to store, rates over the last 10 s, as of ${formatClock(view.asOfMs)} ${zoneName()}`}
        </span>
        <span className="grow" />
        <CopyAs
          grpcurl={grpcurlCall(connection.get().gateway, 'GetPipelineStatus', {})}
          cli="muster verify"
          link={shareAddress({ page: 'pipeline' })}
        />
        <button
          type="button"
          className="button"
          disabled={running}
          onClick={() => verify(WAIT_MS)}
          title="Compares the ledger with the tables, row by row"
        >
          <ShieldCheck size={14} strokeWidth={1.6} />
          {running ? 'Verifying…' : 'Verify now'}
        </button>
      </div>
      <DisconnectedNotice />
      {view !== null && <Verdict view={view} proof={proof} />}
      {view !== null && <SuspendedTables view={view} />}
      {view !== null && <Hops {...{ view, proof, nodes, trends, parts }} />}
      <div className="pipeline-panels">
        <div className="pipeline-column">
          <Ledger proof={proof} pendingRows={view?.pendingRows ?? 0} spooledRows={spoolsOf(nodes).rows} error={error} running={running} />
          <StoredRows />
        </div>
        {view !== null && <DeadLetters view={view} />}
      </div>
    </>
  );
}

function Verdict({ view, proof }: { view: PipelineView; proof: LedgerProof | undefined }) {
  const complete = view.completenessPercent;
  const unexplained = proof === undefined ? undefined : proof.lost + proof.missingRows + proof.doubledRows;
  return (
    <div className="verdict">
      <p>
        <b>{formatNumber(Math.floor(complete * 1e4) / 1e4, complete === 100 ? 0 : 4)} % complete</b>
        <span className="t2">
          stored or safely on the way
          {proof !== undefined && (
            <>
              , of {formatNumber(proof.ledgerRows)} rows in the ledger.{' '}
              <strong>{plural(proof.inFlight, 'batch', 'batches')} in flight</strong>, {formatNumber(proof.dropped)} dropped,{' '}
              <strong className={unexplained === 0 ? '' : 'bad'}>{formatNumber(unexplained)} unexplained</strong>.
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
          Acknowledgements do not mean "on disk": a power cut may lose what was acknowledged. Set sync_interval to always.
        </p>
      )}
    </div>
  );
}
