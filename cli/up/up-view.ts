// What a person sees while `muster up` runs: a table that renews itself on a terminal, a line for each change otherwise.
import { fault } from '../../core/node/faults.ts';
import { residentBytes } from '../process/process-info.ts';
import type { PartRecord, UpRecord } from '../state/up-record.ts';
import type { PartSnapshot } from '../supervise/supervised-part.ts';
import type { Output } from '../terminal/output.ts';
import { formatDuration, formatMebibytes } from '../terminal/quantity.ts';
import { type Column, tableLines } from '../terminal/table.ts';

export interface UpView {
  changed(record: UpRecord, part: PartSnapshot | undefined): void;
  /** Text above the table, which stays. */
  say(lines: readonly string[]): void;
  close(): void;
}

export function createUpView(output: Output): UpView {
  return output.interactive ? new LiveView(output) : plainView(output);
}

function plainView(output: Output): UpView {
  return {
    changed: (record, part) => {
      const found = record.parts.find(({ name }) => name === part?.name);
      if (found !== undefined) output.line(changeWords(found));
    },
    say: (lines) => {
      for (const line of lines) output.line(line);
    },
    close: () => {},
  };
}

function changeWords(part: PartRecord): string {
  const port = part.port > 0 && part.state === 'running' ? ` on port ${part.port}` : '';
  const pid = part.pid > 0 ? ` (process ${part.pid})` : '';
  const why = (isIll(part) || part.state === 'starting') && part.problem !== '' ? `: ${part.problem}` : '';
  return `${part.name}: ${part.state}${port}${pid}${why}`;
}

/** The parts as a table, for `up` and `status` alike. */
export function partsTable(parts: readonly PartRecord[], output: Output, nowMs: number): string[] {
  const columns: Column<PartRecord>[] = [
    { header: 'PART', text: (part) => part.name },
    { header: 'STATE', text: (part) => part.state, paint: (text, part) => paintState(text, part, output) },
    { header: 'PORT', text: (part) => (part.port === 0 ? '-' : String(part.port)), align: 'right' },
    { header: 'PID', text: (part) => (part.pid === 0 ? '-' : String(part.pid)), align: 'right' },
    { header: 'RSS MiB', text: (part) => formatMebibytes(part.pid === 0 ? undefined : residentBytes(part.pid)), align: 'right' },
    { header: 'RESTARTS', text: (part) => String(part.restarts), align: 'right' },
    { header: 'SINCE', text: (part) => formatDuration(nowMs - part.sinceMs), align: 'right' },
    { header: '', text: (part) => part.problem, paint: output.paint.dim, maxWidth: Math.max(40, output.columns - 70) },
  ];
  return tableLines(columns, parts, output.paint.bold);
}

function paintState(text: string, part: PartRecord, { paint }: Output): string {
  if (part.state === 'running') return paint.green(text);
  return isIll(part) ? paint.red(text) : paint.yellow(text);
}

function isIll({ state }: PartRecord): boolean {
  return state === 'restarting' || state === 'failing';
}

const REFRESH_MS = 1000;

class LiveView implements UpView {
  readonly #output: Output;
  readonly #timer: NodeJS.Timeout;
  #record: UpRecord | undefined;
  #drawn = 0;

  constructor(output: Output) {
    this.#output = output;
    this.#timer = setInterval(() => this.#draw(), REFRESH_MS);
    this.#timer.unref();
  }

  changed(record: UpRecord): void {
    this.#record = record;
    this.#draw();
  }

  say(lines: readonly string[]): void {
    this.#output.write(`${this.#erase()}${lines.join('\n')}\n`).catch(fault);
    this.#draw();
  }

  close(): void {
    clearInterval(this.#timer);
    this.#draw();
  }

  #erase(): string {
    const up = this.#drawn === 0 ? '' : `\u001b[${this.#drawn}A`;
    this.#drawn = 0;
    return `${up}\u001b[J`;
  }

  #draw(): void {
    if (this.#record === undefined) return;
    const lines = ['', ...partsTable(this.#record.parts, this.#output, Date.now()), this.#output.paint.dim('Ctrl-C ends all')];
    // Without wrapping: a line of the table must take one row of the screen, or the next drawing begins at the wrong one.
    this.#output.write(`${this.#erase()}\u001b[?7l${lines.join('\n')}\n\u001b[?7h`).catch(fault);
    this.#drawn = lines.length;
  }
}
