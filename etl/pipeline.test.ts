// The order on which the promise rests: rows and events, then letters, then the ledger, then its letters, then the acknowledgement. A process that is killed
// between two of these has acknowledged nothing, and everything comes again.
import type { JsMsg } from 'nats';
import { expect, it } from 'vitest';
import { Pipeline, type PipelineParts } from './pipeline.ts';

const STEPS = ['rows', 'events', 'letters of rows', 'ledger', 'letters of the ledger', 'acknowledge'] as const;
type Step = (typeof STEPS)[number];

const CHUNK = { table: 'cpu' };
const ROW_LETTER = { nodeId: 'n', measurement: 'cpu', reason: 'malformed' };
const LEDGER_LETTER = { nodeId: 'n', measurement: 'drops', reason: 'rejected_by_database' };

interface Staged {
  pipeline: Pipeline;
  /** What was begun, in order. */
  begun: Step[];
  /** Ends a step that was begun, well or not. */
  end(step: Step, error?: Error): void;
  /** Resolves when this step has begun. */
  begins(step: Step): Promise<void>;
  released: () => number;
  acknowledgedCycles: () => number;
}

/** One message; each step hangs until the test ends it. */
function stage(): Staged {
  const begun: Step[] = [];
  const ends = new Map<Step, (error?: Error) => void>();
  const waiting = new Map<Step, () => void>();
  let messages = [{ data: new Uint8Array(1), redelivered: false }] as unknown as JsMsg[];
  let released = 0;
  let stored = 0;
  let wake: () => void = () => undefined;
  const step = (name: Step): Promise<void> =>
    new Promise((resolve, reject) => {
      begun.push(name);
      ends.set(name, (error) => (error === undefined ? resolve() : reject(error)));
      waiting.get(name)?.();
    });
  const cycle = {
    ...{
      chunks: [CHUNK],
      letters: [ROW_LETTER],
      accounts: [{ rows: 3, badRows: 1, mergedRows: 0 }],
      events: [{}],
      release: () => undefined,
    },
  };
  const parts = {
    consumer: {
      arrived: () => (messages.length > 0 ? Promise.resolve() : new Promise<void>((resolve) => (wake = resolve))),
      waitingBytes: Number.POSITIVE_INFINITY,
      take: () => messages.splice(0),
      acknowledge: () => step('acknowledge'),
      release: (given: readonly JsMsg[]) => {
        released += given.length;
      },
      stop: async () => wake(),
    },
    transform: { run: async () => cycle },
    tables: { store: () => step('rows') },
    ledger: {
      storeEvents: () => step('events'),
      store: async () => {
        await step('ledger');
        return [LEDGER_LETTER];
      },
    },
    deadLetters: { store: ([letter]: unknown[]) => step(letter === LEDGER_LETTER ? 'letters of the ledger' : 'letters of rows') },
    cap: { count: () => undefined },
    lag: { room: async () => undefined, release: () => undefined },
    ...{ events: { cycleStored: () => undefined, setAside: () => undefined, retried: () => undefined }, now: () => 0 },
  };
  messages = [...messages];
  const pipeline = new Pipeline(parts as unknown as PipelineParts, () => {
    stored++;
  });
  return {
    ...{ pipeline, begun, released: () => released, acknowledgedCycles: () => stored },
    end: (name, error) => ends.get(name)?.(error),
    begins: (name) => (begun.includes(name) ? Promise.resolve() : new Promise((resolve) => waiting.set(name, resolve))),
  };
}

/** Lets everything run that waits for nothing else. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Ends all steps before `last`, in their order, and leaves it hanging. */
async function runTo(staged: Staged, last: Step): Promise<void> {
  await staged.pipeline.start();
  for (const step of STEPS) {
    await staged.begins(step);
    if (step === last) return;
    staged.end(step);
  }
}

it('begins each step only when all before it have ended, and acknowledges last', async () => {
  const staged = stage();
  await staged.pipeline.start();
  await staged.begins('events');
  for (const [i, step] of STEPS.entries()) {
    await staged.begins(step);
    await settled();
    // Rows and events are stored side by side.
    expect(staged.begun).toEqual(STEPS.slice(0, Math.max(2, i + 1)));
    staged.end(step);
  }
  await settled();
  expect([staged.acknowledgedCycles(), staged.released()]).toEqual([1, 0]);
  await staged.pipeline.stop();
});

it.each(STEPS.slice(0, -1))('has acknowledged nothing when it is killed while "%s" is on the way', async (last) => {
  const staged = stage();
  await runTo(staged, last);
  await settled();
  expect(staged.begun).not.toContain('acknowledge');
  expect([staged.acknowledgedCycles(), staged.released()]).toEqual([0, 0]);
});

it.each(STEPS.slice(0, -1))('gives the message back when "%s" fails, and does none of what would follow', async (last) => {
  const staged = stage();
  await runTo(staged, last);
  staged.end(last, new Error('the part is stopping'));
  await settled();
  expect(staged.begun).not.toContain('acknowledge');
  expect(staged.begun.slice(STEPS.indexOf(last) + 1).filter((step) => step !== 'events')).toEqual([]);
  expect([staged.acknowledgedCycles(), staged.released()]).toEqual([0, 1]);
  await staged.pipeline.stop();
});
