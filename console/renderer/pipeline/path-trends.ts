// The last minutes of the path's own figures, gathered as long as the window lives, on whatever page. The store does not keep them.
import type { PipelineView } from '../../common/pipeline-view.ts';
import { Store } from '../state/store.ts';
import { etlReports } from './path-known.ts';

const MAX_POINTS = 150;
/** Farther apart, something was not heard: the line has a gap. */
const GAP_MS = 20_000;

export interface PathTrends {
  agents: readonly number[];
  rowsPerSecond: readonly number[];
  pendingRows: readonly number[];
  lagSeconds: readonly number[];
  /** Of the oldest value. */
  sinceMs: number | null;
}

const NONE: PathTrends = { agents: [], rowsPerSecond: [], pendingRows: [], lagSeconds: [], sinceMs: null };

export class PathHistory {
  readonly trends = new Store<PathTrends>(NONE);
  #times: number[] = [];
  #lastMs = 0;

  add(view: PipelineView): void {
    if (view.asOfMs <= this.#lastMs) return;
    const gap = this.#lastMs > 0 && view.asOfMs - this.#lastMs > GAP_MS;
    this.#lastMs = view.asOfMs;
    const before = this.trends.get();
    this.#times = [...this.#times, ...(gap ? [view.asOfMs] : []), view.asOfMs].slice(-MAX_POINTS);
    const grown = (values: readonly number[], value: number): number[] =>
      [...values, ...(gap ? [Number.NaN] : []), value].slice(-MAX_POINTS);
    this.trends.set({
      agents: grown(before.agents, view.connectedAgents),
      rowsPerSecond: grown(before.rowsPerSecond, etlReports(view) ? view.rowsPerSecond : Number.NaN),
      pendingRows: grown(before.pendingRows, view.pendingRows),
      lagSeconds: grown(before.lagSeconds, view.lagSeconds),
      sinceMs: this.#times[0] ?? null,
    });
  }
}

/** One per window. */
export const pathHistory = new PathHistory();
