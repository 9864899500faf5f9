// One import: its reading thread on the one side, the publisher on the other, and how far it is.
import { Worker } from 'node:worker_threads';
import { MusterError, type MusterErrorCode, toMusterError } from '../../core/common/muster-error.ts';
import { accountLines } from '../../core/common/row-account.ts';
import { summarySubject } from '../../core/common/streams.ts';
import type { ImportMapping } from '../../core/files/import/import-mapping.ts';
import { ImportTally } from '../../core/files/import/import-tally.ts';
import { fault } from '../../core/node/faults.ts';
import { HEARTBEAT_FIELDS, type ImportJob as JobMessage } from '../../proto/gen/messages.ts';
import { encodeMessage } from '../../proto/message-codec.ts';
import type { Caller } from '../access/caller.ts';
import type { NodeRegistry } from '../nodes/registry.ts';
import type { Publisher } from '../publisher/publisher.ts';
import type { ImportAccounts } from './import-account.ts';
import type { FromWorker, ImportTask, ToWorker } from './import-messages.ts';

export interface ImportJobOptions {
  /** Name of this gateway. */
  gateway: string;
  publisher: Pick<Publisher, 'offer'>;
  registry: Pick<NodeRegistry, 'seenAtDoor'>;
  /** Core NATS, dropped while it is away. */
  sendEphemeral(subject: string, payload: Uint8Array): void;
  /** What the ledger says of the rows. */
  accounts: ImportAccounts;
  /** How long a job may be paused; default 15 minutes. */
  pausedMs?: number;
  /** How long a call waits for it while nothing moves, default 30 s, and for the columns, default 50 s. */
  stillMs?: number;
  plannedWithinMs?: number;
  /** How long a batch waits here that could not be taken; default 5 s. */
  offerAgainMs?: number;
}

export type JobState = 'running' | 'paused' | 'done' | 'failed' | 'cancelled';
type Batch = Extract<FromWorker, { kind: 'batch' }>;

/** Beside the bundle as a program of its own; beside this file where the sources run. */
const WORKER = import.meta.url.endsWith('.ts') ? './import-worker.ts' : './import-worker.mjs';
const RETRY_MS = 1000;
/** After a batch could not be taken for the size of messages that nats-server takes now. */
const OFFER_AGAIN_MS = 5000;
/** A job whose batches do not come into the ledger is done all the same after so long without a change. */
const DONE_QUIET_MS = 60_000;
/** How long a caller waits for the ledger at the end of a window. */
const WINDOW_QUIET_MS = 10_000;
/** How long a caller waits at most: for the columns, and for a window, which may be the whole of a large file. */
const PLANNED_WITHIN_MS = 50_000;
const STEP_WITHIN_MS = 55 * 60_000;
/** The same where nothing moves. */
const STILL_MS = 30_000;
const LOOK_MS = 1000;
/** A paused job that nobody goes on with gives its place back. */
const PAUSED_MS = 15 * 60_000;
/** Of the thread's heap: a file may ask for much. */
const MAX_HEAP_MB = 256;

export class ImportJob {
  readonly id: string;
  readonly caller: Caller;
  readonly #task: ImportTask;
  readonly #options: ImportJobOptions;
  readonly #worker: Worker;
  readonly #seen = new Set<string>();
  readonly #startedMs = Date.now();
  readonly #onEnd: (job: ImportJob) => void;
  /** Batches are handed on one after the other, each after its node is known. */
  #turn: Promise<void> = Promise.resolve();
  #unstored = 0;
  #progress = { bytesRead: 0, rowsRead: 0, leftOut: 0, refused: 0, firstRefusal: '' };
  #refusedByNode = { rows: 0, first: '' };
  readonly #tally = new ImportTally();
  #epoch: Uint8Array | undefined;
  #settling = false;
  #pausedTimer: NodeJS.Timeout | undefined;
  #state: JobState = 'running';
  /** The thread has read to the end of a span, or of the file. */
  #readAs: JobState | undefined;
  #problem: { code: MusterErrorCode; message: string } | undefined;
  #plan: { mapping: ImportMapping; bytes: number } | undefined;
  #endedMs: number | undefined;
  #changed: () => void = () => undefined;
  #change: Promise<void> = Promise.resolve();

  constructor(id: string, task: ImportTask, caller: Caller, options: ImportJobOptions, onEnd: (job: ImportJob) => void) {
    this.id = id;
    this.caller = caller;
    this.#task = task;
    this.#options = options;
    this.#onEnd = onEnd;
    this.#notify();
    this.#worker = new Worker(new URL(WORKER, import.meta.url), {
      workerData: task,
      resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MB },
    });
    this.#worker.on('message', (message: FromWorker) => this.#take(message));
    this.#worker.on('error', (thrown) => this.#end('failed', toMusterError(thrown)));
    this.#worker.on('exit', () => {
      if (this.#readAs === undefined || this.#readAs === 'paused')
        this.#end('failed', { code: 'internal', message: 'the reading thread ended' });
    });
  }

  get state(): JobState {
    return this.#state;
  }

  /** It is an import in steps. */
  get pauses(): boolean {
    return this.#task.stepSeconds > 0;
  }

  get ended(): boolean {
    return this.#state !== 'running' && this.#state !== 'paused';
  }

  /** Of the rows taken so far. */
  get span(): { firstUs: number; lastUs: number } | undefined {
    const { batches, firstUs, lastUs } = this.#tally.sent;
    return batches === 0 ? undefined : { firstUs, lastUs };
  }

  get file(): string {
    return this.#task.path;
  }

  /** Resolves when the columns are known, with an empty text; else with why they are not yet. Throws what is wrong with the file or the mapping. */
  async planned(): Promise<string> {
    const why = await this.#until(
      () => this.#plan !== undefined || this.ended,
      this.#options.plannedWithinMs ?? PLANNED_WITHIN_MS,
      Number.POSITIVE_INFINITY,
    );
    if (why !== '') return `the columns are not known yet: ${why}`;
    if (this.#plan === undefined) throw new MusterError(this.#problem?.code ?? 'internal', this.#problem?.message ?? 'the import ended');
    return '';
  }

  /** Imports the next span of a paused job; resolves when it is paused again, or ended, with an empty text; else with why it is neither. */
  async runWindow(): Promise<string> {
    if (this.#state !== 'paused')
      throw new MusterError(
        'failed_precondition',
        `import ${this.id} is ${this.#state}: only a paused one has a next window (step_seconds)`,
      );
    clearTimeout(this.#pausedTimer);
    this.#state = 'running';
    this.#readAs = undefined;
    this.#say({ kind: 'next' });
    const why = await this.#until(() => this.#state !== 'running', STEP_WITHIN_MS);
    if (why !== '') return `the window is not imported yet: ${why}`;
    await this.#settleLedger(WINDOW_QUIET_MS, () => false);
    return '';
  }

  /**
   * Resolves when everything that was read is durably in the stream, and stored, or the ledger is behind; at once where the job has ended. With an
   * empty text; else with why it is not in the stream yet.
   */
  async flush(): Promise<string> {
    const why = await this.#until(() => this.#unstored === 0 || this.ended, STEP_WITHIN_MS);
    if (why !== '') return `not all that was read is in the stream yet: ${why}`;
    await this.#settleLedger(WINDOW_QUIET_MS, () => this.ended);
    return '';
  }

  /** What is in the stream stays. */
  async cancel(): Promise<void> {
    if (!this.ended) this.#end('cancelled');
  }

  /** `incomplete` says why the answer comes before what was waited for. */
  toMessage(incomplete = ''): JobMessage {
    const { bytesRead, rowsRead, leftOut, refused, firstRefusal } = this.#progress;
    const rowsRefused = refused + this.#refusedByNode.rows;
    const account = this.#tally.rows({ refused: rowsRefused, leftOut });
    const begun = account.read > 0 || this.ended;
    return {
      ...{ id: this.id, file: this.#task.file, state: this.#state, problem: this.#problem?.message ?? '' },
      mapping: this.#plan === undefined ? undefined : toMappingMessage(this.#plan.mapping),
      ...{ bytes: this.#plan?.bytes ?? 0, bytesRead, rowsRead, rowsStored: account.stored, rowsAccepted: account.accepted },
      ...{ rowsRefused, firstRefusal: firstRefusal || this.#refusedByNode.first },
      notes: this.#plan === undefined ? [] : notesOf(this.#plan.mapping),
      ...{ account: this.#ledger(), accounted: this.#tally.complete, outcome: begun ? accountLines(account) : [] },
      started: toTimestamp(this.#startedMs),
      ended: this.#endedMs === undefined ? undefined : toTimestamp(this.#endedMs),
      incomplete,
    };
  }

  #take(message: FromWorker): void {
    if (this.ended) return;
    if (message.kind === 'planned') this.#plan = message;
    else if (message.kind === 'progress') this.#progress = message;
    else if (message.kind === 'failed') this.#end('failed', message);
    else if (message.kind === 'batch') {
      this.#unstored += message.batch.length;
      this.#turn = this.#turn.then(() => this.#handOn(message));
    } else this.#readAs = message.kind;
    this.#settle();
    this.#notify();
  }

  async #handOn(message: Batch): Promise<void> {
    const { batch, rows } = message;
    const bytes = batch.length;
    if (this.ended) return;
    const refusal = await this.#register(message);
    if (refusal !== undefined) {
      this.#refusedByNode = { rows: this.#refusedByNode.rows + rows, first: this.#refusedByNode.first || refusal };
      this.#done(bytes, undefined);
      return;
    }
    this.#offer(message);
  }

  #offer(batchMessage: Batch): void {
    if (this.ended) return;
    const { nodeId, epoch, seq, batch } = batchMessage;
    const { publisher, gateway } = this.#options;
    publisher.offer({
      delivery: { nodeId, epoch, seq, batch, gateway, receivedUs: Date.now() * 1000, skewUs: 0 },
      wanted: () => !this.ended,
      onStored: () => this.#done(batch.length, batchMessage),
      onRefused: ({ code, message, retryable }) => {
        if (retryable) setTimeout(() => this.#offer(batchMessage), this.#options.offerAgainMs ?? OFFER_AGAIN_MS).unref();
        else this.#end('failed', { code, message: `rows of ${nodeId} cannot be stored: ${message}` });
      },
    });
  }

  /** Undefined once the node is known; else why it may not be. Waits as long as that cannot be told. */
  async #register({ nodeId, labels }: Batch): Promise<string | undefined> {
    while (!this.#seen.has(nodeId) && !this.ended) {
      try {
        await this.#options.registry.seenAtDoor(nodeId, labels, this.caller, 'import');
        this.#seen.add(nodeId);
        const nowUs = Date.now() * 1000;
        // The directory has to know that samples of it came, or it would be a node that was never seen.
        const heartbeat = { sentUs: nowUs, summary: { timeUs: nowUs, diskMount: '' } };
        this.#options.sendEphemeral(summarySubject(nodeId), encodeMessage(HEARTBEAT_FIELDS, heartbeat));
      } catch (thrown) {
        const error = toMusterError(thrown);
        if (!error.retryable) return error.message;
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS).unref());
      }
    }
    return undefined;
  }

  #done(bytes: number, accepted: Batch | undefined): void {
    this.#unstored -= bytes;
    if (accepted !== undefined) {
      this.#epoch = accepted.epoch;
      this.#tally.take(accepted);
    }
    this.#say({ kind: 'stored', bytes });
    this.#settle();
    this.#notify();
  }

  /** A span is over once what was read is in the stream, the import is done when the ledger has it too. */
  #settle(): void {
    if (this.#readAs === undefined || this.#unstored > 0 || this.ended) return;
    if (this.#readAs === 'paused') this.#pause();
    else if (!this.#settling) {
      this.#settling = true;
      this.#settleLedger(DONE_QUIET_MS, () => this.ended).then(
        () => this.#end('done', this.#tally.complete ? undefined : BEHIND),
        (thrown: unknown) => this.#end('failed', toMusterError(thrown)),
      );
    }
  }

  #settleLedger(quietMs: number, given: () => boolean): Promise<void> {
    const about = { epoch: this.#epoch, measurement: this.#plan?.mapping.measurement ?? '' };
    return this.#tally.settle((question) => this.#options.accounts.read(question), about, quietMs, given);
  }

  #ledger(): JobMessage['account'] {
    const { ledger } = this.#tally;
    return ledger === undefined
      ? undefined
      : { ...ledger, setAside: [...ledger.setAside], tableRows: ledger.tableRows ?? undefined, incomplete: ledger.incomplete ?? '' };
  }

  #pause(): void {
    if (this.#state === 'paused') return;
    this.#state = 'paused';
    const { pausedMs = PAUSED_MS } = this.#options;
    const words = `it was paused for ${Math.round(pausedMs / 60_000)} minutes: start it again, what is stored stays`;
    this.#pausedTimer = setTimeout(() => this.#end('cancelled', { code: 'deadline_exceeded', message: words }), pausedMs).unref();
  }

  #end(state: JobState, problem?: { code: MusterErrorCode; message: string }): void {
    if (this.ended) return;
    this.#state = state;
    this.#problem = problem;
    this.#endedMs = Date.now();
    clearTimeout(this.#pausedTimer);
    this.#worker.terminate().catch(fault);
    this.#notify();
    this.#onEnd(this);
  }

  #say(message: ToWorker): void {
    if (!this.ended) this.#worker.postMessage(message);
  }

  #notify(): void {
    this.#changed();
    this.#change = new Promise((resolve) => {
      this.#changed = resolve;
    });
  }

  /** Resolves with an empty text when it is so, or with why that is not waited for any longer. */
  async #until(done: () => boolean, withinMs: number, stillMs = this.#options.stillMs ?? STILL_MS): Promise<string> {
    const begunMs = performance.now();
    let seen = '';
    let movedMs = begunMs;
    const look = setInterval(() => this.#notify(), Math.min(LOOK_MS, stillMs));
    try {
      for (; !done(); await this.#change) {
        const nowMs = performance.now();
        const moved = `${this.#progress.bytesRead} ${this.#unstored} ${this.#tally.sent.batches}`;
        if (moved !== seen) movedMs = nowMs;
        seen = moved;
        if (nowMs - movedMs >= stillMs)
          return `nothing of it has moved for ${stillMs / 1000} s (see muster pipeline), and the import goes on`;
        if (nowMs - begunMs >= withinMs) return `it takes more than ${withinMs / 1000} s, and the import goes on`;
      }
      return '';
    } finally {
      clearInterval(look);
    }
  }
}

const BEHIND = {
  code: 'deadline_exceeded',
  message: 'the ledger does not have all of its rows yet: they are in the stream, see muster pipeline',
} as const;

function notesOf({ leftOut, notes }: ImportMapping): string[] {
  return [...leftOut.map(({ header, reason }) => `column ${header} is left out: ${reason}`), ...notes];
}

function toMappingMessage({ time, node, tags, fields, texts, measurement }: ImportMapping): JobMessage['mapping'] {
  return {
    ...{ timeColumn: time.header, timeFormat: time.format, timeZone: time.zone },
    ...{ nodeColumn: node.header, node: node.name },
    ...{ tags: tags.map((tag) => tag.header), fields: fields.map((field) => field.header) },
    ...{ texts: texts.map((text) => text.header), measurement },
    renames: Object.fromEntries([...tags, ...fields, ...texts].flatMap(({ header, name }) => (header === name ? [] : [[header, name]]))),
  };
}

function toTimestamp(ms: number): { seconds: number; nanos: number } {
  return { seconds: Math.floor(ms / 1000), nanos: (ms % 1000) * 1e6 };
}
