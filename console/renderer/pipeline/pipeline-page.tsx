// The path from agents to the store: the verdict first, then hops, the ledger that adds up, and what was set aside.
import { ShieldCheck } from 'lucide-react';
import { useCallback, useEffect } from 'react';
import type { LedgerProof } from '../../common/pipeline-view.ts';
import { DisconnectedNotice } from '../fleet/disconnected-notice.tsx';
import { useConsole } from '../state/console-state.ts';
import { fleetKnownNow } from '../state/fleet-known.ts';
import { type Known, known, notKnown } from '../state/known.ts';
import { shareAddress } from '../state/share-address.ts';
import { useStore } from '../state/store.ts';
import { CopyAs } from '../widgets/copy-as.tsx';
import { formatClock, zoneName } from '../widgets/format.ts';
import { grpcurlCall } from '../widgets/shell-command.ts';
import { DeadLetters } from './dead-letters.tsx';
import { Hops } from './hops.tsx';
import { Ledger } from './ledger.tsx';
import { LedgerCheck } from './ledger-check.ts';
import { pathKnown, pathNow, pendingRowsOf } from './path-known.ts';
import { pathHistory } from './path-trends.ts';
import { spooledRows } from './spools.ts';
import { StoredRows } from './stored-rows.tsx';
import { SuspendedTables } from './suspended-tables.tsx';
import { useParts } from './use-parts.ts';
import { Verdict } from './verdict.tsx';

const WAIT_MS = 5000;

/** One per window: a visit shows the last answer until there is another. */
const check = new LedgerCheck();

export default function PipelinePage() {
  const { api, pipeline, fleet, connection, time, clock } = useConsole();
  const view = useStore(pipeline);
  const link = useStore(connection);
  const range = useStore(time);
  useStore(clock);
  const { nodes } = useStore(fleet.snapshot);
  const trends = useStore(pathHistory.trends);
  const parts = useParts();
  const ledger = useStore(check.state);
  const path = pathKnown(link, range, view, fleet.now());
  const verify = useCallback(
    (waitMs: number) =>
      check.run(api, waitMs, () => ({
        pendingRows: pendingRowsOf(pathNow(connection.get(), pipeline.get(), fleet.now())),
        spooledRows: spooledRows(fleetKnownNow({ connection, fleet }), fleet.snapshot.get()),
      })),
    [api, pipeline, fleet, connection],
  );
  const reachable = link.kind === 'connected';
  useEffect(() => {
    if (reachable && !check.isFresh(fleet.now())) verify(0);
    return () => check.stop();
  }, [verify, fleet, reachable]);
  return (
    <>
      <div className="page-title">
        <h1>Pipeline</h1>
        <span className="t3 small cut">
          {view === null || path.kind !== 'now' ? '' : `from agents to store, as of ${formatClock(view.asOfMs)} ${zoneName(view.asOfMs)}`}
        </span>
        <span className="grow" />
        <CopyAs
          grpcurl={grpcurlCall(connection.get().gateway, 'GetPipelineStatus', {})}
          cli="muster verify"
          link={shareAddress({ page: 'pipeline' }, range)}
        />
        <button
          type="button"
          className="button"
          disabled={ledger.running || !reachable}
          onClick={() => verify(WAIT_MS)}
          title="Compare the ledger with the tables, row by row"
        >
          <ShieldCheck size={14} strokeWidth={1.6} />
          {ledger.running ? 'Verifying…' : 'Verify now'}
        </button>
      </div>
      <DisconnectedNotice />
      <Verdict known={path} answer={ledger.answer} />
      {view !== null && path.kind === 'now' && <SuspendedTables view={view} />}
      {view !== null && (
        <Hops {...{ view, known: path.kind === 'now', tableRows: checkedRows(ledger.answer?.proof), nodes, trends, parts }} />
      )}
      <div className="pipeline-panels">
        <div className="pipeline-column">
          <Ledger state={ledger} />
          <StoredRows />
        </div>
        {view !== null && <DeadLetters view={view} unknown={path.kind === 'unknown' ? path.words : ''} />}
      </div>
    </>
  );
}

function checkedRows(proof: LedgerProof | undefined): Known<number> {
  return proof === undefined ? notKnown() : known(proof.tableRows, proof.asOfMs, 'store');
}
