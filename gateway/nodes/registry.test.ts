import type { NatsConnection } from 'nats';
import { expect, it, vi } from 'vitest';
import type { RegistryEntry } from '../../core/common/registry-entry.ts';
import { REMOVED_BUCKET } from '../../core/common/streams.ts';
import { NodeRegistry } from './registry.ts';

/** A registry whose watch tells these entries, beside a bucket of removed nodes that does not answer. */
function stage(...entries: object[]): NatsConnection {
  const nodes = {
    ...{
      get: async (key: string) => entries.findLast((entry) => 'key' in entry && entry.key === key) ?? null,
      create: async () => 1,
      status: async () => ({ streamInfo: { created: 'once' } }),
    },
    watch: async ({ initializedFn }: { initializedFn(): void }) => {
      initializedFn();
      return Object.assign(follow(entries), { stop: () => undefined });
    },
    history: async () => [],
  };
  const lost = {
    delete: async () => {
      throw new Error('TIMEOUT');
    },
  };
  const kv = async (bucket: string): Promise<object> => (bucket === REMOVED_BUCKET ? lost : nodes);
  return { jetstream: () => ({ views: { kv } }), status: () => never() } as unknown as NatsConnection;
}

async function* follow(entries: readonly object[]): AsyncGenerator<object> {
  yield* entries;
  yield* never();
}

async function* never(): AsyncGenerator<never> {
  await new Promise<never>(() => undefined);
}

const ENTRY = {
  ...{ nodeId: 'node-1', enrolledMs: 1, updatedMs: 1, intervalMs: 1000 },
  info: { name: 'one', labels: {} },
} as unknown as RegistryEntry;

it('tells a door to come again where the entry of a node cannot be read, whether or not the watch has told of it', async () => {
  const quiet = (): void => undefined;
  const events = { entryUnreadable: quiet, retried: quiet, identityLocked: quiet, removedStillKept: quiet };
  const put = (key: string, text: string, revision: number) => ({ key, operation: 'PUT', value: Buffer.from(text), revision });
  const connection = stage(put('node-1', '{"of": "a newer version"}', 1));
  const registry = new NodeRegistry({ connection, events, limits: { maxNodes: 0, newNodesPerTokenPerDay: 0 } });
  await registry.start();
  await vi.waitFor(() => expect(registry.problems()).toHaveLength(1), 20_000);
  const push = (): Promise<void> => registry.seenAtDoor('node-1', {}, { tokenId: 't', labels: {} }, 'push');
  await expect(push()).rejects.toMatchObject({
    code: 'unavailable',
    message: expect.stringContaining('node-1 of muster_nodes cannot be read'),
  });
  await registry.stop();
});

it('brings a node back as a whole where its place among the removed cannot be cleared, and tells of that', async () => {
  const kept: object[] = [];
  const quiet = (): void => undefined;
  const events = { entryUnreadable: quiet, retried: quiet, identityLocked: quiet, removedStillKept: (what: object) => kept.push(what) };
  const registry = new NodeRegistry({ connection: stage(), events, limits: { maxNodes: 10, newNodesPerTokenPerDay: 10 }, now: () => 7 });
  const changed: string[] = [];
  registry.onChanged((nodeId) => changed.push(nodeId));
  await registry.start();
  expect(await registry.restore({ entry: ENTRY, removedMs: 5 })).toEqual({ ...ENTRY, updatedMs: 7 });
  expect(changed).toEqual(['node-1']);
  expect(registry.get('node-1')?.updatedMs).toBe(7);
  expect(kept).toEqual([{ nodeId: 'node-1', error: expect.stringContaining('TIMEOUT') }]);
  await registry.stop();
});

it('takes a node for removed only where the mark of it was seen, and an entry that it cannot read for unknown', async () => {
  const unreadable: string[] = [];
  const events = {
    ...{ retried: () => undefined, identityLocked: () => undefined, removedStillKept: () => undefined },
    entryUnreadable: ({ key }: { key: string }) => unreadable.push(key),
  };
  const put = (key: string, text: string, revision: number): object => ({ key, operation: 'PUT', value: Buffer.from(text), revision });
  const good = JSON.stringify(ENTRY);
  const connection = stage(...[put('node-1', good, 1), put('node-2', '\0garbage', 2), put('node-1', '{"nodeId": 5}', 3)], {
    key: 'node-3',
    operation: 'DEL',
    value: new Uint8Array(),
    revision: 4,
  });
  const registry = new NodeRegistry({ connection, events, limits: { maxNodes: 10, newNodesPerTokenPerDay: 10 } });
  const removed: string[] = [];
  registry.onRemoved((nodeId) => removed.push(nodeId));
  await registry.start();
  await vi.waitFor(() => expect(removed).toEqual(['node-3']), 20_000);
  expect(['node-1', 'node-2', 'node-3', 'node-4'].filter((nodeId) => registry.isRemoved(nodeId))).toEqual(['node-3']);
  for (const nodeId of ['node-1', 'node-2']) expect(() => registry.assertNotRemoved(nodeId)).not.toThrow();
  expect(registry.get('node-1')).toEqual(ENTRY);
  expect(unreadable).toEqual(['node-2', 'node-1']);
  expect(registry.problems()).toEqual([expect.stringContaining('2 entries of muster_nodes, node-1 among them, cannot be read')]);
  await registry.stop();
});
