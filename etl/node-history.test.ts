import type { NatsConnection } from 'nats';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { EtlEvents } from './events.ts';
import { NodeHistory } from './node-history.ts';
import type { OwnWriterParts } from './questdb/own-writer.ts';

const world = vi.hoisted(() => ({ stored: [] as string[][], failure: undefined as Error | undefined, refuses: '', pauses: 0 }));
vi.mock('./questdb/own-writer.ts', () => ({
  OwnWriter: class {
    async store(rows: { nodeId: string; info: { name: string } }[], refused: (row: object, words: string) => void): Promise<void> {
      if (world.failure !== undefined) throw world.failure;
      world.stored.push(rows.map(({ nodeId, info }) => `${nodeId} ${info.name}`));
      for (const row of rows) if (row.nodeId === world.refuses) refused(row, 'no');
    }
  },
}));
vi.mock('./questdb/retry.ts', () => ({
  pauseBefore: async (_: number, signal: AbortSignal) => {
    world.pauses++;
    await new Promise((resolve) => setTimeout(resolve, 100));
    signal.throwIfAborted();
  },
}));
beforeEach(() => {
  Object.assign(world, { stored: [], failure: undefined, refuses: '', pauses: 0 });
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** A bucket whose watch gives what is pushed. */
function staged() {
  const server = { created: 'a', failure: undefined as Error | undefined, watches: 0, stopped: 0 };
  let waiting: object[] = [];
  let wake: () => void = () => undefined;
  const watch = () => {
    server.watches++;
    let ended = false;
    return {
      async *[Symbol.asyncIterator]() {
        for (;;) {
          const entries = waiting;
          waiting = [];
          yield* entries;
          if (ended) return;
          if (waiting.length === 0) await new Promise<void>((resolve) => (wake = resolve));
        }
      },
      stop: () => {
        ended = true;
        server.stopped++;
        wake();
      },
    };
  };
  const bucket = { status: async () => ({ streamInfo: { created: server.created } }), watch: async () => watch() };
  const kv = async () => {
    if (server.failure !== undefined) throw server.failure;
    return bucket;
  };
  const told: string[] = [];
  const events = {
    retried: (what: string, error: Error) => told.push(`${what}: ${error.message}`),
    setAside: (...args: unknown[]) => told.push(args.join(' ')),
  } as unknown as EtlEvents;
  const history = new NodeHistory({ jetstream: () => ({ views: { kv } }) } as unknown as NatsConnection, {} as OwnWriterParts, events);
  const push = async (text: string, operation = 'PUT'): Promise<void> => {
    waiting.push({ operation, string: () => text });
    wake();
    await vi.advanceTimersByTimeAsync(0);
  };
  const node = (nodeId: string, name: string) => push(JSON.stringify({ nodeId, info: { name } }));
  const pass = (ms = 0) => vi.advanceTimersByTimeAsync(ms);
  return { server, history, told, push, node, pass };
}

test('changes that come together are stored together, of each node the newest', async () => {
  const { history, node, pass } = staged();
  await history.start();
  await pass();
  await node('a', 'one');
  await node('b', 'two');
  await node('a', 'three');
  await pass(199);
  expect(world.stored).toEqual([]);
  await pass(1);
  expect(world.stored).toEqual([['a three', 'b two']]);
  await node('a', 'four');
  await pass(200);
  expect(world.stored).toEqual([['a three', 'b two'], ['a four']]);
  await history.stop();
});

test('a node that was removed, and an entry that is none, are no rows', async () => {
  const { history, push, node, told, pass } = staged();
  await history.start();
  await pass();
  await push('', 'DEL');
  await push('no JSON');
  await node('a', 'one');
  await pass(200);
  expect(world.stored).toEqual([['a one']]);
  expect(told).toEqual([expect.stringMatching(/^registry entry: /)]);
  await history.stop();
});

test('a row that the database refuses is set aside with its words, and a failure is told', async () => {
  const { history, node, told, pass } = staged();
  await history.start();
  await pass();
  world.refuses = 'a';
  await node('a', 'one');
  await pass(200);
  world.failure = new Error('away');
  await node('b', 'two');
  await pass(200);
  expect(told).toEqual(['a node_history rejected_by_database 1 no', 'node history: away']);
  await history.stop();
});

test('where nats-server is away the watch begins when it is back', async () => {
  const { server, history, node, told, pass } = staged();
  server.failure = new Error('away');
  await history.start();
  await pass(250);
  expect([server.watches, world.pauses, told[0]]).toEqual([0, 3, 'watch of the registry: away']);
  server.failure = undefined;
  await pass(100);
  await node('a', 'one');
  await pass(200);
  expect([server.watches, world.stored]).toEqual([1, [['a one']]]);
  await history.stop();
});

test('of a bucket that was made anew another watch is begun; of the same one the watch stays', async () => {
  const { server, history, node, pass } = staged();
  await history.start();
  await pass(20_000);
  expect([server.watches, server.stopped]).toEqual([1, 0]);
  server.created = 'b';
  await pass(5000);
  await pass(100);
  expect([server.watches, server.stopped]).toEqual([2, 1]);
  await node('a', 'one');
  await pass(200);
  expect(world.stored).toEqual([['a one']]);
  await history.stop();
  expect(vi.getTimerCount()).toBe(0);
});

test('after a stop it can be started again', async () => {
  const { server, history, node, pass } = staged();
  await history.start();
  await pass();
  await history.stop();
  await pass(60_000);
  expect(server.watches).toBe(1);
  await history.start();
  await pass();
  await node('a', 'one');
  await pass(200);
  expect([server.watches, world.stored]).toEqual([2, [['a one']]]);
  await history.stop();
});
