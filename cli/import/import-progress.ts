// How an import goes, on stderr: one line that is written over at a terminal, one every ten seconds elsewhere.
import { formatBytes, formatCount, formatDuration } from '../terminal/quantity.ts';

const TERMINAL_MS = 200;
const PIPE_MS = 10_000;

export interface ProgressState {
  bytes: number;
  totalBytes: number;
  /** Durably stored. */
  rows: number;
}

export class ImportProgress {
  readonly #stream: NodeJS.WriteStream;
  readonly #state: () => ProgressState;
  readonly #startedMs = performance.now();
  readonly #first: ProgressState;
  readonly #timer: NodeJS.Timeout;

  constructor(stream: NodeJS.WriteStream, state: () => ProgressState) {
    this.#stream = stream;
    this.#state = state;
    this.#first = state();
    this.#timer = setInterval(() => this.#show(), stream.isTTY ? TERMINAL_MS : PIPE_MS);
  }

  stop(): void {
    clearInterval(this.#timer);
    if (this.#stream.isTTY) this.#stream.write('\r\u001b[K');
  }

  #show(): void {
    const line = progressLine(this.#state(), this.#first, performance.now() - this.#startedMs);
    this.#stream.write(this.#stream.isTTY ? `\r\u001b[K${line.slice(0, (this.#stream.columns ?? 80) - 1)}` : `${line}\n`);
  }
}

/** `42 % · 1,234,567 rows stored · 98,765 rows/s · 12 MiB of 30 MiB · 12 s left`, by what happened since `first`. */
export function progressLine(state: ProgressState, first: ProgressState, elapsedMs: number): string {
  const share = state.totalBytes === 0 ? 1 : state.bytes / state.totalBytes;
  const rowsPerSecond = elapsedMs === 0 ? 0 : ((state.rows - first.rows) / elapsedMs) * 1000;
  const bytesPerMs = elapsedMs === 0 ? 0 : (state.bytes - first.bytes) / elapsedMs;
  const left = bytesPerMs === 0 ? '' : ` · ${formatDuration((state.totalBytes - state.bytes) / bytesPerMs)} left`;
  return `${Math.floor(share * 100)} % · ${formatCount(state.rows)} rows stored · ${formatCount(rowsPerSecond)} rows/s · ${formatBytes(state.bytes)} of ${formatBytes(state.totalBytes)}${left}`;
}
