// The answer: the facts of the run, then chart, table or map.
import { lazy, Suspense, useMemo, useState } from 'react';
import { CopyButton } from '../../widgets/copy-button.tsx';
import { formatBytes, formatClock, formatNumber, formatShort, plural, zoneName } from '../../widgets/format.ts';
import { MAX_ROWS, type QueryState } from '../query-state.ts';
import { toCsv, toTsv } from './csv.ts';
import { ResultChart } from './result-chart.tsx';
import { answerBytes, areShares, tierOf, toPoints } from './result-facts.ts';
import { toResultSeries } from './result-series.ts';
import { ResultTable } from './result-table.tsx';
import { orderedRows, type RowOrder } from './row-order.ts';

const PointMap = lazy(() => import('../../map/point-map.tsx').then((module) => ({ default: module.PointMap })));

type View = 'chart' | 'both' | 'table' | 'map';
const NAMES: Readonly<Record<View, string>> = { chart: 'Chart', both: 'Chart and table', table: 'Table', map: 'Map' };
/** More would be a clipboard nobody can paste; the export has them all. */
const MAX_COPIED_ROWS = 50_000;

let lastView: View = 'both';

export function ResultView({ state, nameOf }: { state: QueryState; nameOf: (value: string) => string | undefined }) {
  const { result, ran, running, ranMs, tookMs } = state;
  const [wanted, setWanted] = useState(lastView);
  const [order, setOrder] = useState<RowOrder>();
  const drawn = useMemo(() => (result === undefined ? undefined : toResultSeries(result, nameOf)), [result, nameOf]);
  const series = drawn?.problem === '' ? drawn : undefined;
  const points = useMemo(() => (result === undefined ? undefined : toPoints(result, nameOf)), [result, nameOf]);
  const rows = useMemo(() => (result === undefined ? undefined : orderedRows(result, order)), [result, order]);
  const bytes = useMemo(() => (result === undefined ? 0 : answerBytes(result)), [result]);
  if (result === undefined) return <NoAnswer running={running} />;
  const views = (Object.keys(NAMES) as View[]).filter((view) =>
    view === 'map' ? points !== undefined : view === 'table' || series !== undefined,
  );
  const view = views.includes(wanted) ? wanted : 'table';
  const choose = (chosen: View): void => {
    lastView = chosen;
    setWanted(chosen);
  };
  return (
    <>
      <div className="result-facts">
        <span className="run-fact" title={`${formatShort(result.elapsedMs)} ms in the store`}>
          <b>{formatShort(tookMs)} ms</b>
        </span>
        <span className="run-fact">
          <b>{formatNumber(result.rows)}</b> {result.rows === 1 ? 'row' : 'rows'}
        </span>
        <span className="run-fact">
          <b>{formatBytes(bytes)}</b>
        </span>
        <span className="run-fact">
          tier <b>{ran === undefined ? '–' : tierOf(ran.sql) || 'none'}</b>
        </span>
        {result.truncated && (
          <span className="late" title="Export to get all rows">
            cut at {plural(MAX_ROWS, 'row')}
          </span>
        )}
        {drawn !== undefined && drawn.problem !== '' && <span className="late cut">{drawn.problem}</span>}
        <span className="grow" />
        <span className="t3 ran">{running ? 'running…' : `ran ${formatClock(ranMs)} ${zoneName(ranMs)}`}</span>
        {result.rows > 0 && result.rows <= MAX_COPIED_ROWS && (
          <>
            <span className="t3 run-fact">Copy</span>
            <CopyButton text={() => toTsv(result, rows)} label="TSV" />
            <CopyButton text={() => toCsv(result, rows)} label="CSV" />
          </>
        )}
        {views.length > 1 && (
          <div className="joined" role="group" aria-label="Show as">
            {views.map((choice) => (
              <button key={choice} type="button" aria-pressed={view === choice} onClick={() => choose(choice)}>
                {NAMES[choice]}
              </button>
            ))}
          </div>
        )}
      </div>
      {series !== undefined && (view === 'chart' || view === 'both') && (
        <ResultChart series={series} bounds={ran?.ofWindow ? ran.bounds : undefined} fromZero={areShares(result)} />
      )}
      {view === 'map' && points !== undefined && (
        <Suspense fallback={<p className="blank t2">The map is loading…</p>}>
          <div className="result-map">
            <PointMap points={points} />
          </div>
        </Suspense>
      )}
      {(view === 'table' || view === 'both') &&
        (result.rows > 0 ? (
          <ResultTable result={result} rows={rows} order={order} onOrder={setOrder} nameOf={nameOf} />
        ) : (
          <p className="blank t2">No rows match.</p>
        ))}
    </>
  );
}

function NoAnswer({ running }: { running: boolean }) {
  if (running) {
    return (
      <div className="blank">
        <p>Running…</p>
      </div>
    );
  }
  return (
    <div className="blank">
      <h2>No query has run yet</h2>
      <p>Choose a measurement on the left, or run the query above. Names and values complete as you type.</p>
    </div>
  );
}
