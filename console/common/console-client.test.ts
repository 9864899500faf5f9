import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ConsoleClient } from './console-client.ts';
import type { HostPort, HostPortListener, PageMessage } from './port-message.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function createClient() {
  const sent: PageMessage[] = [];
  const renewed: string[] = [];
  let listener: HostPortListener | undefined;
  const port: HostPort = {
    send: (message) => sent.push(message),
    listen: (given) => {
      listener = given;
    },
    renew: (reason) => renewed.push(reason),
  };
  const client = new ConsoleClient(port);
  return { client, sent, renewed, host: listener as HostPortListener };
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

function beat(host: HostPortListener, sent: readonly PageMessage[]): void {
  vi.advanceTimersByTime(2000);
  const asked = sent.at(-1);
  if (asked?.kind === 'ping') host.message({ kind: 'pong', id: asked.id });
}

test('who asks to be connected again while the host is away looks for the host first', async () => {
  const { client, renewed, host } = createClient();
  void client.request('reconnect', {}).catch(() => undefined);
  expect(renewed).toEqual([]);
  host.closed('the program does not answer', 5000);
  void client.request('reconnect', {}).catch(() => undefined);
  expect(renewed).toHaveLength(1);
});

test('a host that is there and says nothing for three beats is lost, and comes back only with an answer of now', () => {
  const { client, sent, renewed, host } = createClient();
  const states = vi.fn();
  client.subscribe('connection', {}, states);
  client.subscribe('nodes', { intervalMs: 1000 }, vi.fn());
  const connected = { kind: 'connected', gateway: 'g', sinceMs: 1, roundTripMs: 1 };
  host.message({ kind: 'event', id: 1, value: connected });
  for (let i = 0; i < 10; i++) beat(host, sent);
  expect(states).toHaveBeenCalledTimes(1);
  vi.advanceTimersByTime(8000);
  expect(states).toHaveBeenLastCalledWith(
    expect.objectContaining({ kind: 'lost', reason: expect.stringMatching(/not answered for \d+ s/) }),
  );
  expect(renewed.length).toBeGreaterThan(0);
  // What it said before it fell silent is no news.
  host.message({ kind: 'event', id: 1, value: connected });
  host.message({ kind: 'pong', id: 1 });
  expect(states).toHaveBeenLastCalledWith(expect.objectContaining({ kind: 'lost' }));
  const newest = sent.filter((message) => message.kind === 'ping').at(-1);
  host.message({ kind: 'pong', id: newest?.kind === 'ping' ? newest.id : 0 });
  // So are the nodes, as the states from before are not taken for those of now.
  expect(sent.slice(-2)).toEqual([
    { kind: 'subscribe', id: 1, name: 'connection', arguments: {} },
    { kind: 'subscribe', id: 2, name: 'nodes', arguments: { intervalMs: 1000 } },
  ]);
  host.message({ kind: 'event', id: 1, value: connected });
  expect(states).toHaveBeenLastCalledWith(connected);
});

test('a host that is still starting has longer before it counts as lost', () => {
  const { client } = createClient();
  const states = vi.fn();
  client.subscribe('connection', {}, states);
  vi.advanceTimersByTime(18_000);
  expect(states).not.toHaveBeenCalled();
  vi.advanceTimersByTime(4000);
  expect(states).toHaveBeenLastCalledWith(expect.objectContaining({ kind: 'lost' }));
});

test('each request ends at its deadline, also where the host never answers', async () => {
  const { client, sent } = createClient();
  const node = client.request('getNode', { node: 'a' });
  const query = client.request('query', { sql: 'select 1', maxRows: 1, timeoutMs: 60_000 });
  const ends = Promise.all([
    expect(node).rejects.toMatchObject({ code: 'deadline_exceeded' }),
    expect(query).rejects.toMatchObject({
      code: 'deadline_exceeded',
      message: 'No answer to query after 70 s. The request may still have been carried out.',
    }),
  ]);
  await vi.advanceTimersByTimeAsync(20_000);
  expect(sent.filter(({ kind }) => kind === 'cancel')).toEqual([{ kind: 'cancel', id: 1 }]);
  await vi.advanceTimersByTimeAsync(50_000);
  await ends;
});

test('a refused subscription is told to its own listener, ends nobody else’s, and is asked for again', () => {
  const { client, sent, host } = createClient();
  const refused = vi.fn();
  const other = vi.fn();
  client.subscribe('pipeline', {}, () => undefined, refused);
  client.subscribe('connection', {}, other);
  host.message({ kind: 'error', id: 1, error: { code: 'limit_exceeded', message: 'too many' } });
  host.message({ kind: 'event', id: 2, value: { kind: 'connecting' } });
  expect(refused).toHaveBeenCalledWith(expect.objectContaining({ code: 'limit_exceeded', message: 'too many' }));
  expect(other).toHaveBeenCalledTimes(1);
  vi.advanceTimersByTime(10_000);
  expect(sent.filter((message) => message.kind === 'subscribe' && message.name === 'pipeline')).toHaveLength(2);
});
