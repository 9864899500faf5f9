// The last minutes of the path's own figures, kept while the window lives: a trend is there when the page opens again.
import type { PipelineView } from '../../common/pipeline-view.ts';
import { Store } from '../state/store.ts';

const MAX_POINTS = 150;
/** Farther apart, something was not heard: the line has a gap. */
const GAP_MS = 10_000;

export interface PathTrends {
  agents: readonly number[];
  rowsPerSecond: readonly number[];
  pendingRows: readonly number[];
  lagSeconds: readonly number[];
}

const NONE: PathTrends = { agents: [], rowsPerSecond: [], pendingRows: [], lagSeconds: [] };

export class PathHistory {
  readonly trends = new Store<PathTrends>(NONE);
  #lastMs = 0;

  add(view: PipelineView): void {
    if (view.asOfMs <= this.#lastMs) return;
    const gap = this.#lastMs > 0 && view.asOfMs - this.#lastMs > GAP_MS;
    this.#lastMs = view.asOfMs;
    const before = this.trends.get();
    const grown = (values: readonly number[], value: number): number[] =>
      [...values, ...(gap ? [Number.NaN] : []), value].slice(-MAX_POINTS);
    this.trends.set({
      agents: grown(before.agents, view.connectedAgents),
      rowsPerSecond: grown(before.rowsPerSecond, view.rowsPerSecond),
      pendingRows: grown(before.pendingRows, view.pendingRows),
      lagSeconds: grown(before.lagSeconds, view.lagSeconds),
    });
  }
}
