import { expect, test, vi } from 'vitest';
import { ConsoleClient } from './console-client.ts';
import type { HostPort, HostPortListener, PageMessage } from './port-message.ts';

function createClient() {
  const sent: PageMessage[] = [];
  let listener: HostPortListener | undefined;
  const port: HostPort = {
    send: (message) => sent.push(message),
    listen: (given) => {
      listener = given;
    },
  };
  const client = new ConsoleClient(port);
  return { client, sent, host: listener as HostPortListener };
}

test('an answer goes to its request, an error keeps its code', async () => {
  const { client, host } = createClient();
  const first = client.request('getNode', { node: 'a' });
  const second = client.request('getNode', { node: 'b' });
  host.message({ kind: 'error', id: 2, error: { code: 'not_found', message: 'there is no node b' } });
  host.message({ kind: 'result', id: 1, value: { nodeId: 'a' } });
  await expect(first).resolves.toEqual({ nodeId: 'a' });
  await expect(second).rejects.toMatchObject({ code: 'not_found', message: 'there is no node b' });
});

test('an aborted request is cancelled at the host, and its late answer is nobody’s', async () => {
  const { client, sent, host } = createClient();
  const controller = new AbortController();
  const answer = client.request('query', { sql: 'select 1', maxRows: 1, timeoutMs: 1000 }, controller.signal);
  controller.abort();
  await expect(answer).rejects.toMatchObject({ code: 'cancelled' });
  expect(sent.at(-1)).toEqual({ kind: 'cancel', id: 1 });
  host.message({ kind: 'result', id: 1, value: null });
});

test('nothing arrives after the unsubscribe, which may be called twice', () => {
  const { client, sent, host } = createClient();
  const listener = vi.fn();
  const unsubscribe = client.subscribe('pipeline', {}, listener);
  host.message({ kind: 'event', id: 1, value: { a: 1 } });
  unsubscribe();
  unsubscribe();
  host.message({ kind: 'event', id: 1, value: { a: 2 } });
  expect(listener).toHaveBeenCalledTimes(1);
  expect(sent.filter((message) => message.kind === 'unsubscribe')).toHaveLength(1);
});

test('a lost host is a lost connection; requests fail and subscriptions are made anew', async () => {
  const { client, sent, host } = createClient();
  const states = vi.fn();
  client.subscribe('connection', {}, states);
  const answer = client.request('listMeasurements', {});
  host.closed('the program does not answer', 5000);
  await expect(answer).rejects.toMatchObject({ code: 'unavailable' });
  expect(states).toHaveBeenLastCalledWith(expect.objectContaining({ kind: 'lost', tries: 1, nextTryMs: 5000 }));
  const before = sent.length;
  host.opened();
  expect(sent.slice(before)).toEqual([{ kind: 'subscribe', id: 1, name: 'connection', arguments: {} }]);
});
