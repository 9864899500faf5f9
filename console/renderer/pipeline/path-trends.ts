// The last minutes of the path's own figures that the store does not keep, gathered as long as the window lives, on whatever page.
import type { PipelineView } from '../../common/pipeline-view.ts';
import { Store } from '../state/store.ts';
import { etlReports } from './path-known.ts';
import { NO_TREND, TREND_MINUTES, type Trend, type TrendSample, trendOf } from './trend-steps.ts';

const KEPT_MS = TREND_MINUTES * 60_000 + 30_000;
/** Answers come each second or two: of one step the last one counts. */
const APART_MS = 5000;

const FIGURES = {
  agents: (view: PipelineView) => view.connectedAgents,
  rowsPerSecond: (view: PipelineView) => (etlReports(view) ? view.rowsPerSecond : null) ?? Number.NaN,
  pendingRows: (view: PipelineView) => view.pendingRows ?? Number.NaN,
  lagSeconds: (view: PipelineView) => view.lagSeconds ?? Number.NaN,
};

export type PathTrends = Readonly<Record<keyof typeof FIGURES, Trend>>;

const NONE: PathTrends = { agents: NO_TREND, rowsPerSecond: NO_TREND, pendingRows: NO_TREND, lagSeconds: NO_TREND };

export class PathHistory {
  readonly trends = new Store<PathTrends>(NONE);
  /** Newest last; at most some 130 of the last minutes. */
  #views: PipelineView[] = [];

  add(view: PipelineView): void {
    const last = this.#views.at(-1);
    if (last !== undefined && view.asOfMs <= last.asOfMs) return;
    const before = this.#views.at(-2);
    if (last !== undefined && before !== undefined && view.asOfMs - before.asOfMs < APART_MS) this.#views.pop();
    this.#views.push(view);
    this.#views = this.#views.filter(({ asOfMs }) => view.asOfMs - asOfMs <= KEPT_MS);
    const trend = (read: (of: PipelineView) => number): Trend => {
      const samples = this.#views.map((each): TrendSample => ({ timeMs: each.asOfMs, value: read(each) }));
      return trendOf([samples], view.asOfMs);
    };
    this.trends.set({
      agents: trend(FIGURES.agents),
      rowsPerSecond: trend(FIGURES.rowsPerSecond),
      pendingRows: trend(FIGURES.pendingRows),
      lagSeconds: trend(FIGURES.lagSeconds),
    });
  }
}

/** One per window. */
export const pathHistory = new PathHistory();
