// What the ETL says of itself in the status bucket: on change, and at least every two seconds.
import { statfs } from 'node:fs/promises';
import type { JetStreamManager, KV, NatsConnection } from 'nats';
import { toMusterError } from '../core/common/muster-error.ts';
import { PART_KINDS } from '../core/common/state-events.ts';
import {
  DEAD_LETTER_STREAM,
  DEAD_LETTER_SUBJECTS,
  deadLetterSubject,
  type EtlStatus,
  type ProcessedFigures,
  type ProcessSample,
  STATUS_BUCKET,
} from '../core/common/streams.ts';
import type { Component } from '../core/node/lifecycle.ts';
import { ProcessSampler } from '../core/node/process-sampler.ts';
import type { EtlEvents } from './events.ts';
import type { PipelineFigures } from './pipeline.ts';
import type { DatabaseWatch } from './questdb/database-watch.ts';
import type { StreamKeeper } from './stream/stream-keeper.ts';

const LOOK_MS = 500;
const LONGEST_SILENCE_MS = 2000;
const RATE_OVER_MS = 10_000;
/** Of the process's own cost and of the disk. */
const SAMPLE_MS = 10_000;
const DISK_LOW_SHARE = 0.05;

export class StatusReporter implements Component {
  readonly name = 'status';
  readonly #nc: NatsConnection;
  readonly #figures: PipelineFigures;
  readonly #watch: DatabaseWatch;
  readonly #keeper: StreamKeeper;
  readonly #events: EtlEvents;
  /** What other parts of the ETL have to say, a sentence each. */
  readonly #otherProblems: () => string[];
  /** On the disk of the store; empty where it is not on this machine. */
  readonly #storeDir: string;
  readonly #ttlDays: number;
  /** Undefined where that stream is off. */
  readonly #processed: () => ProcessedFigures | undefined;
  #sampler: ProcessSampler | undefined;
  #sampledMs = 0;
  #process: ProcessSample | undefined;
  #disk: EtlStatus['disk'];
  readonly #counts: { atMs: number; rows: number }[] = [];
  #bucket: KV | undefined;
  #manager: JetStreamManager | undefined;
  #timer: NodeJS.Timeout | undefined;
  #reporting: Promise<void> = Promise.resolve();
  #said = '';
  #saidMs = 0;

  constructor(
    nc: NatsConnection,
    figures: PipelineFigures,
    watch: DatabaseWatch,
    keeper: StreamKeeper,
    events: EtlEvents,
    otherProblems: () => string[],
    storeDir: string,
    ttlDays: number,
    processed: () => ProcessedFigures | undefined = () => undefined,
  ) {
    this.#nc = nc;
    this.#figures = figures;
    this.#watch = watch;
    this.#keeper = keeper;
    this.#events = events;
    this.#otherProblems = otherProblems;
    this.#storeDir = storeDir;
    this.#ttlDays = ttlDays;
    this.#processed = processed;
  }

  async start(): Promise<void> {
    this.#bucket = await this.#nc.jetstream().views.kv(STATUS_BUCKET, { bindOnly: true });
    this.#manager = await this.#nc.jetstreamManager();
    this.#sampler = new ProcessSampler();
    await this.#report();
    this.#timer = setInterval(() => {
      this.#reporting = this.#reporting.then(() =>
        this.#report().catch((error: unknown) => this.#events.retried('status', toMusterError(error))),
      );
    }, LOOK_MS);
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#reporting;
    this.#sampler?.stop();
  }

  async #sample(nowMs: number): Promise<void> {
    if (nowMs - this.#sampledMs < SAMPLE_MS) return;
    this.#sampledMs = nowMs;
    this.#process = this.#sampler?.take();
    if (this.#storeDir === '') return;
    try {
      const { bavail, blocks, bsize } = await statfs(this.#storeDir);
      this.#disk = { freeBytes: bavail * bsize, totalBytes: blocks * bsize };
    } catch (error) {
      this.#disk = undefined;
      this.#events.retried('disk of the store', toMusterError(error));
    }
  }

  async #report(): Promise<void> {
    const timeMs = Date.now();
    await this.#sample(timeMs);
    const { rowsStored, messagesStored, lastFlushRows } = this.#figures;
    const processed = this.#processed();
    const status: EtlStatus = {
      timeMs,
      rowsStored: this.#figures.rowsStored,
      rowsPerSecond: this.#rate(timeMs),
      newestStoredUs: this.#figures.newestStoredUs,
      storedFloor: this.#keeper.storedFloor,
      deadLetters: await this.#deadLetters(),
      suspendedTables: this.#watch.suspended,
      problems: this.#problems(),
      commitMode: this.#watch.commitMode,
      telemetryTtlDays: this.#ttlDays,
      eventKinds: PART_KINDS,
      ...(lastFlushRows === undefined ? {} : { lastFlushRows }),
      ...(messagesStored === 0 ? {} : { rowsPerMessage: rowsStored / messagesStored }),
      ...(processed === undefined ? {} : { processed }),
      ...(this.#disk === undefined ? {} : { disk: this.#disk }),
      ...(this.#process === undefined ? {} : { process: this.#process }),
    };
    const said = JSON.stringify({ ...status, timeMs: 0 });
    if (said === this.#said && timeMs - this.#saidMs < LONGEST_SILENCE_MS) return;
    await this.#bucket?.put('etl', JSON.stringify(status));
    this.#said = said;
    this.#saidMs = timeMs;
  }

  #rate(nowMs: number): number {
    this.#counts.push({ atMs: nowMs, rows: this.#figures.rowsStored });
    while (this.#counts.length > 2 && (this.#counts[0] as { atMs: number }).atMs < nowMs - RATE_OVER_MS) this.#counts.shift();
    const first = this.#counts[0] as { atMs: number; rows: number };
    return nowMs === first.atMs ? 0 : Math.round(((this.#figures.rowsStored - first.rows) * 1000) / (nowMs - first.atMs));
  }

  async #deadLetters(): Promise<Record<string, number>> {
    const info = await this.#manager?.streams.info(DEAD_LETTER_STREAM, { subjects_filter: DEAD_LETTER_SUBJECTS });
    const prefix = deadLetterSubject('');
    return Object.fromEntries(Object.entries(info?.state.subjects ?? {}).map(([subject, count]) => [subject.slice(prefix.length), count]));
  }

  #problems(): string[] {
    const problems = this.#watch.suspended.map(({ table, error }) => `QuestDB suspended the table ${table}: ${error}`);
    if (this.#watch.problem !== '') problems.push(this.#watch.problem);
    if (this.#watch.commitMode === 'nosync') {
      problems.push('QuestDB acknowledges what is not on disk: set cairo.commit.mode=sync in its server.conf');
    }
    if (this.#disk !== undefined && this.#disk.freeBytes < this.#disk.totalBytes * DISK_LOW_SHARE) {
      const free = Math.round(this.#disk.freeBytes / 1e6);
      problems.push(`the disk of the store has ${free} MB left: QuestDB suspends its tables when it is full`);
    }
    return [...problems, ...this.#otherProblems()];
  }
}
