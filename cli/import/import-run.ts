// One run of an import: rows of a source into batches, batches to the gateway, a checkpoint where all is stored.
import { setTimeout as wait } from 'node:timers/promises';
import { MusterError } from '../../core/common/muster-error.ts';
import { MAX_FUTURE_US } from '../../core/common/row-time.ts';
import { BatchBuilder, type FileDoor, importEpoch } from '../../core/files/import/batch-builder.ts';
import { CutPoints } from '../../core/files/import/import-identity.ts';
import type { ImportMapping } from '../../core/files/import/import-mapping.ts';
import type { ImportSource, RowRefusal, SourceReader } from '../../core/files/import/import-source.ts';
import { ImportTally, type TallyBefore } from '../../core/files/import/import-tally.ts';
import { ReplayPace, replayPieceBytes } from '../../core/files/import/replay-pace.ts';
import { encodeBatch } from '../../proto/batch-codec.ts';
import type { UploadMessage } from '../../proto/gen/messages.ts';
import type { Checkpoint, CheckpointFile } from './checkpoint.ts';

const RETRY_MS = [500, 1000, 2000, 5000, 10_000];
const RETRIES = 60;

/** Where batches go. */
export interface BatchSink {
  /** Resolves when there is room for more. */
  send(message: UploadMessage, rows: number): Promise<void>;
  /** Resolves when all that was sent is durably stored. */
  flush(): Promise<void>;
  close(): Promise<void>;
}

export interface ImportRunOptions {
  source: ImportSource;
  mapping: ImportMapping;
  /** Tells content and options from others. */
  identity: string;
  /** Default `import`. */
  door?: FileDoor;
  shiftUs: number;
  fromUs?: number;
  maxRowsPerNode?: number;
  /** Times real time; 0 is as fast as it goes. */
  speed: number;
  /** Days that the store keeps rows. */
  ttlDays: number;
  checkpoint: CheckpointFile;
  resume: Checkpoint | undefined;
  /** A connection to the gateway; asked again after a failure. */
  connect(onStored: (rows: number) => void): BatchSink;
  onRefused(refusal: RowRefusal): void;
  onRetry(error: MusterError, inMs: number): void;
  now?: () => number;
}

export class ImportRun {
  readonly #options: ImportRunOptions;
  /** Batches cut since the last checkpoint: what is not known to be stored is sent again by a new connection. */
  #unsaved: { message: UploadMessage; rows: number }[] = [];
  #sent = 0;
  #sink: BatchSink | undefined;
  #reader: SourceReader | undefined;
  #storedBefore: number;
  #storedNow = 0;
  /** As it was when everything sent was stored: what is sent again must not count twice. */
  #storedForSure = 0;
  #newestUs = Number.NEGATIVE_INFINITY;
  #refused = 0;
  readonly #pace: ReplayPace;

  constructor(options: ImportRunOptions) {
    this.#options = options;
    this.#pace = new ReplayPace(options.speed);
    const { resume } = options;
    this.#storedBefore = resume?.rows ?? 0;
    this.tally = new ImportTally(resume === undefined ? undefined : tallyOf(resume));
  }

  /** Of what is sent, in earlier runs too. */
  readonly tally: ImportTally;

  /** Rows durably in the stream, in earlier runs too. */
  get stored(): number {
    return this.#storedBefore + this.#storedNow;
  }

  get bytesRead(): number {
    return Math.min(this.#options.source.bytes, this.#reader?.position.offset ?? this.#options.resume?.position.offset ?? 0);
  }

  /** Rows that were not sent, in earlier runs too. */
  get notSent(): { refused: number; leftOut: number } {
    const { resume } = this.#options;
    const leftOut = (resume?.leftOut ?? 0) + (this.#reader?.counts.leftOut ?? 0);
    return { refused: (resume?.refused ?? 0) + this.#refused, leftOut };
  }

  /** Cells with a word for no value, in this run. */
  get cellsWithoutValue(): number {
    return this.#reader?.counts.absent ?? 0;
  }

  /** Of all its batches. */
  get epoch(): Uint8Array {
    return importEpoch(this.#options.resume?.identity ?? this.#options.identity, this.#options.door);
  }

  /** Resolves when every row that is acceptable is durably stored. */
  async run(): Promise<void> {
    const { source, mapping, identity, door = 'import', resume, checkpoint, shiftUs } = this.#options;
    const builder = new BatchBuilder({
      measurement: mapping.measurement,
      tags: mapping.tags.map((tag) => tag.name),
      fields: mapping.fields.map((field) => field.name),
      texts: mapping.texts.map((text) => text.name),
      identity,
      door,
      onBatch: ({ nodeId, epoch, seq, createdUs, oldestUs, frame, labels }) => {
        this.tally.take({ rows: frame.timeUs.length, oldestUs, createdUs });
        this.#newestUs = Math.max(this.#newestUs, createdUs);
        this.#pace.begin(oldestUs);
        const batch = encodeBatch({ epoch, seq, createdUs, frames: [frame], events: [], dropped: [] });
        this.#unsaved.push({ message: { nodeId, epoch, seq, batch, labels }, rows: frame.timeUs.length });
      },
    });
    if (resume !== undefined) builder.restore(resume.numbers, resume.offered, resume.names);
    const nowUs = (this.#options.now ?? Date.now)() * 1000;
    const window = { oldestUs: nowUs - this.#options.ttlDays * 86_400_000_000 + 3_600_000_000, newestUs: nowUs + MAX_FUTURE_US };
    const { fromUs, maxRowsPerNode } = this.#options;
    const onRefused = (refusal: RowRefusal): void => {
      this.#refused++;
      this.#options.onRefused(refusal);
    };
    this.#reader = await source.read(
      {
        builder,
        mapping,
        shiftUs,
        window,
        onRefused,
        ...(fromUs === undefined ? {} : { fromUs }),
        ...(maxRowsPerNode === undefined ? {} : { maxRowsPerNode }),
        ...(this.#options.speed > 0 ? { pieceBytes: replayPieceBytes(source.bytes) } : {}),
      },
      resume?.position,
    );
    try {
      const cuts = new CutPoints(mapping);
      for (let more = true; more; ) {
        more = await this.#reader.next();
        if (this.#options.speed > 0) builder.flush();
        const due = cuts.reached(this.#reader.counts.taken, builder.textBytes, !more);
        if (due) builder.flush();
        await this.#pace.until(this.#newestUs);
        await this.#deliver(due);
        if (!due) continue;
        const { position } = this.#reader;
        const offered = maxRowsPerNode === undefined ? {} : builder.offered();
        checkpoint.save({
          ...{ file: source.path, identity, position, numbers: builder.numbers(), offered, rows: this.stored, shiftUs, done: !more },
          ...this.notSent,
          names: builder.names(),
          times: { firstUs: this.tally.sent.firstUs, lastUs: this.tally.sent.lastUs },
        });
      }
    } finally {
      await this.#reader.close();
      await this.#sink?.close();
    }
  }

  /** Sends what is not sent; with `flush` also waits until it is stored. Goes on over failures that may pass. */
  async #deliver(flush: boolean): Promise<void> {
    for (let attempt = 0; ; attempt++) {
      try {
        this.#sink ??= this.#options.connect((rows) => {
          this.#storedNow += rows;
          attempt = 0;
        });
        for (let next = this.#unsaved[this.#sent]; next !== undefined; next = this.#unsaved[++this.#sent])
          await this.#sink.send(next.message, next.rows);
        if (!flush) return;
        await this.#sink.flush();
        this.#unsaved = [];
        this.#sent = 0;
        this.#storedForSure = this.#storedNow;
        return;
      } catch (error) {
        if (!(error instanceof MusterError) || !error.retryable || attempt >= RETRIES) throw error;
        const inMs = RETRY_MS[Math.min(attempt, RETRY_MS.length - 1)]!;
        this.#options.onRetry(error, inMs);
        await this.#sink?.close();
        this.#sink = undefined;
        this.#sent = 0;
        this.#storedNow = this.#storedForSure;
        await wait(inMs);
      }
    }
  }
}

function tallyOf({ rows, numbers, times }: Checkpoint): TallyBefore {
  const batches = Object.values(numbers).reduce((sum, count) => sum + count, 0);
  return { rows, batches, firstUs: times?.firstUs ?? 0, lastUs: times?.lastUs ?? 0 };
}
