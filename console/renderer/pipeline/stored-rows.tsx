// Rows the ledger counts over the window's time, by when their batches were made: a dip is a time when something stood still.
import { useEffect, useState } from 'react';
import { type MusterError, toMusterError } from '../../../core/common/muster-error.ts';
import { ResultChart } from '../explore/result-chart.tsx';
import { type ResultSeries, toResultSeries } from '../explore/result-series.ts';
import { useConsole } from '../state/console-state.ts';
import { useStore } from '../state/store.ts';
import { type Bounds, boundsOf, sampleBy, sampleStepSeconds, spanOf } from '../state/time-range.ts';

const REFRESH_MS = 10_000;
const LEAST_STEP_MS = 10_000;
const ARRIVAL_MS = 5000;

export function StoredRows() {
  const { api, time, fleet } = useConsole();
  const range = useStore(time);
  const [shown, setShown] = useState<{ series: ResultSeries | undefined; bounds: Bounds }>();
  const [error, setError] = useState<MusterError>();
  useEffect(() => {
    const controller = new AbortController();
    const step = sampleStepSeconds(spanOf(range) * 4, LEAST_STEP_MS);
    const load = (): void => {
      const bounds = boundsOf(range, fleet.now());
      const { fromMs } = bounds;
      // The newest step is not over yet, and what arrives late still adds to it.
      const toMs = Math.min(bounds.toMs, Math.floor((fleet.now() - ARRIVAL_MS) / (step * 1000)) * step * 1000);
      const sql =
        `SELECT timestamp, sum(rows) / ${step} AS rows FROM deliveries ` +
        `WHERE timestamp >= '${new Date(fromMs).toISOString()}' AND timestamp < '${new Date(toMs).toISOString()}' SAMPLE BY ${sampleBy(step)}`;
      api.request('query', { sql, maxRows: 5000, timeoutMs: 10_000 }, controller.signal).then(
        (result) => {
          const series = toResultSeries(result);
          // Before the ledger's first row there was no fleet.
          const firstMs = series === undefined ? fromMs : (series.times[0] as number) * 1000;
          setShown({ series, bounds: { ...bounds, fromMs: Math.max(fromMs, firstMs) } });
          setError(undefined);
        },
        (thrown: unknown) => {
          if (!controller.signal.aborted) setError(toMusterError(thrown));
        },
      );
    };
    load();
    const timer = range.kind === 'live' ? setInterval(load, REFRESH_MS) : undefined;
    return () => {
      controller.abort();
      clearInterval(timer);
    };
  }, [api, fleet, range]);
  return (
    <section className="panel grow-panel">
      <div className="chart-head">
        <h3>Rows a second</h3>
        <span className="t3">in the ledger, by when they were collected</span>
      </div>
      {error !== undefined && <p className="small bad panel-note">{error.message}</p>}
      {error === undefined && shown !== undefined && shown.series === undefined && (
        <p className="small t3 panel-note">Nothing was collected in this stretch of time.</p>
      )}
      {shown?.series !== undefined && <ResultChart series={shown.series} bounds={shown.bounds} />}
    </section>
  );
}
