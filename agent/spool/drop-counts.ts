// What was dropped since the agent started, by reason.
import type { DroppedRange } from '../../core/common/frame.ts';
import type { DropCount } from './spool.ts';

/** Reasons beyond this many are counted together: a gateway's words are in some of them. */
const MAX_REASONS = 16;
const OTHER = 'other';

export class DropCounts {
  readonly #counts = new Map<string, { batches: number; rows: number }>();

  add(range: Pick<DroppedRange, 'firstSeq' | 'lastSeq' | 'rows' | 'reason'>): void {
    const reason = this.#counts.has(range.reason) || this.#counts.size < MAX_REASONS ? range.reason : OTHER;
    const count = this.#counts.get(reason) ?? { batches: 0, rows: 0 };
    count.batches += range.lastSeq - range.firstSeq + 1;
    count.rows += range.rows;
    this.#counts.set(reason, count);
  }

  all(): DropCount[] {
    return [...this.#counts].map(([reason, count]) => ({ reason, ...count }));
  }
}
