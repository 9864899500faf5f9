// The answer: the facts of the run, then chart and table.
import { useMemo } from 'react';
import { CopyButton } from '../parts/copy-button.tsx';
import { formatClock, formatNumber, formatShort, plural, zoneName } from '../parts/format.ts';
import { toCsv } from './csv.ts';
import { MAX_ROWS, type QueryState } from './query-state.ts';
import { ResultChart } from './result-chart.tsx';
import { toResultSeries } from './result-series.ts';
import { ResultTable } from './result-table.tsx';

type View = 'chart' | 'both' | 'table';
const VIEWS: readonly { view: View; name: string }[] = [
  { view: 'chart', name: 'Chart' },
  { view: 'both', name: 'Chart and table' },
  { view: 'table', name: 'Table' },
];

export function ResultView({ state, view, onView }: { state: QueryState; view: View; onView: (view: View) => void }) {
  const { result, running, ranMs, tookMs } = state;
  const series = useMemo(() => (result === undefined ? undefined : toResultSeries(result)), [result]);
  if (result === undefined) {
    return (
      <div className="blank">
        {running ? (
          <p>Running…</p>
        ) : (
          <>
            <h2>No query has run yet</h2>
            <p>Run the one above, or write your own: the tables and their columns are on the left and complete as you type.</p>
          </>
        )}
      </div>
    );
  }
  const chart = series !== undefined && view !== 'table';
  const table = series === undefined || view !== 'chart';
  return (
    <>
      <div className="result-facts">
        <span>
          <b>{formatShort(tookMs)} ms</b>, {formatShort(result.elapsedMs)} in the store
        </span>
        <span>
          <b>{formatNumber(result.rows)}</b> {result.rows === 1 ? 'row' : 'rows'}
        </span>
        {result.truncated && <span className="late">cut at {plural(MAX_ROWS, 'row')}</span>}
        {series !== undefined && series.left > 0 && <span>{plural(series.left, 'series', 'series')} more than the chart shows</span>}
        <span className="grow" />
        <span className="t3 ran">{running ? 'running…' : `ran ${formatClock(ranMs)} ${zoneName()}`}</span>
        <CopyButton text={toCsv(result)} label="Copy as CSV" />
        {series !== undefined && (
          <div className="joined" role="group" aria-label="Show as">
            {VIEWS.map((choice) => (
              <button key={choice.view} type="button" aria-pressed={view === choice.view} onClick={() => onView(choice.view)}>
                {choice.name}
              </button>
            ))}
          </div>
        )}
      </div>
      {chart && <ResultChart series={series} />}
      {table && (result.rows > 0 ? <ResultTable result={result} /> : <p className="blank t2">The query is fine, and no row matches.</p>)}
    </>
  );
}
