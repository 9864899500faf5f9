import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { answer, parseInterval } from './local-routes.ts';
import { closeServer, openServer } from './local-server.ts';
import type { Snapshot } from './snapshot.ts';
import type { SnapshotSource } from './snapshot-source.ts';

test('a reader that never reads is cut off, and no sample is taken for it any more', async () => {
  let left = false;
  let sent = 0;
  const snapshot = { name: 'x'.repeat(1000) } as Snapshot;
  const snapshots = {
    watchers: 0,
    watch(_: number, take: (snapshot: Snapshot) => void) {
      const timer = setInterval(() => {
        for (let i = 0; i < 1000; i++, sent++) take(snapshot);
      });
      return () => {
        left = true;
        clearInterval(timer);
      };
    },
  } as unknown as SnapshotSource;
  const status = (): never => {
    throw new Error('nobody asks for it');
  };
  const server = await openServer(
    {
      request: (asked, response, target) => answer({ snapshots, status, enqueue: async () => ({}) }, asked, response, target),
      failed: () => undefined,
    },
    { host: '127.0.0.1', port: 0 },
  );
  const { port } = server.address() as AddressInfo;
  const asked = request({ host: '127.0.0.1', port, path: '/live', agent: false }).end();
  const [response] = (await once(asked, 'response')) as [IncomingMessage];
  response.on('error', () => undefined);
  response.pause();
  await expect.poll(() => left, { timeout: 10_000 }).toBe(true);
  expect(sent).toBeLessThan(100_000);
  response.destroy();
  await closeServer(server);
});

test.each([
  [null, 1000],
  ['100', 100],
  ['99', 'interval is "99": milliseconds from 100 to 60000 are needed'],
  ['1e3', 'interval is "1e3": milliseconds from 100 to 60000 are needed'],
  ['', 'interval is "": milliseconds from 100 to 60000 are needed'],
])('an interval of %j is %j', (text, expected) => {
  expect(parseInterval(text)).toBe(expected);
});
