// Exports under way: each reads its answer and writes it where the host of the page puts files. They go on while their page is hidden.
import { randomBytes } from 'node:crypto';
import { MusterError, toMusterError } from '../../core/common/muster-error.ts';
import { freezeNow } from '../../core/common/statement-clock.ts';
import { withoutEnd } from '../../core/common/statement-order.ts';
import { createColumnWriter } from '../../core/files/export/row-writer.ts';
import { fault } from '../../core/node/faults.ts';
import type { RequestArguments } from '../common/console-api.ts';
import type { ExportStart, ExportView } from '../common/export-view.ts';
import { type Ask, readExtent, readPages } from './export-pages.ts';

const MAX_RUNNING = 3;
const MAX_KEPT = 10;
const TELL_APART_MS = 250;

/** Where the bytes of an export go: a file that the operator chose, or a browser's download. */
export interface ExportTarget {
  /** Null where the operator chose none. The name is a suggestion without a folder. */
  open(name: string): Promise<ExportFile | null>;
}

export interface ExportFile {
  /** As the page tells it: without its folder. */
  name: string;
  /** Where a browser fetches it, beside its page; empty where there is nothing to fetch. */
  download: string;
  /** Resolves when the next may come. */
  write(data: Uint8Array | string): Promise<void>;
  /** All is written: it gets its place. */
  commit(): Promise<void>;
  /** Nothing of it stays. */
  abandon(): Promise<void>;
}

interface Job {
  view: ExportView;
  controller: AbortController;
  /** Resolves when nothing of it is under way any more. */
  ended: Promise<void>;
}

export class Exports {
  readonly #asking: (signal: AbortSignal) => Ask;
  readonly #target: ExportTarget | undefined;
  /** Newest first. */
  #jobs: Job[] = [];
  readonly #listeners = new Set<(views: readonly ExportView[]) => void>();
  #toldMs = 0;
  /** Whose file is being chosen. */
  #opening = 0;

  constructor(asking: (signal: AbortSignal) => Ask, target: ExportTarget | undefined) {
    this.#asking = asking;
    this.#target = target;
  }

  /** Answers once it is known where the file goes; it is then under way. */
  async start({ sql, format, name }: RequestArguments<'startExport'>, signal?: AbortSignal): Promise<ExportStart | null> {
    if (this.#target === undefined)
      throw new MusterError('failed_precondition', 'this console cannot write files: export with muster export');
    if (this.running + this.#opening >= MAX_RUNNING) {
      throw new MusterError('limit_exceeded', `${MAX_RUNNING} exports are under way: wait for one, or cancel it`);
    }
    this.#opening++;
    const file = await this.#target.open(`${fileName(name)}.${format}`).finally(() => this.#opening--);
    if (file === null) return null;
    if (signal?.aborted) {
      await file.abandon();
      return null;
    }
    const exportId = randomBytes(12).toString('hex');
    const view: ExportView = {
      ...{ exportId, name: file.name, format, state: 'running', rows: 0, totalRows: 0, bytes: 0, problem: '' },
      startedMs: Date.now(),
    };
    const job: Job = { view, controller: new AbortController(), ended: Promise.resolve() };
    this.#jobs = [job, ...this.#jobs.filter((other, at) => other.view.state === 'running' || at < MAX_KEPT)];
    this.#tell(job, {}, true);
    // Each of its parts is asked for at another time, and all must mean the same.
    job.ended = this.#run(job, freezeNow(withoutEnd(sql), Date.now()), file).catch(fault);
    return { exportId, download: file.download };
  }

  cancel(exportId: string): null {
    const job = this.#jobs.find(({ view }) => view.exportId === exportId);
    if (job === undefined) throw new MusterError('not_found', `there is no export ${exportId.slice(0, 24)}: it may have ended`);
    job.controller.abort();
    return null;
  }

  follow(listener: (views: readonly ExportView[]) => void): () => void {
    this.#listeners.add(listener);
    listener(this.#jobs.map((job) => job.view));
    return () => this.#listeners.delete(listener);
  }

  /** How many are under way. */
  get running(): number {
    return this.#jobs.filter((job) => job.view.state === 'running').length;
  }

  /** Ends all of them. Nothing of them stays. */
  async stop(): Promise<void> {
    for (const { controller } of this.#jobs) controller.abort();
    await Promise.all(this.#jobs.map(({ ended }) => ended));
  }

  async #run(job: Job, sql: string, file: ExportFile): Promise<void> {
    const { signal } = job.controller;
    const ask = this.#asking(signal);
    const write = async (data: Uint8Array | string): Promise<void> => {
      // A browser that holds its download reads nothing, for ever.
      await untilAborted(signal, () => file.write(data));
      this.#tell(job, { bytes: job.view.bytes + (typeof data === 'string' ? Buffer.byteLength(data) : data.length) });
    };
    try {
      const extent = await readExtent(ask, `(${sql}\n)`);
      this.#tell(job, { totalRows: extent?.rows ?? 0 });
      let writer: ReturnType<typeof createColumnWriter> | undefined;
      for await (const page of readPages(ask, sql, extent)) {
        writer ??= createColumnWriter(job.view.format, page.columns, write);
        for (const cells of page.frames) {
          await writer.add(cells);
          this.#tell(job, { rows: job.view.rows + (cells[0]?.length ?? 0) });
        }
      }
      await writer?.end();
      await untilAborted(signal, () => file.commit());
      this.#tell(job, { state: 'done' }, true);
    } catch (thrown) {
      const error = toMusterError(thrown);
      const left = await file.abandon().then(
        () => '',
        (abandoning: unknown) => `; what was written could not be removed: ${toMusterError(abandoning).message}`,
      );
      if (signal.aborted) this.#tell(job, { state: 'cancelled', problem: left.slice(2) }, true);
      else this.#tell(job, { state: 'failed', problem: error.message + left }, true);
    }
  }

  #tell(job: Job, change: Partial<ExportView>, atOnce = false): void {
    job.view = { ...job.view, ...change };
    if (!atOnce && Date.now() - this.#toldMs < TELL_APART_MS) return;
    this.#toldMs = Date.now();
    const views = this.#jobs.map((other) => other.view);
    for (const listener of this.#listeners) listener(views);
  }
}

/** Waits no longer than the signal allows. Nothing of it stays on the signal: a large export makes thousands of writes. */
function untilAborted(signal: AbortSignal, work: () => Promise<void>): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(cancelledError());
    const cancel = (): void => reject(cancelledError());
    const end = (): void => signal.removeEventListener('abort', cancel);
    signal.addEventListener('abort', cancel, { once: true });
    work().then(resolve, reject).finally(end);
  });
}

function cancelledError(): MusterError {
  return new MusterError('cancelled', 'the export was cancelled');
}

/** A name of a file anywhere: no folders, nothing a shell or a system reads as more. */
function fileName(name: string): string {
  return (
    name
      .replace(/[^\p{L}\p{N}._ -]+/gu, '-')
      .replace(/^[.\s-]+|[.\s-]+$/g, '')
      .slice(0, 80) || 'export'
  );
}
