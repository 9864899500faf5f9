// The thread that reads a file for an import job: batches to the gateway as there is room for them. The gateway's own loop never reads a file.

import { parentPort, workerData } from 'node:worker_threads';
import { toMusterError } from '../../core/common/muster-error.ts';
import { timeWindow } from '../../core/common/row-time.ts';
import { BatchBuilder } from '../../core/files/import/batch-builder.ts';
import { CutPoints, importIdentity } from '../../core/files/import/import-identity.ts';
import type { ImportMapping } from '../../core/files/import/import-mapping.ts';
import type { ImportSource, ReadOptions } from '../../core/files/import/import-source.ts';
import { openSource } from '../../core/files/import/open-source.ts';
import { ReplayPace, replayPieceBytes } from '../../core/files/import/replay-pace.ts';
import { StepSink } from '../../core/files/import/step-sink.ts';
import { encodeBatch } from '../../proto/batch-codec.ts';
import type { FromWorker, ImportTask, ToWorker } from './import-messages.ts';

/** Bytes of batches that the gateway may hold for a job. */
const MAX_UNSTORED_BYTES = 16 * 1024 * 1024;

const port = parentPort;
if (port === null) throw new Error('import-worker runs as a thread of the gateway');
const task = workerData as ImportTask;
let unstored = 0;
let spans = 0;
let wake: () => void = () => undefined;

port.on('message', (message: ToWorker) => {
  if (message.kind === 'stored') unstored -= message.bytes;
  else spans++;
  wake();
});

const tell = (message: FromWorker, transfer: ArrayBuffer[] = []): void => port.postMessage(message, transfer);

try {
  await run();
} catch (thrown) {
  const { code, message } = toMusterError(thrown);
  // Whoever imports knows the file by its name, not by where the gateway keeps it.
  tell({ kind: 'failed', code, message: message.replaceAll(task.path, task.file) });
}
port.close();

async function until(done: () => boolean): Promise<void> {
  while (!done()) {
    await new Promise<void>((resolve) => {
      wake = resolve;
    });
  }
}

async function run(): Promise<void> {
  const source = await openSource(task.path, task.csv, task.scratch);
  try {
    const mapping = source.plan(task.mapping);
    tell({ kind: 'planned', mapping, bytes: source.bytes });
    await source.assertReadable(mapping);
    const newestUs = task.shiftToNow || task.windowSeconds > 0 ? await source.newestUs(mapping) : Number.NaN;
    const shiftUs = task.shiftToNow && !Number.isNaN(newestUs) ? Date.now() * 1000 - newestUs : 0;
    const fromUs = task.windowSeconds > 0 && !Number.isNaN(newestUs) ? newestUs + shiftUs - task.windowSeconds * 1e6 : undefined;
    await send(source, mapping, shiftUs, fromUs);
  } finally {
    await source.close?.();
  }
  tell({ kind: 'done' });
}

async function send(source: ImportSource, mapping: ImportMapping, shiftUs: number, fromUs: number | undefined): Promise<void> {
  const { windowSeconds, maxRowsPerNode, stepSeconds, speed } = task;
  const identity = importIdentity(source.fingerprint, mapping, {
    ...{ now: task.shiftToNow, windowSeconds, maxRowsPerNode, replayed: speed > 0, stepSeconds },
  });
  const batches: BatchMessage[] = [];
  const builder = new BatchBuilder({
    measurement: mapping.measurement,
    tags: mapping.tags.map((tag) => tag.name),
    fields: mapping.fields.map((field) => field.name),
    texts: mapping.texts.map((text) => text.name),
    identity: `${identity} ${shiftUs}`,
    onBatch: ({ nodeId, epoch, seq, createdUs, oldestUs, frame, labels }) => {
      const batch = encodeBatch({ epoch, seq, createdUs, frames: [frame], events: [], dropped: [] });
      batches.push({ kind: 'batch', nodeId, epoch, seq, batch, labels, rows: frame.timeUs.length, oldestUs, createdUs });
    },
  });
  const step = stepSeconds > 0 ? new StepSink(builder, stepSeconds * 1e6) : undefined;
  const refusals = { count: 0, first: '' };
  const options: ReadOptions = {
    ...{ builder: step ?? builder, mapping, shiftUs, window: timeWindow(Date.now() * 1000, task.ttlDays) },
    ...(fromUs === undefined ? {} : { fromUs }),
    ...(maxRowsPerNode > 0 ? { maxRowsPerNode } : {}),
    ...(speed > 0 ? { pieceBytes: replayPieceBytes(source.bytes) } : {}),
    onRefused: ({ reason }) => {
      refusals.first ||= reason;
      refusals.count++;
    },
  };
  const reader = await source.read(options);
  const pace = new ReplayPace(speed);
  const progress = (): void =>
    tell({
      ...{
        kind: 'progress',
        bytesRead: Math.min(source.bytes, reader.position.offset),
        rowsRead: reader.counts.rows,
        leftOut: reader.counts.leftOut,
      },
      ...{ refused: refusals.count, firstRefusal: refusals.first },
    });
  const deliver = async (): Promise<void> => {
    for (const batch of batches.splice(0)) {
      pace.begin(batch.oldestUs);
      await pace.until(batch.createdUs);
      await sendBatch(batch);
    }
    progress();
  };
  try {
    const cuts = new CutPoints(mapping);
    for (let more = true; more; ) {
      more = await reader.next();
      if (cuts.reached(reader.counts.taken, builder.textBytes, !more) || speed > 0) builder.flush();
      await deliver();
      // A span may hold rows of several pieces, and a piece those of several spans.
      while (step?.isFull) {
        builder.flush();
        await deliver();
        const before = spans;
        tell({ kind: 'paused' });
        await until(() => spans > before);
        step.next();
      }
      if (!more) builder.flush();
      await deliver();
    }
  } finally {
    await reader.close();
  }
}

type BatchMessage = Extract<FromWorker, { kind: 'batch' }>;

async function sendBatch(message: BatchMessage): Promise<void> {
  // Encoded into memory of its own: handing it over copies nothing and takes nothing else along.
  unstored += message.batch.length;
  tell(message, [message.batch.buffer as ArrayBuffer]);
  await until(() => unstored < MAX_UNSTORED_BYTES);
}
