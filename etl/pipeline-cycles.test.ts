// What goes into a cycle, how many there are at a time, and what is told of them.
import type { JsMsg } from 'nats';
import { beforeEach, expect, test, vi } from 'vitest';
import { Pipeline, type PipelineParts } from './pipeline.ts';

const MIB = 1024 * 1024;
const pauses = vi.hoisted(() => ({ count: 0, after: (): void => undefined }));
vi.mock('node:timers/promises', () => ({
  // A pause is over in the next turn, and the test does then what comes in it.
  setTimeout: async () => {
    pauses.count++;
    await new Promise<void>((resolve) => setImmediate(resolve));
    pauses.after();
  },
}));
beforeEach(() => Object.assign(pauses, { count: 0, after: () => undefined }));

function staged(cycle: object = {}) {
  const taken: number[][] = [];
  const told: unknown[][] = [];
  const open: (() => void)[] = [];
  const world = {
    waiting: [] as number[],
    hold: false,
    room: Promise.resolve() as Promise<void>,
    fails: undefined as Error | undefined,
    nowMs: 0,
    released: 0,
    stored: 0,
  };
  let wake: () => void = () => undefined;
  let stopped = false;
  const consumer = {
    arrived: async () => {
      if (world.waiting.length === 0 && !stopped) await new Promise<void>((resolve) => (wake = resolve));
    },
    get waitingBytes() {
      return world.waiting.reduce((sum, bytes) => sum + bytes, 0);
    },
    take: () => {
      const sizes = world.waiting.splice(0);
      taken.push(sizes);
      return sizes.map((bytes) => ({ data: new Uint8Array(Math.min(bytes, 8)), redelivered: bytes % 2 === 1 })) as unknown as JsMsg[];
    },
    acknowledge: async () => undefined,
    release: (messages: readonly JsMsg[]) => {
      world.released += messages.length;
    },
    stop: async () => {
      stopped = true;
      wake();
    },
  };
  const redelivered: boolean[][] = [];
  const parts = {
    consumer,
    transform: {
      run: async (_: Buffer[], again: boolean[]) => {
        redelivered.push(again);
        if (world.fails !== undefined) throw world.fails;
        return { chunks: [], letters: [], accounts: [], events: [], release: () => undefined, ...cycle };
      },
    },
    tables: { store: async () => undefined },
    ledger: {
      storeEvents: () => (world.hold ? new Promise<void>((resolve) => open.push(resolve)) : Promise.resolve()),
      store: async () => [],
    },
    deadLetters: { store: async () => undefined },
    cap: {
      count: (accounts: unknown) => {
        told.push(['cap', accounts]);
      },
    },
    lag: {
      room: () => world.room,
      release: () => {
        told.push(['lag released']);
      },
    },
    events: {
      cycleStored: (what: unknown) => {
        told.push(['cycle', what]);
      },
      setAside: (...what: unknown[]) => {
        told.push(['aside', ...what]);
      },
      retried: (what: string, error: Error) => {
        told.push(['retried', what, error.message]);
      },
    },
    now: () => world.nowMs,
  };
  const pipeline = new Pipeline(parts as unknown as PipelineParts, () => void world.stored++);
  const push = (...sizes: number[]): void => {
    world.waiting.push(...sizes);
    wake();
  };
  return { pipeline, world, taken, told, open, push, redelivered };
}

const until = (condition: () => boolean) => vi.waitFor(() => expect(condition()).toBe(true), 20_000);

test('what comes within the time of gathering is of one cycle', async () => {
  const { pipeline, world, taken, push } = staged();
  await pipeline.start();
  pauses.after = () => {
    if (pauses.count === 3) world.waiting.push(7);
  };
  push(5);
  await until(() => world.stored === 1);
  // 300 ms in steps of 20.
  expect([taken, pauses.count]).toEqual([[[5, 7]], 15]);
  await pipeline.stop();
});

test('a cycle that is full does not wait', async () => {
  const { pipeline, world, taken, push } = staged();
  await pipeline.start();
  push(8 * MIB);
  await until(() => world.stored === 1);
  expect([taken, pauses.count]).toEqual([[[8 * MIB]], 0]);
  pauses.after = () => world.waiting.push(1);
  push(8 * MIB - 1);
  await until(() => world.stored === 2);
  expect([taken[1], pauses.count]).toEqual([[8 * MIB - 1, 1], 1]);
  await pipeline.stop();
});

test('two cycles are written at a time, the third waits until one is stored', async () => {
  const { pipeline, world, taken, open, push } = staged();
  world.hold = true;
  await pipeline.start();
  for (const count of [1, 2]) {
    push(8 * MIB);
    await until(() => open.length === count);
  }
  push(8 * MIB);
  await new Promise((resolve) => setImmediate(resolve));
  expect(taken).toHaveLength(2);
  open[0]?.();
  await until(() => open.length === 3);
  expect(taken).toHaveLength(3);
  const written = pipeline.written();
  open[1]?.();
  open[2]?.();
  await written;
  expect(world.stored).toBe(3);
  await pipeline.stop();
});

test('nothing is taken while the database may be given no more', async () => {
  const { pipeline, world, taken, push } = staged();
  let go: () => void = () => undefined;
  world.room = new Promise<void>((resolve) => (go = resolve));
  await pipeline.start();
  push(8 * MIB);
  await new Promise((resolve) => setImmediate(resolve));
  expect(taken).toEqual([]);
  go();
  await until(() => world.stored === 1);
  await pipeline.stop();
});

test('messages that come again are told as such to who reads them', async () => {
  const { pipeline, world, redelivered, push } = staged();
  await pipeline.start();
  push(4 * MIB, 4 * MIB + 1);
  await until(() => world.stored === 1);
  expect(redelivered).toEqual([[false, true]]);
  await pipeline.stop();
});

test('a cycle that cannot be read is given back and told, and the next one goes on', async () => {
  const { pipeline, world, told, push } = staged();
  world.fails = new Error('no schema');
  await pipeline.start();
  push(8 * MIB);
  await until(() => world.released === 1);
  expect(told).toEqual([['retried', 'transform', 'no schema']]);
  world.fails = undefined;
  push(8 * MIB);
  await until(() => world.stored === 1);
  await pipeline.stop();
});

test('figures grow by what was stored, refused and merged rows left out', async () => {
  const accounts = [
    { rows: 10, badRows: 2, mergedRows: 1, batch: { createdUs: 7 } },
    { rows: 5, badRows: 0, mergedRows: 0, batch: { createdUs: 3 } },
    { rows: 1, badRows: 1, mergedRows: 0, batch: undefined },
  ];
  const letter = { nodeId: 'n', measurement: 'cpu', reason: 'bad_name', detail: 'first' };
  const letters = [letter, { ...letter, detail: 'second' }, { ...letter, reason: 'not_finite' }, { ...letter, nodeId: 'm' }];
  const { pipeline, world, told, push } = staged({ accounts, letters });
  await pipeline.start();
  push(4 * MIB, 4 * MIB);
  await until(() => world.stored === 1);
  expect(pipeline.figures).toEqual({ rowsStored: 12, lastFlushRows: 12, messagesStored: 2, newestStoredUs: 7 });
  expect(told).toEqual([
    ['aside', 'n', 'cpu', 'bad_name', 2, 'first'],
    ['aside', 'n', 'cpu', 'not_finite', 1, 'first'],
    ['aside', 'm', 'cpu', 'bad_name', 1, 'first'],
    ['cap', accounts],
    ['cycle', { messages: 2, batches: 3, rows: 12, merged: 1, milliseconds: 0 }],
  ]);
  push(8 * MIB);
  await until(() => world.stored === 2);
  expect(pipeline.figures).toEqual({ rowsStored: 24, lastFlushRows: 12, messagesStored: 3, newestStoredUs: 7 });
  await pipeline.stop();
  expect(told.at(-1)).toEqual(['lag released']);
});
