// One query: its windows from Prometheus to the gateway, one after the other, each until it is durably stored.
import { createHash } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { doorEpoch } from '../../../core/common/door-epoch.ts';
import { MusterError, toMusterError } from '../../../core/common/muster-error.ts';
import type { Turns } from '../../../core/common/turns.ts';
import type { UploadCall } from '../../../proto/upload-call.ts';
import { BatchCutter, type CutBatch } from './batch-cutter.ts';
import type { QueryPlan } from './config.ts';
import type { Delivery } from './delivery.ts';
import type { ExtractionEvents } from './events.ts';
import { begun, finished, type Mark, type MarkFile, newMark } from './mark-file.ts';
import type { PrometheusClient } from './prometheus-client.ts';
import { PrometheusError } from './prometheus-error.ts';
import { RunAccount, type RunOutcome } from './run-account.ts';
import { type LeftOut, SeriesCleaner } from './series-cleaner.ts';
import { firstHalf, periodOf, piecesOf, stepAt, type Window, windowAfter } from './windows.ts';

export interface QueryRunOptions {
  /** Name of the source. */
  source: string;
  client: Pick<PrometheusClient, 'range' | 'serverNowMs'>;
  delivery: Pick<Delivery, 'open' | 'account'>;
  events: ExtractionEvents;
  lagMs: number;
  firstSpanMs: number;
  retries: number;
  pointsPerRequest: number;
  maxSeries: number;
  /** Days that the store keeps rows. */
  ttlDays: number;
  /** Transfers of all queries. */
  turns: Turns;
  /** No new window and no new attempt. */
  stopping: AbortSignal;
  /** What is in flight is given up. */
  cut: AbortSignal;
}

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const FIRST_RETRY_MS = 500;
const LONGEST_RETRY_MS = 10_000;
/** How long the ledger may stand still before a run ends without it. */
const LEDGER_QUIET_MS = 15_000;

/** What a query has done since the start. */
export interface QueryTally {
  windows: number;
  rows: number;
  refused: number;
  pointsSkipped: number;
  leftOut: Partial<Record<LeftOut, number>>;
  /** What the ledger says of the rows; undefined where nobody asked. */
  outcome?: RunOutcome;
}

interface Attempt {
  epoch: Uint8Array;
  numbers: Map<string, number>;
}

export class QueryRun {
  readonly plan: QueryPlan;
  readonly tally: QueryTally = { windows: 0, rows: 0, refused: 0, pointsSkipped: 0, leftOut: {} };
  readonly #options: QueryRunOptions;
  readonly #identity: string;
  readonly #account: RunAccount;
  /** The run goes on and on: nobody waits for its account. */
  #counted = true;

  constructor(plan: QueryPlan, options: QueryRunOptions) {
    this.plan = plan;
    this.#options = options;
    this.#account = new RunAccount((epoch) => options.delivery.account(epoch));
    const { name, promql, stepMs, measurement, metrics, labels, nodeLabel, node } = plan;
    const all = [options.source, name, promql, stepMs, measurement ?? '', [...(metrics ?? [])], labels, nodeLabel, node];
    this.#identity = createHash('sha256').update(JSON.stringify(all)).digest('hex');
  }

  /** All windows that are due since the mark. Throws what ended it early; the mark stands at the last window that was stored. */
  async runDue(markFile: MarkFile): Promise<void> {
    const { stepMs } = this.plan;
    const { client, lagMs, pointsPerRequest, stopping, cut } = this.#options;
    const upTo = stepAt((await this.#retrying(() => client.serverNowMs(cut))) - lagMs, stepMs);
    let mark = this.#load(markFile, upTo);
    while (!stopping.aborted) {
      const next = mark.pending ?? windowAfter(mark.done, upTo, stepMs, pointsPerRequest);
      if (next === undefined) return;
      if (mark.pending === undefined) {
        mark = begun(mark, next, periodOf(next.first, stepMs));
        markFile.save(mark);
      }
      const { generation, period, numbers } = mark;
      const noteDown = (part: Window): void => {
        mark = { ...mark, pending: part };
        markFile.save(mark);
      };
      const stored = await this.#window(next, this.#epoch(generation, period), new Map(Object.entries(numbers)), noteDown);
      mark = finished(mark, stored, stored.numbers);
      markFile.save(mark);
    }
  }

  /** The points of a span, whatever the mark says; the same span again makes the same batches. */
  async backfill(span: Window): Promise<void> {
    for (const piece of piecesOf(span, this.#options.pointsPerRequest)) {
      for (let rest: Window | undefined = piece; rest !== undefined; ) {
        if (this.#options.stopping.aborted) return;
        const stored: Window = await this.#window(rest, this.#epoch('backfill', rest.first, rest.last), new Map(), () => undefined);
        rest = stored.last < rest.last ? { first: stored.last + 1, last: rest.last } : undefined;
      }
    }
  }

  /** For a run without an end. */
  countNothing(): void {
    this.#counted = false;
  }

  /** Asks the ledger what became of the rows, and waits for it a while. Never throws. */
  async settle(): Promise<void> {
    if (this.#counted) this.tally.outcome = await this.#account.settle(LEDGER_QUIET_MS);
  }

  #epoch(...parts: (string | number)[]): Uint8Array {
    return doorEpoch(
      'prometheus',
      createHash('sha256')
        .update(JSON.stringify([this.#identity, ...parts]))
        .digest(),
    );
  }

  #load(markFile: MarkFile, upTo: number): Mark {
    const { stepMs } = this.plan;
    const before = markFile.load();
    if (before?.identity === this.#identity) return this.#withinTtl(before, upTo);
    const done =
      before === undefined ? upTo - 1 - Math.floor(this.#options.firstSpanMs / stepMs) : stepAt(before.done * before.stepMs, stepMs);
    return newMark(this.#identity, stepMs, done, periodOf(done + 1, stepMs));
  }

  /** What the store would refuse as too old is not fetched: the mark moves up to what it takes. */
  #withinTtl(mark: Mark, upTo: number): Mark {
    const { ttlDays, events } = this.#options;
    const oldest = upTo - stepAt(ttlDays * DAY_MS - HOUR_MS, this.plan.stepMs);
    if (mark.done >= oldest) return mark;
    const since = isoTime(mark.done, this.plan.stepMs);
    events.warned(
      this.plan.name,
      `all was stored up to ${since}: what is older than ${ttlDays} days is left out, as the store does not keep it`,
    );
    return newMark(this.#identity, this.plan.stepMs, oldest, periodOf(oldest + 1, this.plan.stepMs));
  }

  /** Stores a window, or its first part where Prometheus cannot compute it at once; gives what was stored. `onPart` is told a part before it is tried. */
  async #window(
    window: Window,
    epoch: Uint8Array,
    numbers: ReadonlyMap<string, number>,
    onPart: (part: Window) => void,
  ): Promise<Window & { numbers: Map<string, number> }> {
    const { events } = this.#options;
    for (let part = window; ; ) {
      try {
        return await this.#retrying(async () => {
          const own = new Map(numbers);
          // A query that hangs takes one turn at a time.
          await this.#options.turns.take(() => this.#transfer(part, { epoch, numbers: own }));
          return { ...part, numbers: own };
        });
      } catch (error) {
        if (!(error instanceof PrometheusError) || error.kind !== 'execution') throw error;
        const half = firstHalf(part);
        if (half === undefined) {
          this.tally.pointsSkipped++;
          events.pointSkipped(this.plan.name, isoTime(part.first, this.plan.stepMs), error);
          return { ...part, numbers: new Map(numbers) };
        }
        part = half;
        onPart(part);
      }
    }
  }

  /** One attempt: asks, cleans, cuts, sends, and waits until all of it is durable. */
  async #transfer(window: Window, { epoch, numbers }: Attempt): Promise<void> {
    const { client, delivery, events, maxSeries, cut } = this.#options;
    const { name, promql, stepMs, labels } = this.plan;
    const startedMs = performance.now();
    const [startMs, endMs] = [window.first * stepMs, window.last * stepMs];
    const left = new Map<LeftOut, { count: number; detail: string }>();
    const onLeftOut = (reason: LeftOut, count: number, detail: string): void => {
      const known = left.get(reason);
      if (known === undefined) left.set(reason, { count, detail });
      else known.count += count;
    };
    const cleaner = new SeriesCleaner({ plan: this.plan, window, maxSeries, onLeftOut });
    const cutter = new BatchCutter({ epoch, createdUs: endMs * 1000, tags: labels.map(({ tag }) => tag), numbers });
    const refusals: { nodeId: string; rows: number; words: string }[] = [];
    let [rows, series] = [0, 0];
    let call: UploadCall | undefined;
    const giveUp = (): void => call?.cancel();
    cut.addEventListener('abort', giveUp);
    const send = async (batch: CutBatch): Promise<void> => {
      if (call === undefined && this.#counted) await this.#account.begin(epoch);
      call ??= delivery.open({
        onStored: (stored) => {
          rows += stored;
        },
        onRefused: (refusal) => refusals.push(refusal),
      });
      await call.send(batch.message, batch.rows);
    };
    try {
      for await (const raw of client.range({ promql, startMs, endMs, stepMs }, cut, (words) => events.warned(name, words))) {
        const clean = cleaner.take(raw);
        if (clean === undefined) continue;
        series++;
        for (const batch of cutter.add(clean)) await send(batch);
      }
      for (const batch of cutter.flush()) await send(batch);
      await call?.end();
    } catch (error) {
      call?.cancel();
      throw error;
    } finally {
      cut.removeEventListener('abort', giveUp);
    }
    for (const [reason, { count, detail }] of left) {
      this.tally.leftOut[reason] = (this.tally.leftOut[reason] ?? 0) + count;
      events.leftOut(name, reason, count, detail);
    }
    if (refusals.length === 0)
      this.#account.sent(
        epoch,
        [...numbers.values()].reduce((sum, last) => sum + last, 0),
      );
    for (const refusal of refusals) events.refused(name, refusal);
    const refused = refusals.reduce((sum, refusal) => sum + refusal.rows, 0);
    this.tally.windows++;
    this.tally.rows += rows;
    this.tally.refused += refused;
    const [from, to] = [isoTime(window.first, stepMs), isoTime(window.last, stepMs)];
    events.windowStored(name, { from, to, series, rows, refused, milliseconds: Math.round(performance.now() - startedMs) }, endMs);
  }

  /** Tries again what may pass, with growing, jittered pauses. */
  async #retrying<T>(attempt: () => Promise<T>): Promise<T> {
    const { retries, stopping, cut, events } = this.#options;
    for (let count = 0; ; count++) {
      try {
        return await attempt();
      } catch (thrown) {
        if (cut.aborted) throw new MusterError('cancelled', 'the extraction is stopping', thrown);
        const error = toMusterError(thrown);
        if (!error.retryable || count >= retries || stopping.aborted) throw error;
        const asked = error instanceof PrometheusError ? error.retryAfterMs : undefined;
        const inMs = asked ?? Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** count) * (0.5 + Math.random() / 2);
        events.retried(this.plan.name, error, inMs);
        await wait(inMs, undefined, { signal: stopping }).catch(() => undefined);
        if (stopping.aborted) throw error;
      }
    }
  }
}

function isoTime(step: number, stepMs: number): string {
  return new Date(step * stepMs).toISOString();
}
