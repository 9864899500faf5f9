// Muster's own parts in the store they serve: this gateway's cost and what the ETL says of its own, as rows of `muster_part` on the agents' durable path.
import type { FrameColumns } from '../../core/common/frame.ts';
import { toMusterError } from '../../core/common/muster-error.ts';
import type { EtlStatus, ProcessSample } from '../../core/common/streams.ts';
import type { Component } from '../../core/node/lifecycle.ts';
import { ProcessSampler } from '../../core/node/process-sampler.ts';
import type { Ingest } from '../ingest/ingest.ts';

export interface PartSamplesOptions {
  /** Name of this gateway. */
  gateway: string;
  /** 0 is off. */
  everySeconds: number;
  ingest: Pick<Ingest, 'deliver'>;
  /** Bytes that wait for the stream in this gateway. */
  queuedBytes(): number;
  /** What the ETL said last; undefined where it never did. */
  etlStatus(): Promise<EtlStatus | undefined>;
  events: { retried(what: { what: 'own samples'; error: string }): void };
}

export const PART_MEASUREMENT = 'muster_part';

/** They are no nodes of the fleet: none is registered, and SQL finds them by these ids. */
export function partNodeId(part: string): string {
  return `muster-${part}`;
}

export class PartSamples implements Component {
  readonly name = 'own samples';
  readonly #options: PartSamplesOptions;
  #sampler: ProcessSampler | undefined;
  #timer: NodeJS.Timeout | undefined;
  #etlTimeUs = 0;
  #sending: Promise<void> = Promise.resolve();

  constructor(options: PartSamplesOptions) {
    this.#options = options;
  }

  async start(): Promise<void> {
    const { everySeconds } = this.#options;
    if (everySeconds === 0) return;
    this.#sampler = new ProcessSampler();
    this.#timer = setInterval(() => {
      this.#sending = this.#sending.then(() => this.#send());
    }, everySeconds * 1000);
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    this.#sampler?.stop();
    await this.#sending;
  }

  /** A sample that cannot be sent is left out: the next one comes soon, and what waits for the stream is not made longer by it. */
  async #send(): Promise<void> {
    const { gateway, ingest, queuedBytes, etlStatus, events } = this.#options;
    try {
      const own = this.#sampler?.take();
      if (own !== undefined) await ingest.deliver(partNodeId(gateway), [toFrame('gateway', own, { queued_bytes: queuedBytes() })]);
      const etl = await etlStatus();
      if (etl?.process === undefined || etl.process.timeUs === this.#etlTimeUs) return;
      const more = { rows_per_second: etl.rowsPerSecond, suspended_tables: etl.suspendedTables.length };
      await ingest.deliver(partNodeId('etl'), [toFrame('etl', etl.process, more)]);
      this.#etlTimeUs = etl.process.timeUs;
    } catch (error) {
      events.retried({ what: 'own samples', error: toMusterError(error).message });
    }
  }
}

function toFrame(part: string, sample: ProcessSample, more: Readonly<Record<string, number>>): FrameColumns {
  const fields = {
    cpu_percent: sample.cpuPercent,
    rss_bytes: sample.rssBytes,
    heap_used_bytes: sample.heapUsedBytes,
    event_loop_p99_ms: sample.eventLoopP99Ms,
    event_loop_max_ms: sample.eventLoopMaxMs,
    ...more,
  };
  return {
    measurement: PART_MEASUREMENT,
    tags: ['part'],
    series: [[part]],
    seriesIndex: Uint32Array.of(0),
    timeUs: Float64Array.of(sample.timeUs),
    fields: Object.keys(fields),
    values: Float64Array.from(Object.values(fields)),
    textFields: [],
    texts: [],
  };
}
