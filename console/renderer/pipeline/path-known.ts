// Whether what the window holds of the path is true of now. Pure.
import type { ConnectionState } from '../../common/console-api.ts';
import type { PipelineView } from '../../common/pipeline-view.ts';
import { formatMoment } from '../parts/format.ts';
import type { TimeRange } from '../state/time-range.ts';

/** `now`: the figures hold. `past`: the window shows another time. `unknown`: nobody has told for a while, for this reason. */
export type PathKnown = { kind: 'now' } | { kind: 'past' } | { kind: 'unknown'; words: string };

/** The gateway is asked every two seconds. */
const STALE_MS = 15_000;
const ETL_SILENT_MS = 15_000;
const COMPLETENESS_MS = 60_000;

/** `nowMs` by the gateway's clock. */
export function pathKnown(connection: ConnectionState, range: TimeRange, view: PipelineView | null, nowMs: number): PathKnown {
  if (range.kind === 'past') return { kind: 'past' };
  if (connection.kind === 'lost' || connection.kind === 'refused') {
    const since = view === null ? connection.sinceMs : view.asOfMs;
    const why = connection.kind === 'lost' ? 'this console is not connected to the gateway' : 'the gateway refuses this console';
    return { kind: 'unknown', words: `since ${formatMoment(since, nowMs)}: ${why}` };
  }
  if (view === null) return { kind: 'unknown', words: 'yet: the gateway has not answered' };
  if (connection.kind !== 'connected') return { kind: 'unknown', words: 'yet: connecting to the gateway' };
  if (nowMs - view.asOfMs <= STALE_MS) return { kind: 'now' };
  return { kind: 'unknown', words: `since ${formatMoment(view.asOfMs, nowMs)}: the gateway no longer answers for the pipeline` };
}

/** Whether the ETL still reports; what it says of rows, tables and disk is worth nothing otherwise. */
export function etlReports({ asOfMs, etlAsOfMs }: PipelineView): boolean {
  return etlAsOfMs !== null && asOfMs - etlAsOfMs <= ETL_SILENT_MS;
}

/** Rows stored a second; null where the ETL does not report: the 0 of the gateway is none that anybody measured. */
export function storedPerSecond(view: PipelineView): number | null {
  return etlReports(view) ? view.rowsPerSecond : null;
}

/** Whether the ledger could be read lately. */
export function isCompletenessKnown({ asOfMs, completenessAsOfMs }: PipelineView): boolean {
  return completenessAsOfMs !== null && asOfMs - completenessAsOfMs <= COMPLETENESS_MS;
}
