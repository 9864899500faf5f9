import { expect, it } from 'vitest';
import type { PresenceEntry } from '../../core/common/streams.ts';
import type { NatsLink } from '../nats-link.ts';
import { Presence } from './presence.ts';

/** A bucket in which `count` nodes are said to be at gateway-1, one at another, and one where nobody can read it. Each write takes a turn of the event loop. */
function stage(count: number): { link: NatsLink; written: Map<string, PresenceEntry>; most: () => number } {
  const written = new Map<string, PresenceEntry>();
  let open = 0;
  let most = 0;
  const said = (gateway: string) => ({ gateway, sinceMs: 1, session: 's', problem: 'p', epoch: 'e', acknowledgedSeq: 7 });
  const entries = Array.from({ length: count + 1 }, (_, i) => ({
    ...{ key: `node-${i}`, operation: 'PUT', json: () => said(i === count ? 'gateway-2' : 'gateway-1') },
  }));
  const kv = {
    history: async () => [...entries, { key: 'garbage', operation: 'PUT', json: () => JSON.parse('{"gat') }],
    ...{ status: async () => ({ streamInfo: { created: 'once' } }), watch: async (wish: { initializedFn(): void }) => silentWatch(wish) },
    update: async (key: string, text: string) => {
      most = Math.max(most, ++open);
      await new Promise((resolve) => setImmediate(resolve));
      open--;
      written.set(key, JSON.parse(text) as PresenceEntry);
    },
  };
  const jetstream = () => ({ views: { kv: async () => kv } });
  const link = { connection: { jetstream, status: () => never() } } as unknown as NatsLink;
  return { link, written, most: () => most };
}

function silentWatch({ initializedFn }: { initializedFn(): void }): object {
  initializedFn();
  return Object.assign(never(), { stop: () => undefined });
}

async function* never(): AsyncGenerator<never> {
  await new Promise<never>(() => undefined);
}

it('takes back what an earlier life of this gateway said of its nodes, many at once and not all, and passes over what it cannot read', async () => {
  const { link, written, most } = stage(2000);
  const events = { retried: () => undefined, entryUnreadable: () => undefined };
  await new Presence({ link, gateway: 'gateway-1', events, now: () => 42 }).start();
  expect(written.size).toBe(2000);
  expect(written.get('node-0')).toEqual({
    gateway: '',
    sinceMs: 42,
    session: '',
    problem: '',
    supposed: true,
    epoch: 'e',
    acknowledgedSeq: 7,
  });
  expect(written.has('node-2000')).toBe(false);
  expect(most()).toBe(256);
});
