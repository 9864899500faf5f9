// How an import goes, in one line.
import { ProgressLine } from '../terminal/progress-line.ts';
import { formatBytes, formatCount, formatDuration } from '../terminal/quantity.ts';

export interface ProgressState {
  bytes: number;
  totalBytes: number;
  /** Durably in the stream. */
  rows: number;
}

export function showImportProgress(stream: NodeJS.WriteStream, state: () => ProgressState): ProgressLine {
  const first = state();
  return new ProgressLine(stream, (elapsedMs) => progressText(state(), first, elapsedMs));
}

/** `42 % · 1,234,567 rows accepted · 98,765 rows/s · 12 MiB of 30 MiB · 12 s left`, by what happened since `first`. */
export function progressText(state: ProgressState, first: ProgressState, elapsedMs: number): string {
  const share = state.totalBytes === 0 ? 1 : state.bytes / state.totalBytes;
  const rowsPerSecond = elapsedMs === 0 ? 0 : ((state.rows - first.rows) / elapsedMs) * 1000;
  const bytesPerMs = elapsedMs === 0 ? 0 : (state.bytes - first.bytes) / elapsedMs;
  const left = bytesPerMs === 0 ? '' : ` · ${formatDuration((state.totalBytes - state.bytes) / bytesPerMs)} left`;
  return `${Math.floor(share * 100)} % · ${formatCount(state.rows)} rows accepted · ${formatCount(rowsPerSecond)} rows/s · ${formatBytes(state.bytes)} of ${formatBytes(state.totalBytes)}${left}`;
}
