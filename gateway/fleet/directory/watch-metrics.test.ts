import type { NatsConnection, SubscriptionOptions } from 'nats';
import { expect, it } from 'vitest';
import { liveSubject } from '../../../core/common/streams.ts';
import { encodeLiveSamples } from '../../../proto/batch-codec.ts';
import type { MetricsUpdate } from '../../../proto/gen/messages.ts';
import type { Directory } from './directory.ts';
import type { LeaseKeeper } from './lease-keeper.ts';
import { watchMetrics } from './watch-metrics.ts';

const FRAME = {
  tags: [],
  series: [[]],
  seriesIndex: Uint32Array.of(0, 0),
  timeUs: Float64Array.of(1000, 1500),
  fields: ['busy'],
  values: Float64Array.of(1, 2),
  textFields: [],
  texts: [],
};

function stage() {
  const callbacks = new Map<string, NonNullable<SubscriptionOptions['callback']>>();
  const held: unknown[] = [];
  const released: string[] = [];
  const connection = {
    subscribe: (subject: string, options: SubscriptionOptions) => {
      callbacks.set(subject, options.callback as NonNullable<SubscriptionOptions['callback']>);
      return { unsubscribe: () => released.push(subject) };
    },
  } as unknown as NatsConnection;
  const leases = {
    hold: (lease: unknown) => {
      held.push(lease);
      return () => released.push('lease');
    },
  } as unknown as LeaseKeeper;
  const directory = { get: (nodeId: string) => (nodeId === 'web-1' ? { nodeId } : undefined) } as unknown as Directory;
  const stop = new AbortController();
  const watch = (request: { nodeIds: string[]; measurements?: string[]; intervalMs?: number }): AsyncGenerator<MetricsUpdate> =>
    watchMetrics({ connection, leases, directory }, { measurements: [], intervalMs: 0, ...request }, stop.signal);
  const send = (sentUs: number, measurements: string[]): void => {
    const frames = measurements.map((measurement) => ({ ...FRAME, measurement }));
    // Whole messages of an agent; what is passed on is the samples in it, behind a byte of the kind and two of the length.
    const message = encodeLiveSamples(sentUs, frames);
    const data = message.subarray((message[1] as number) < 128 ? 2 : 3);
    callbacks.get(liveSubject('web-1'))?.(null, { data } as never);
  };
  return { watch, send, stop, held, released };
}

it.each([
  [{ nodeIds: [] }, 'node_ids is empty'],
  [{ nodeIds: Array.from({ length: 101 }, (_, i) => `web-${i}`) }, 'node_ids has 101 nodes: at most 100'],
  [{ nodeIds: ['web-1', '*'] }, 'there is no node "*"'],
  [{ nodeIds: ['web-1'], intervalMs: 99 }, 'interval_ms is 99: from 100 to 10000'],
  [{ nodeIds: ['web-1'], intervalMs: 10_001 }, 'interval_ms is 10001'],
])('refuses %#', async (request, words) => {
  const { watch, held } = stage();
  await expect(watch(request).next()).rejects.toThrow(words);
  expect(held).toEqual([]);
});

it('passes on what arrives, in its order, and lets everything go with the call', async () => {
  const { watch, send, stop, held, released } = stage();
  const updates = watch({ nodeIds: ['WEB-1', 'web-1'], intervalMs: 100 });
  const first = updates.next();
  expect(held).toEqual([{ nodeIds: ['web-1'], measurements: [], intervalMs: 100 }]);
  send(7, ['cpu']);
  send(8, ['cpu', 'memory']);
  const { value } = await first;
  expect(value).toMatchObject({ nodeId: 'web-1', sentUs: 7, frames: [{ measurement: 'cpu', timeUs: [1000, 500], values: [1, 2] }] });
  expect((await updates.next()).value.frames).toHaveLength(2);
  const waiting = updates.next();
  stop.abort();
  expect(await waiting).toEqual({ done: true, value: undefined });
  expect(released).toEqual([liveSubject('web-1'), 'lease']);
});

it('keeps the measurements that were asked for alone', async () => {
  const { watch, send } = stage();
  const updates = watch({ nodeIds: ['web-1'], measurements: ['memory'] });
  const first = updates.next();
  send(1, ['cpu']);
  send(2, ['cpu', 'memory']);
  expect((await first).value).toMatchObject({ sentUs: 2, frames: [{ measurement: 'memory' }] });
});

it('gives a slow caller the newest 256 updates', async () => {
  const { watch, send } = stage();
  const updates = watch({ nodeIds: ['web-1'] });
  const first = updates.next();
  send(0, ['cpu']);
  await first;
  for (let i = 1; i <= 300; i++) send(i, ['cpu']);
  expect((await updates.next()).value.sentUs).toBe(45);
});
