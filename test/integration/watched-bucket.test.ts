// A bucket that is kept in memory, when the bucket itself is lost and made anew: its revisions begin at 1 again.
import { type NatsConnection, StorageType } from 'nats';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { connectNats } from '../../core/node/nats-connection.ts';
import { WatchedBucket, type WatchedBucketOptions } from '../../gateway/watched-bucket.ts';
import { type NatsHarness, startNats } from '../harness/nats.ts';
import { until } from '../harness/until.ts';

let nats: NatsHarness;
let connection: NatsConnection;

beforeAll(async () => {
  nats = await startNats();
  connection = await connectNats(nats.admin);
});
afterAll(async () => {
  await connection?.close();
  await nats?.stop();
});

function watched(
  bucket: string,
  changes: [string, string | undefined][],
  options: Pick<WatchedBucketOptions<string>, 'restore' | 'keepsReadable'> = {},
  kinds: string[] = [],
): WatchedBucket<string> {
  return new WatchedBucket<string>({
    ...{ connection, bucket, parse, onUnreadable: () => undefined },
    ...options,
    onChange: (key, value, change) => {
      changes.push([key, value]);
      kinds.push(`${key} ${change}`);
    },
  });
}

function parse(text: string): string | undefined {
  return text.startsWith('"') ? (JSON.parse(text) as string) : undefined;
}

it('holds what the new bucket holds, and nothing of the lost one, after nats-server lost its memory', async () => {
  const options = { storage: StorageType.Memory, history: 1 } as const;
  const kv = await connection.jetstream().views.kv('in_memory', options);
  for (let i = 0; i < 10; i++) await kv.put('a', JSON.stringify(`old ${i}`));
  await kv.put('b', JSON.stringify('old'));
  const changes: [string, string | undefined][] = [];
  const bucket = watched('in_memory', changes);
  await bucket.start();
  expect([bucket.get('a'), bucket.get('b')]).toEqual(['old 9', 'old']);
  await nats.kill();
  await nats.restart();
  await until('the bucket is made anew', async () => {
    const again = await connection.jetstream().views.kv('in_memory', options);
    return (await again.put('a', JSON.stringify('new'))) === 1;
  });
  await until('the new entry', () => bucket.get('a') === 'new');
  await until('the loss', () => bucket.get('b') === undefined);
  expect(bucket.isDeleted('b')).toBe(false);
  expect(changes.slice(-2)).toEqual([
    ['a', 'new'],
    ['b', undefined],
  ]);
  expect(await bucket.swap('a', (before) => `${before} changed`)).toBe('new changed');
  await until('the change', () => bucket.get('a') === 'new changed');
  await bucket.stop();
});

it('writes back what it knows where it is told to, marks of deletion too, and leaves what others wrote', async () => {
  const kv = await connection.jetstream().views.kv('on_disk');
  for (const key of ['a', 'b', 'gone']) await kv.put(key, JSON.stringify(`${key} of old`));
  await kv.delete('gone');
  const bucket = watched('on_disk', [], { restore: true });
  await bucket.start();
  expect(bucket.isDeleted('gone')).toBe(true);
  await kv.destroy();
  const again = await connection.jetstream().views.kv('on_disk');
  await again.put('a', JSON.stringify('a of another'));
  await until('what was lost', async () => (await again.get('b'))?.json() === 'b of old');
  await until('the mark of deletion', async () => (await again.get('gone'))?.operation === 'DEL');
  expect(bucket.get('a')).toBe('a of another');
  await until('the watch', () => bucket.get('b') === 'b of old' && bucket.isDeleted('gone'));
  expect((await again.get('a'))?.json()).toBe('a of another');
  await bucket.stop();
});

it('takes an entry that it cannot read neither for deleted nor for absent, and never writes over it', async () => {
  const kv = await connection.jetstream().views.kv('garbage');
  await kv.put('a', JSON.stringify('before'));
  const [changes, kinds]: [[string, string | undefined][], string[]] = [[], []];
  const bucket = watched('garbage', changes, {}, kinds);
  const keeping = watched('garbage', [], { keepsReadable: true, restore: true });
  await Promise.all([bucket.start(), keeping.start()]);
  await kv.put('a', '{"of": "a newer version"}');
  await until('the garbage', () => kinds.includes('a unreadable') && keeping.unreadable().length === 1);
  expect([bucket.get('a'), bucket.isDeleted('a'), bucket.unreadable(), await bucket.find('a')]).toEqual([
    undefined,
    false,
    ['a'],
    undefined,
  ]);
  expect([keeping.get('a'), keeping.isDeleted('a'), keeping.values()]).toEqual(['before', false, ['before']]);
  for (const one of [bucket, keeping]) await expect(one.swap('a', () => 'after')).rejects.toMatchObject({ code: 'failed_precondition' });
  expect((await kv.get('a'))?.string()).toBe('{"of": "a newer version"}');

  // It goes back as it was, into a bucket that was made anew.
  await kv.destroy();
  const again = await connection.jetstream().views.kv('garbage');
  await until('the garbage is back', async () => (await again.get('a'))?.string() === '{"of": "a newer version"}');
  await until('the loss', () => kinds.includes('a lost'));
  expect(kinds).not.toContain('a deleted');
  await again.delete('a');
  await until('the deletion', () => bucket.isDeleted('a') && keeping.isDeleted('a'));
  expect([bucket.unreadable(), keeping.get('a')]).toEqual([[], undefined]);
  await Promise.all([bucket.stop(), keeping.stop()]);
});

it('takes the changes of a hundred at once to one key, two gateways among them, each once', async () => {
  await connection.jetstream().views.kv('counted');
  const [one, other] = [watched('counted', []), watched('counted', [])];
  await Promise.all([one.start(), other.start()]);
  await one.swap('key', () => '0');
  const add = (before: string | undefined): string => String(Number(before) + 1);
  await Promise.all(Array.from({ length: 100 }, (_, i) => (i % 10 === 0 ? other : one).swap('key', add)));
  await expect(
    one.swap('key', () => {
      throw new Error('not this one');
    }),
  ).rejects.toThrow('not this one');
  expect(await one.swap('key', add)).toBe('101');
  await Promise.all([one.stop(), other.stop()]);
});

it('says of an entry that is too large for good that it is, and of one that a lowered limit alone keeps out which limit that is', async () => {
  await connection.jetstream().views.kv('sized');
  const bucket = watched('sized', []);
  await bucket.start();
  const large = bucket.create('key', 'x'.repeat(2 * 1024 ** 2));
  await expect(large).rejects.toMatchObject({
    code: 'limit_exceeded',
    message: 'the entry key of sized has 2097154 bytes, more than any entry may have (1048320)',
  });
  const manager = await connection.jetstreamManager();
  await manager.streams.update('KV_sized', { max_msg_size: 1000 });
  await expect(bucket.swap('key', () => 'x'.repeat(2000))).rejects.toMatchObject({
    code: 'unavailable',
    message: 'the entry key of sized has 2002 bytes, and the limit of nats-server is less: set its max_payload to 1048576 and try again',
  });
  await bucket.stop();
});

it('leaves no watch behind over five restarts of nats-server, and sees a change within five seconds of each', async () => {
  const kv = await connection.jetstream().views.kv('followed');
  await kv.put('key', JSON.stringify('0'));
  const bucket = watched('followed', []);
  await bucket.start();
  const manager = await connection.jetstreamManager();
  const consumers = async (): Promise<number> => {
    let count = 0;
    for await (const consumer of manager.consumers.list('KV_followed')) count += consumer === undefined ? 0 : 1;
    return count;
  };
  const subscriptions = (): number =>
    (connection as unknown as { protocol: { subscriptions: { size(): number } } }).protocol.subscriptions.size();
  const before = subscriptions();
  for (let restart = 1; restart <= 5; restart++) {
    await nats.kill();
    await nats.restart();
    await until('a write', async () => (await kv.put('key', JSON.stringify(`${restart}`))) > 0);
    await until(`change ${restart}`, () => bucket.get('key') === `${restart}`);
  }
  // The server forgets what nobody listens to after five seconds.
  await until('one consumer is left', async () => (await consumers()) === 1);
  expect(subscriptions()).toBe(before);
  await bucket.stop();
  await until('none is left', async () => (await consumers()) === 0);
});
