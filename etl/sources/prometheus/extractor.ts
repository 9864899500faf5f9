// All queries of an extraction: one cycle, a span of the past, or on and on.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { MusterError, toMusterError } from '../../../core/common/muster-error.ts';
import { Turns } from '../../../core/common/turns.ts';
import { takeProcessLock } from '../../../core/node/process-lock.ts';
import type { ExtractionConfig } from './config.ts';
import type { Delivery } from './delivery.ts';
import type { ExtractionEvents } from './events.ts';
import { MarkFile } from './mark-file.ts';
import type { PrometheusClient } from './prometheus-client.ts';
import { PrometheusError } from './prometheus-error.ts';
import { QueryRun, type QueryTally } from './query-run.ts';
import type { Span } from './span.ts';
import { stepAt, stepFrom } from './windows.ts';

export interface ExtractorOptions {
  config: ExtractionConfig;
  client: PrometheusClient;
  delivery: Delivery;
  events: ExtractionEvents;
  /** No new window is begun. */
  stopping: AbortSignal;
  /** What is in flight is given up. */
  cut: AbortSignal;
}

export interface QueryOutcome {
  name: string;
  tally: QueryTally;
  /** Why it ended early; undefined where all is stored. */
  error: MusterError | undefined;
}

export class Extractor {
  readonly #options: ExtractorOptions;
  readonly #runs: readonly QueryRun[];

  constructor(options: ExtractorOptions) {
    this.#options = options;
    const { config, client, delivery, events, stopping, cut } = options;
    const { name: source, lag: lagMs, firstSpan: firstSpanMs, retries, pointsPerRequest, maxSeries, ttlDays } = config;
    const turns = new Turns(config.concurrency);
    const common = {
      source,
      client,
      delivery,
      events,
      lagMs,
      firstSpanMs,
      retries,
      pointsPerRequest,
      maxSeries,
      ttlDays,
      turns,
      stopping,
      cut,
    };
    this.#runs = config.queries.map((plan) => new QueryRun(plan, common));
  }

  /** What is due now. */
  async once(): Promise<QueryOutcome[]> {
    this.#lock();
    return this.#settled(await Promise.all(this.#runs.map((run) => this.#attempt(run, () => run.runDue(this.#markFile(run))))));
  }

  /** A span of the past, beside the marks: they stay where they are. */
  async backfill(span: Span): Promise<QueryOutcome[]> {
    const outcomes = await Promise.all(
      this.#runs.map((run) => {
        const { stepMs } = run.plan;
        const window = { first: stepFrom(span.fromMs, stepMs), last: stepAt(span.toMs, stepMs) };
        return this.#attempt(run, () => run.backfill(window));
      }),
    );
    return this.#settled(outcomes);
  }

  /** With what the ledger says of the rows. */
  async #settled(outcomes: QueryOutcome[]): Promise<QueryOutcome[]> {
    await Promise.all(this.#runs.map((run) => run.settle()));
    return outcomes;
  }

  /** Until `stopping`, or until no query is left that can be asked. */
  async forever(): Promise<QueryOutcome[]> {
    this.#lock();
    for (const run of this.#runs) run.countNothing();
    return Promise.all(this.#runs.map((run, i) => this.#repeat(run, i / this.#runs.length)));
  }

  async #repeat(run: QueryRun, share: number): Promise<QueryOutcome> {
    const { stopping, events, config } = this.#options;
    const { stepMs, name } = run.plan;
    for (;;) {
      const outcome = await this.#attempt(run, () => run.runDue(this.#markFile(run)));
      if (stopping.aborted) return { ...outcome, error: undefined };
      if (outcome.error !== undefined) {
        if (outcome.error instanceof PrometheusError && outcome.error.kind === 'query') {
          events.querySkipped(name, outcome.error);
          return outcome;
        }
        events.cycleFailed(name, outcome.error);
      }
      const nowMs = Date.now();
      const everyMs = Math.max(stepMs, config.interval);
      const dueMs = (stepAt(nowMs - config.lag, everyMs) + 1) * everyMs + config.lag;
      // Queries of one step do not all ask in the same moment.
      const spreadMs = share * Math.min(stepMs / 2, 5000);
      await wait(dueMs + spreadMs - nowMs, undefined, { signal: stopping }).catch(() => undefined);
      if (stopping.aborted) return { name, tally: run.tally, error: undefined };
    }
  }

  async #attempt(run: QueryRun, work: () => Promise<void>): Promise<QueryOutcome> {
    const { name } = run.plan;
    const error = await work().then(
      () => undefined,
      (thrown: unknown) => toMusterError(thrown),
    );
    return { name, tally: run.tally, error };
  }

  #folder(): string {
    return join(this.#options.config.stateDir, this.#options.config.name);
  }

  #markFile(run: QueryRun): MarkFile {
    return new MarkFile(join(this.#folder(), `${run.plan.name}.mark.json`));
  }

  /** Two that move the same marks would give numbers twice. */
  #lock(): void {
    const folder = this.#folder();
    let taken: ReturnType<typeof takeProcessLock>;
    try {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      taken = takeProcessLock(join(folder, 'extraction'));
    } catch (error) {
      throw new MusterError('invalid_config', `stateDir ${folder} cannot be written: ${toMusterError(error).message}`, error);
    }
    if ('heldBy' in taken)
      throw new MusterError(
        'already_exists',
        `stateDir ${folder} is locked by process ${taken.heldBy}: stop it, or give this source another name`,
      );
  }
}
