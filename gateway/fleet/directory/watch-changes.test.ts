// What a watch of nodes says after its first answer, one pause after the other.
import { beforeEach, expect, test, vi } from 'vitest';
import type { RegistryEntry } from '../../../core/common/registry-entry.ts';
import type { Heartbeat, NodesUpdate } from '../../../proto/gen/messages.ts';
import { Directory } from './directory.ts';
import { watchNodes } from './watch-nodes.ts';

const pauses = vi.hoisted(() => ({ asked: [] as number[], next: [] as (() => void)[] }));
vi.mock('node:timers/promises', () => ({
  // Each pause does what the test has ready for it; without anything left the watch is given up.
  setTimeout: async (ms: number, _: unknown, { signal }: { signal: AbortSignal }) => {
    pauses.asked.push(ms);
    const act = pauses.next.shift();
    if (act === undefined) throw new Error('the test is over');
    act();
    signal.throwIfAborted();
  },
}));
beforeEach(() => Object.assign(pauses, { asked: [], next: [] }));

function staged(count: number) {
  const directory = new Directory(() => 10_000);
  const enter = (nodeId: string, name = nodeId): void =>
    directory.applyEntry(nodeId, {
      nodeId,
      info: { name, labels: {}, addresses: [], commands: [], agentVersion: '1' },
      enrolledMs: 1,
      intervalMs: 1000,
    } as unknown as RegistryEntry);
  for (let i = 0; i < count; i++) enter(`node-${i}`);
  const beat = (nodeId: string): void => directory.applyHeartbeat(nodeId, { sentUs: 0, summary: {} } as unknown as Heartbeat);
  const watch = async (
    next: (() => void)[],
    request = { filter: '', intervalMs: 0 },
    signal = new AbortController().signal,
  ): Promise<NodesUpdate[]> => {
    pauses.next = next;
    const messages: NodesUpdate[] = [];
    try {
      for await (const message of watchNodes(directory, request, signal)) messages.push(message);
    } catch (error) {
      if (!signal.aborted) expect(error).toMatchObject({ message: 'the test is over' });
    }
    return messages;
  };
  const beatAll = (nodeIds: readonly string[]): void => {
    for (const nodeId of nodeIds) beat(nodeId);
  };
  return { directory, enter, beat, beatAll, watch };
}

const ids = (directory: Directory): string[] => [...directory.nodes()].map(({ nodeId }) => nodeId);
const nothing = (): void => undefined;
const shown = (messages: readonly NodesUpdate[]) => messages.map(({ nodes, removed }) => [nodes.map(({ nodeId }) => nodeId), removed]);

test('where nothing changed nothing is said', async () => {
  const { watch, beat } = staged(2);
  const messages = await watch([nothing, nothing, () => beat('node-1'), nothing]);
  expect(shown(messages)).toEqual([
    [['node-0', 'node-1'], []],
    [['node-1'], []],
  ]);
  expect(messages.map(({ complete }) => complete)).toEqual([true, false]);
  expect(pauses.asked).toEqual([1000, 1000, 1000, 1000, 1000]);
});

test('a node that changed often between two pauses is said once', async () => {
  const { watch, beatAll } = staged(2);
  const messages = await watch([() => beatAll(['node-0', 'node-1', 'node-0'])]);
  expect(shown(messages.slice(1))).toEqual([[['node-0', 'node-1'], []]]);
});

test('a node that was removed, or matches no more, is gone; one that was never shown is not', async () => {
  const { watch, directory, enter } = staged(0);
  enter('a', 'web');
  enter('b', 'web');
  enter('c', 'db');
  const messages = await watch(
    [() => directory.applyEntry('a', undefined), () => enter('b', 'db'), () => directory.applyEntry('c', undefined)],
    {
      ...{ filter: 'name:web', intervalMs: 100 },
    },
  );
  expect(shown(messages)).toEqual([
    [['a', 'b'], []],
    [[], ['a']],
    [[], ['b']],
  ]);
});

test('a node that comes, and one that begins to match, is shown', async () => {
  const { watch, enter } = staged(0);
  enter('c', 'db');
  const messages = await watch([() => enter('d', 'web'), () => enter('c', 'web')], { filter: 'name:web', intervalMs: 100 });
  expect(shown(messages)).toEqual([
    [[], []],
    [['d'], []],
    [['c'], []],
  ]);
});

test.each([
  [100, [[100, true]]],
  [
    101,
    [
      [100, false],
      [1, true],
    ],
  ],
  [
    600,
    [
      [100, false],
      [500, true],
    ],
  ],
])('a first answer of %i nodes has no empty piece', async (count, pieces) => {
  const { watch } = staged(count);
  expect((await watch([])).map(({ nodes, complete }) => [nodes.length, complete])).toEqual(pieces);
});

test('five hundred changes are one piece, one more makes another', async () => {
  const { watch, directory, beatAll } = staged(501);
  const messages = await watch([
    () => beatAll(ids(directory).slice(0, 500)),
    () => beatAll(ids(directory)),
    () => {
      for (const nodeId of ids(directory)) directory.applyEntry(nodeId, undefined);
    },
  ]);
  expect(messages.slice(2).map(({ nodes, removed }) => [nodes.length, removed.length])).toEqual([
    ...[
      [500, 0],
      [500, 0],
      [1, 0],
      [0, 500],
      [0, 1],
    ],
  ]);
});

test('it is asked at most ten times a second', async () => {
  const { watch, directory } = staged(1);
  await watch([], { filter: '', intervalMs: 100 });
  expect(pauses.asked).toEqual([100]);
  const tooOften = watchNodes(directory, { filter: '', intervalMs: 99 }, new AbortController().signal);
  await expect(tooOften.next()).rejects.toThrow('interval_ms is 99: at least 100');
});

test('whoever watches no more costs the directory nothing', async () => {
  const { watch, directory, beat } = staged(1);
  const feeds = vi.spyOn(directory, 'watch');
  const stopping = new AbortController();
  await watch([() => stopping.abort()], { filter: '', intervalMs: 100 }, stopping.signal);
  const feed = feeds.mock.results[0]?.value as ReturnType<Directory['watch']>;
  beat('node-0');
  expect(feed.take()).toEqual([]);
});
