// Presence of two gateways over one bucket in memory, which compares and sets as JetStream's does.
import { NatsError } from 'nats';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { PresenceEntry } from '../../core/common/streams.ts';
import type { NatsLink } from '../nats-link.ts';
import { Presence, type StreamFate } from './presence.ts';

const NODE = '3f0c2a9e-0000-4000-8000-00000000000a';
const NUMBERS = { epoch: 'aa', acknowledgedSeq: 0 };

interface Stored {
  key: string;
  revision: number;
  text: string;
}

/** The part of a KV bucket that presence and its watch use. */
class Bucket {
  readonly #entries = new Map<string, Stored>();
  readonly #watches = new Set<(entry: Stored) => void>();
  #revision = 0;

  connection(): NatsLink['connection'] {
    return { jetstream: () => ({ views: { kv: async () => this } }), status: () => never() } as unknown as NatsLink['connection'];
  }

  read(key: string): PresenceEntry | undefined {
    const found = this.#entries.get(key);
    return found === undefined ? undefined : JSON.parse(found.text);
  }

  async status(): Promise<object> {
    return { streamInfo: { created: 'once' } };
  }

  async get(key: string): Promise<object | null> {
    const found = this.#entries.get(key);
    return found === undefined ? null : toEntry(found);
  }

  async history(): Promise<object> {
    return iterate([...this.#entries.values()].map(toEntry));
  }

  async put(key: string, text: string): Promise<number> {
    const stored = { key, text, revision: ++this.#revision };
    this.#entries.set(key, stored);
    for (const tell of this.#watches) tell(stored);
    return stored.revision;
  }

  async create(key: string, text: string): Promise<number> {
    return this.update(key, text, 0);
  }

  async update(key: string, text: string, revision: number): Promise<number> {
    if ((this.#entries.get(key)?.revision ?? 0) !== revision) {
      const error = new NatsError('wrong last sequence', '400');
      error.api_error = { err_code: 10071, code: 400, description: 'wrong last sequence' };
      throw error;
    }
    return this.put(key, text);
  }

  async watch({ initializedFn }: { initializedFn(): void }): Promise<object> {
    const waiting = [...this.#entries.values()];
    let wake = (): void => undefined;
    let stopped = false;
    const tell = (entry: Stored): void => {
      waiting.push(entry);
      wake();
    };
    this.#watches.add(tell);
    const follow = async function* (): AsyncGenerator<object> {
      initializedFn();
      while (!stopped) {
        const next = waiting.shift();
        if (next !== undefined) yield toEntry(next);
        else
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
      }
    };
    return Object.assign(follow(), {
      stop: () => {
        stopped = true;
        this.#watches.delete(tell);
        wake();
      },
    });
  }
}

function toEntry({ key, revision, text }: Stored): object {
  return { key, revision, operation: 'PUT', value: Buffer.from(text), json: () => JSON.parse(text) };
}

async function* iterate(entries: readonly object[]): AsyncGenerator<object> {
  yield* entries;
}

async function* never(): AsyncGenerator<object> {
  await new Promise<never>(() => undefined);
}

let bucket: Bucket;
let fates: (StreamFate & { gateway: string })[];
const started: Presence[] = [];

async function gateway(name: string): Promise<Presence> {
  const link = { connection: bucket.connection(), connected: true } as unknown as NatsLink;
  const presence = new Presence({ link, gateway: name, events: { retried: () => undefined, entryUnreadable: () => undefined } });
  presence.onFate((fate) => fates.push({ ...fate, gateway: name }));
  await presence.start();
  started.push(presence);
  return presence;
}

const settled = (session: string): Promise<void> => vi.waitFor(() => expect(bucket.read(NODE)?.session).toBe(session), 20_000);

beforeEach(() => {
  bucket = new Bucket();
  fates = [];
});
afterEach(async () => {
  for (const presence of started.splice(0)) await presence.stop();
});

it('numbers the streams of a node, and tells the gateway that lost it', async () => {
  const [a, b] = [await gateway('a'), await gateway('b')];
  expect(a.connected(NODE, 's1', 'process', NUMBERS)).toBe(true);
  await settled('s1');
  expect(bucket.read(NODE)).toMatchObject({ gateway: 'a', stream: 1, instance: 'process' });
  expect(b.connected(NODE, 's2', 'process', NUMBERS)).toBe(true);
  await settled('s2');
  await vi.waitFor(
    () => expect(fates).toMatchObject([{ gateway: 'a', kind: 'superseded', session: 's1', other: { gateway: 'b', stream: 2 } }]),
    20_000,
  );
  // What the loser says afterwards changes nothing.
  a.setProblem(NODE, 'late');
  a.disconnected(NODE, 's1', NUMBERS);
  b.setProblem(NODE, 'its clock');
  await vi.waitFor(() => expect(bucket.read(NODE)).toMatchObject({ gateway: 'b', session: 's2', stream: 2, problem: 'its clock' }), 20_000);
  b.disconnected(NODE, 's2', NUMBERS);
  await vi.waitFor(() => expect(bucket.read(NODE)).toMatchObject({ gateway: '', stream: 2, instance: 'process' }), 20_000);
});

it('refuses the stream of a process that takes turns with another one, across gateways', async () => {
  const [a, b] = [await gateway('a'), await gateway('b')];
  const turns = [a, b, a, b].map((presence, i) => ({ presence, session: `s${i}`, instance: presence === a ? 'original' : 'copy' }));
  const taken: boolean[] = [];
  for (const { presence, session, instance } of turns) {
    await vi.waitFor(() => expect(presence.current(NODE)?.stream ?? 0).toBe(bucket.read(NODE)?.stream ?? 0), 20_000);
    taken.push(presence.connected(NODE, session, instance, NUMBERS));
    if (taken.at(-1)) await settled(session);
  }
  expect(taken).toEqual([true, true, true, false]);
  expect(bucket.read(NODE)).toMatchObject({ gateway: 'a', session: 's2', instance: 'original', earlier: ['copy'] });
});

it('finds in the bucket what the watch has not told yet', async () => {
  const a = await gateway('a');
  expect(a.connected(NODE, 'mine', 'copy', NUMBERS)).toBe(true);
  // Another gateway was quicker, and the two have taken turns already.
  const holder = { gateway: 'b', sinceMs: 0, session: 'theirs', problem: '', stream: 7, instance: 'original' };
  await bucket.put(NODE, JSON.stringify({ ...holder, earlier: ['copy'], returnsMs: [Date.now() - 1000] }));
  await vi.waitFor(() => expect(fates).toMatchObject([{ kind: 'conflict', session: 'mine', other: { session: 'theirs' } }]), 20_000);
  expect(bucket.read(NODE)).toMatchObject({ session: 'theirs', stream: 7 });
});
