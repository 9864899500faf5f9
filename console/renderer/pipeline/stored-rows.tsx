// Rows the ledger counts over the window's time, by when their batches were made: a dip is a time when something stood still.
import { useEffect, useState } from 'react';
import { numericColumn, type QueryResult } from '../../common/query-result.ts';
import { ResultChart } from '../explore/result/result-chart.tsx';
import { type ResultSeries, toResultSeries } from '../explore/result/result-series.ts';
import { askAgain } from '../state/ask-again.ts';
import { askWhole } from '../state/ask-whole.ts';
import { useConsole } from '../state/console-state.ts';
import { useStore } from '../state/store.ts';
import { type Bounds, boundsOf } from '../state/time-range.ts';
import { firstSql, ratesSql } from './rate-plan.ts';

const REFRESH_MS = 10_000;

export function StoredRows() {
  const { api, time, fleet } = useConsole();
  const range = useStore(time);
  const [shown, setShown] = useState<{ series: ResultSeries | undefined; collected: boolean; bounds: Bounds }>();
  const [problem, setProblem] = useState('');
  useEffect(() => {
    return askAgain({
      load: async (signal) => {
        const bounds = boundsOf(range, fleet.now());
        const ask = (sql: string): Promise<QueryResult> => askWhole(api, { sql, maxRows: 5000, timeoutMs: 10_000 }, signal);
        const firstMs = (numericColumn(await ask(firstSql(bounds)), 'first')?.[0] ?? Number.NaN) / 1000;
        // Before the ledger's first row there was no fleet.
        const fromMs = Number.isNaN(firstMs) ? bounds.fromMs : Math.max(bounds.fromMs, firstMs);
        const series = Number.isNaN(firstMs) ? undefined : toResultSeries(await ask(ratesSql(bounds, firstMs, fleet.now())));
        setShown({ series, collected: !Number.isNaN(firstMs), bounds: { ...bounds, fromMs } });
        setProblem('');
      },
      onProblem: setProblem,
      everyMs: range.kind === 'live' ? REFRESH_MS : undefined,
    });
  }, [api, fleet, range]);
  return (
    <section className="panel grow-panel">
      <div className="chart-head">
        <h3>Rows per second</h3>
        <span className="t3">in the ledger, by collection time</span>
      </div>
      {problem !== '' && <p className="small bad panel-note">{problem}</p>}
      {problem === '' && shown !== undefined && shown.series === undefined && (
        <p className="small t3 panel-note">
          {shown.collected ? 'Not enough data in this time range for a rate.' : 'Nothing was collected in this time range.'}
        </p>
      )}
      {shown?.series !== undefined && <ResultChart series={shown.series} bounds={shown.bounds} fromZero />}
    </section>
  );
}
