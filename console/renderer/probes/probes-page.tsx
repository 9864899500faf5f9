// The probes: every place against every target, the chosen path over time, and what is worst now.
import { useDeferredValue, useMemo, useState } from 'react';
import { DisconnectedNotice } from '../fleet/disconnected-notice.tsx';
import { createPlaceBook } from '../map/places.ts';
import { useConsole } from '../state/console-state.ts';
import { navigate } from '../state/route.ts';
import { shareAddress } from '../state/share-address.ts';
import { useStore } from '../state/store.ts';
import { CopyAs } from '../widgets/copy-as.tsx';
import { formatClock, formatNumber, plural, zoneName } from '../widgets/format.ts';
import { grpcurlCall, musterQuery } from '../widgets/shell-command.ts';
import { blameOf, isAsUsual } from './blame.ts';
import { createMatrix, type Measure } from './matrix.ts';
import { MatrixTable } from './matrix-table.tsx';
import { PathChart } from './path-chart.tsx';
import { PathList } from './path-list.tsx';
import { summarySql } from './probe-data.ts';
import { type ProbePath, pathName } from './probe-paths.ts';
import { type ProbeChoice, ProbeTools } from './probe-tools.tsx';
import { ProbesEmpty } from './probes-empty.tsx';
import { pathSql } from './use-path-history.ts';
import { NOW_MS, useProbePaths } from './use-probe-paths.ts';

const FIRST_CHOICE: ProbeChoice = { text: '', kind: '', measure: 'p50', order: 'worst' };
/** The page lists what is wrong, and a few of the rest to compare with. */
const LEAST_LISTED = 8;

const MEASURE_WORDS: Readonly<Record<Measure, string>> = {
  p50: 'p50 over 5 min, ms',
  p95: 'p95 over 5 min, ms',
  loss: 'loss over 5 min, %',
  uptime: 'correct answers over 24 h, %',
};

export default function ProbesPage({ path: chosenKey }: { path?: string | undefined }) {
  const { fleet, time, connection } = useConsole();
  const range = useStore(time);
  const connected = useStore(connection).kind === 'connected';
  const snapshot = useStore(fleet.snapshot);
  // Where nodes stand changes seldom; what the probes say does not wait for it.
  const { nodes, version } = useDeferredValue(snapshot);
  // Dependencies: the version says that the nodes changed
  const book = useMemo(() => createPlaceBook(nodes.values(), undefined), [nodes, version]);
  const { paths: all, columns, asOfMs, loading, problem } = useProbePaths(book, nodes);
  const [choice, setChoice] = useState(FIRST_CHOICE);
  const paths = useMemo(() => all.filter((path) => isChosen(path, choice)), [all, choice]);
  const matrix = useMemo(() => createMatrix(paths, choice.order), [paths, choice.order]);
  const path = paths.find(({ key }) => key === chosenKey) ?? paths[0];
  const choose = ({ key }: ProbePath): void => navigate({ page: 'probes', path: key }, 'replace');
  // A path that was asked for over the window's time, else what the matrix shows.
  const sql =
    path !== undefined && path.key === chosenKey ? pathSql(columns, path.row, range, asOfMs) : summarySql(columns, asOfMs - NOW_MS, asOfMs);
  return (
    <>
      <div className="page-title">
        <h1>Probes</h1>
        <span className="t3 small cut">{all.length === 0 ? '' : summary(all, asOfMs)}</span>
        <span className="grow" />
        {all.length > 0 && <Legend measure={choice.measure} />}
        {all.length > 0 && (
          <CopyAs
            sql={sql}
            grpcurl={grpcurlCall(connection.get().gateway, 'Query', { sql })}
            cli={musterQuery(sql)}
            link={shareAddress({ page: 'probes', path: path?.key }, range)}
          />
        )}
      </div>
      {all.length > 0 && <ProbeTools choice={choice} kinds={countKinds(all)} onChange={setChoice} />}
      {paths.length > 0 && problem === '' && connected && <ProbesVerdict paths={paths} />}
      <DisconnectedNotice />
      {problem !== '' && (
        <p className="filter-problem small late" role="alert">
          The probes could not be read{all.length > 0 && `; shown as of ${formatClock(asOfMs)}`}: {problem}
        </p>
      )}
      {all.length > 0 ? (
        <>
          <MatrixTable matrix={matrix} measure={choice.measure} chosenKey={path?.key} onChoose={choose} />
          {paths.length === 0 && <p className="small t2 panel-note">No matches among {plural(all.length, 'path')}.</p>}
          <div className="probes-foot">
            <PathChart path={path} columns={columns} lines={['p50', 'p95', 'p99']} withLoss />
            <WorstNow paths={paths} chosenKey={path?.key} onChoose={choose} />
          </div>
        </>
      ) : (
        problem === '' && (loading ? <p className="small t3 panel-note">Loading…</p> : <ProbesEmpty ever={columns.size > 0} />)
      )}
    </>
  );
}

function WorstNow({
  paths,
  chosenKey,
  onChoose,
}: {
  paths: readonly ProbePath[];
  chosenKey: string | undefined;
  onChoose: (path: ProbePath) => void;
}) {
  const changed = paths.filter(({ health }) => health !== '').length;
  const listed = paths.slice(0, Math.max(changed, LEAST_LISTED));
  return (
    <section className="worst-now" aria-label="Worst now">
      <div className="chart-head">
        <h3>Worst now</h3>
        <span className="t3 cut">compared with the previous day</span>
      </div>
      <PathList paths={listed} chosenKey={chosenKey} onChoose={onChoose} against="usual" />
    </section>
  );
}

/** The page's answer to its question: where the fault is. */
function ProbesVerdict({ paths }: { paths: readonly ProbePath[] }) {
  const blame = blameOf(paths);
  const usual = paths.filter(isAsUsual).length;
  const young = paths.filter(({ health, usual }) => health === '' && usual === undefined).length;
  return (
    <p className="probes-verdict">
      {blame === undefined ? (
        <b>{young === 0 ? `All ${plural(paths.length, 'path')} as usual` : `No path is worse than usual`}</b>
      ) : (
        <b className="bad">
          {blame.seen}
          {blame.follows !== '' && `, ${blame.follows}`}
        </b>
      )}
      {(blame !== undefined || young > 0) && (
        <span className="t2">
          {formatNumber(usual)} of {plural(paths.length, 'path')} as usual
          {young > 0 && `, ${formatNumber(young)} without a baseline yet`}
        </span>
      )}
    </p>
  );
}

function Legend({ measure }: { measure: Measure }) {
  return (
    <div className="matrix-legend small t3" aria-hidden="true">
      {MEASURE_WORDS[measure]}; shade: times its usual, 1×
      {[0, 0.25, 0.5, 0.75, 1].map((shade) => (
        <i key={shade} style={{ '--shade': shade * 0.55 } as React.CSSProperties} />
      ))}
      3×
      <b />
      <span>
        failing<span className="wide-only">: over 3×, or 1 % more loss</span>
      </span>
    </div>
  );
}

function summary(paths: readonly ProbePath[], asOfMs: number): string {
  const places = new Set(paths.map(({ from }) => from)).size;
  const targets = new Set(paths.map(({ to, row }) => `${to} ${row.kind}`)).size;
  const count = (health: string): number => paths.filter((path) => path.health === health).length;
  const wrong = [`${formatNumber(count('bad'))} failing`, ...(count('late') > 0 ? [`${formatNumber(count('late'))} changed`] : [])].join(
    ', ',
  );
  return `${plural(places, 'place')} × ${plural(targets, 'target')}, ${wrong}, as of ${formatClock(asOfMs)} ${zoneName(asOfMs)}`;
}

function isChosen(path: ProbePath, { text, kind }: ProbeChoice): boolean {
  if (kind !== '' && path.row.kind !== kind) return false;
  const searched = `${pathName(path)} ${path.row.kind} ${path.row.target} ${path.row.region}`.toLowerCase();
  return text
    .toLowerCase()
    .split(/\s+/)
    .every((word) => searched.includes(word));
}

function countKinds(paths: readonly ProbePath[]): Map<string, number> {
  const kinds = new Map<string, number>();
  for (const { row } of paths) if (row.kind !== '') kinds.set(row.kind, (kinds.get(row.kind) ?? 0) + 1);
  return new Map([...kinds].sort(([a], [b]) => a.localeCompare(b)));
}
