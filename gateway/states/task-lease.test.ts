import { type NatsConnection, NatsError } from 'nats';
import { expect, it } from 'vitest';
import { LEASE_MS, TaskLease } from './task-lease.ts';

/** The bucket as far as a lease sees it. */
function bucket(text?: string): NatsConnection {
  let kept = text === undefined ? undefined : { text, revision: 1 };
  let revision = 1;
  const conflict = (): never => {
    throw Object.assign(new NatsError('wrong last sequence', '400'), { api_error: { err_code: 10071, code: 400, description: '' } });
  };
  const put = (text: string): number => {
    revision++;
    kept = { text, revision };
    return revision;
  };
  const kv = {
    get: async () =>
      kept === undefined ? null : { operation: 'PUT', revision: kept.revision, json: () => JSON.parse((kept as { text: string }).text) },
    create: async (_: string, text: string) => (kept === undefined ? put(text) : conflict()),
    update: async (_: string, text: string, last: number) => (kept?.revision === last ? put(text) : conflict()),
  };
  return { jetstream: () => ({ views: { kv: async () => kv } }) } as unknown as NatsConnection;
}

function leases(text?: string) {
  const connection = bucket(text);
  const clock = { ms: 0 };
  const lease = (gateway: string, instance: string): TaskLease =>
    new TaskLease({ connection, task: 'states', gateway, instance, clock: () => clock.ms });
  return { clock, lease };
}

it('is held by one gateway as long as it renews, and by another one when that is gone for long', async () => {
  const { clock, lease } = leases();
  const [a, b] = [lease('a', '1'), lease('b', '2')];
  expect([await a.renew(), await b.renew(), a.held, b.held]).toEqual([true, false, true, false]);
  clock.ms = 9000;
  expect([await a.renew(), await b.renew()]).toEqual([true, false]);
  clock.ms = 9000 + LEASE_MS - 1;
  // The first one has stopped by itself before the second begins.
  expect([a.held, await b.renew()]).toEqual([false, false]);
  clock.ms = 9000 + LEASE_MS;
  expect([await b.renew(), b.held, await a.renew(), a.held]).toEqual([true, true, false, false]);
});

it('goes over at once to the next life of its gateway, and to another one that it is released to', async () => {
  const { lease } = leases();
  const before = lease('a', '1');
  await before.renew();
  const after = lease('a', '2');
  expect([await after.renew(), after.held]).toEqual([true, true]);
  // The old life lets go of nothing that is not its own.
  await before.release();
  const other = lease('b', '3');
  expect(await other.renew()).toBe(false);
  await after.release();
  expect([after.held, await other.renew()]).toEqual([false, true]);
});

it('is taken by one of two that find it free at the same time', async () => {
  const { lease } = leases();
  const both = await Promise.all([lease('a', '1').renew(), lease('b', '2').renew()]);
  expect(both.filter(Boolean)).toHaveLength(1);
});

it('waits for the end of an entry that it cannot read, as it may be of another gateway', async () => {
  for (const garbage of ['{"gat', 'null', '{"holder": "a"}']) {
    const { clock, lease } = leases(garbage);
    const a = lease('a', '1');
    expect(await a.renew(), garbage).toBe(false);
    await a.release();
    clock.ms = LEASE_MS;
    expect([await a.renew(), a.held], garbage).toEqual([true, true]);
  }
});
