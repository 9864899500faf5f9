// What the window knows of the path now, and of each of its figures. Pure.
import type { ConnectionState } from '../../common/console-api.ts';
import type { PipelineView } from '../../common/pipeline-view.ts';
import { type Known, type KnownValue, known, mapKnown, notKnown } from '../state/known.ts';
import { withheldWords } from '../state/link-known.ts';
import type { TimeRange } from '../state/time-range.ts';
import { formatMoment } from '../widgets/format.ts';

/** `now`: the figures hold. `past`: the window shows another time. `unknown`: nobody has told for a while, for this reason. */
export type PathKnown = { kind: 'now'; path: KnownValue<PipelineView> } | { kind: 'past' } | { kind: 'unknown'; words: string };

/** The gateway is asked every two seconds. */
const STALE_MS = 15_000;
const ETL_SILENT_MS = 15_000;
const COMPLETENESS_MS = 60_000;

/** `nowMs` by the gateway's clock. */
export function pathNow(connection: ConnectionState, view: PipelineView | null, nowMs: number): Known<PipelineView> {
  const withheld = connection.kind === 'connecting' && view === null ? '' : withheldWords(connection, view?.asOfMs ?? 0, nowMs);
  if (withheld !== '') return notKnown(withheld);
  if (view === null) return notKnown('yet: the gateway has not answered');
  if (nowMs - view.asOfMs <= STALE_MS) return known(view, view.asOfMs, 'live');
  return notKnown(`since ${formatMoment(view.asOfMs, nowMs)}: the gateway no longer answers for the pipeline`);
}

export function pathKnown(connection: ConnectionState, range: TimeRange, view: PipelineView | null, nowMs: number): PathKnown {
  if (range.kind === 'past') return { kind: 'past' };
  const now = pathNow(connection, view, nowMs);
  return now.worth === 'unknown' ? { kind: 'unknown', words: now.reason } : { kind: 'now', path: now };
}

/** Whether the ETL still reports; what it says of rows, tables and disk is worth nothing otherwise. */
export function etlReports({ asOfMs, etlAsOfMs }: PipelineView): boolean {
  return etlAsOfMs !== null && asOfMs - etlAsOfMs <= ETL_SILENT_MS;
}

/** Rows stored a second. Of an ETL that does not report nobody knows: the 0 of the gateway is none that anybody measured. */
export function storedPerSecond(path: Known<PipelineView>): Known<number> {
  if (path.worth === 'unknown') return path;
  const { value: view } = path;
  const { rowsPerSecond } = view;
  if (etlReports(view) && rowsPerSecond !== null) return mapKnown(path, () => rowsPerSecond);
  return notKnown(
    view.etlAsOfMs === null
      ? 'yet: the ETL has not reported'
      : `since ${formatMoment(view.etlAsOfMs, view.asOfMs)}: the ETL does not report`,
  );
}

/** Share of all batches that are accounted for, %, as the ledger was read last. */
export function completenessOf(path: Known<PipelineView>): Known<number> {
  if (path.worth === 'unknown') return path;
  const { completenessPercent, completenessAsOfMs, asOfMs } = path.value;
  if (completenessAsOfMs === null) return notKnown('yet: the ledger has not been read');
  if (asOfMs - completenessAsOfMs > COMPLETENESS_MS) {
    return notKnown(`since ${formatMoment(completenessAsOfMs, asOfMs)}: the ledger cannot be read`);
  }
  if (completenessPercent === null) return notKnown('now: no batch of the last hour is in the ledger');
  return known(completenessPercent, completenessAsOfMs, 'live');
}

/** Rows and batches set aside. */
export function lettersOf(path: Known<PipelineView>): Known<number> {
  return mapKnown(path, ({ deadLetters }) => Object.values(deadLetters).reduce((sum, count) => sum + count, 0));
}

/** In the stream and not stored; of an ETL that has stored nothing yet nobody knows how many. */
export function pendingRowsOf(path: Known<PipelineView>): Known<number> {
  if (path.worth === 'unknown') return path;
  const { pendingRows } = path.value;
  return pendingRows === null ? notKnown('yet: the ETL has stored no message') : mapKnown(path, () => pendingRows);
}
