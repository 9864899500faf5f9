import type { NatsConnection } from 'nats';
import { expect, it } from 'vitest';
import type { RegistryEntry } from '../../core/common/registry-entry.ts';
import { REMOVED_BUCKET } from '../../core/common/streams.ts';
import { NodeRegistry } from './registry.ts';

/** An empty registry, beside a bucket of removed nodes that does not answer. */
function stage(): NatsConnection {
  const nodes = {
    ...{ get: async () => null, create: async () => 1, status: async () => ({ streamInfo: { created: 'once' } }) },
    watch: async ({ initializedFn }: { initializedFn(): void }) => {
      initializedFn();
      return Object.assign(never(), { stop: () => undefined });
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

async function* never(): AsyncGenerator<never> {
  await new Promise<never>(() => undefined);
}

const ENTRY = {
  ...{ nodeId: 'node-1', enrolledMs: 1, updatedMs: 1, intervalMs: 1000 },
  info: { name: 'one', labels: {} },
} as unknown as RegistryEntry;

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
