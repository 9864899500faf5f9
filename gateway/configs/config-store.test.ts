import type { NatsConnection } from 'nats';
import { expect, it, vi } from 'vitest';
import { ConfigStore } from './config-store.ts';

interface Entry {
  key: string;
  operation: 'PUT' | 'DEL';
  value: Uint8Array;
  revision: number;
}

/** A bucket that has these entries at the start of a gateway, and what is told later. */
function stage(...entries: Entry[]) {
  let tell: (entry: Entry) => void = () => undefined;
  async function* watch(): AsyncGenerator<Entry> {
    yield* entries;
    for (;;) yield await new Promise<Entry>((resolve) => (tell = resolve));
  }
  const kv = {
    status: async () => ({ streamInfo: { created: 'once' } }),
    watch: async ({ initializedFn }: { initializedFn(): void }) => {
      initializedFn();
      return Object.assign(watch(), { stop: () => undefined });
    },
  };
  const quiet = { [Symbol.asyncIterator]: () => ({ next: () => new Promise<never>(() => undefined) }) };
  const connection = { jetstream: () => ({ views: { kv: async () => kv } }), status: () => quiet } as unknown as NatsConnection;
  return { store: new ConfigStore({ connection, events: { entryUnreadable: () => undefined } }), tell: (entry: Entry) => tell(entry) };
}

const put = (key: string, value: unknown, revision: number): Entry => {
  return { key, operation: 'PUT', value: Buffer.from(JSON.stringify(value)), revision };
};
const profile = (name: string) => ({ name, version: 1, document: 'interval: 1s\n', filter: '', sharePercent: 100, changedMs: 1 });

it('holds all configurations back while one cannot be read, names that one, and goes on when it is removed', async () => {
  const { store, tell } = stage(put('all', profile('all'), 1), put('ghana', { of: 'a newer version' }, 2));
  await store.start();
  await vi.waitFor(() => expect(store.held).toBe(true), 20_000);
  expect(store.list().map(({ name }) => name)).toEqual(['all']);
  expect(store.problems()).toEqual([expect.stringMatching(/the entry ghana of .* no configuration is sent until then: agents keep/)]);
  let changes = 0;
  store.onChange(() => changes++);
  tell({ key: 'ghana', operation: 'DEL', value: new Uint8Array(), revision: 3 });
  await vi.waitFor(() => expect([store.held, changes, store.problems()]).toEqual([false, 1, []]), 20_000);
  await store.stop();
});

it('goes on with what it has where only the count of versions cannot be read', async () => {
  const { store } = stage(put('all', profile('all'), 1), put('_version', { of: 'a newer version' }, 2));
  await store.start();
  await vi.waitFor(() => expect(store.problems()).toHaveLength(1), 20_000);
  expect([store.held, store.problems()[0]?.includes('is sent')]).toEqual([false, false]);
  await store.stop();
});
