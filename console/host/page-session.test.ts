import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { ConsoleApi } from '../common/console-api.ts';
import type { HostMessage } from '../common/port-message.ts';
import { PageSession } from './page-session.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function createSession(eventBytes = 0) {
  const sent: HostMessage[] = [];
  const listeners = new Map<string, (event: unknown) => void>();
  const open = new Map<string, number>();
  const signals: AbortSignal[] = [];
  const api = {
    request: (_: string, __: unknown, signal: AbortSignal) => {
      signals.push(signal);
      return new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('stopped'))));
    },
    subscribe: (name: string, _: unknown, listener: (event: unknown) => void) => {
      listeners.set(name, listener);
      open.set(name, (open.get(name) ?? 0) + 1);
      return () => open.set(name, (open.get(name) ?? 0) - 1);
    },
  } as unknown as ConsoleApi;
  const session = new PageSession(api, (message) => {
    sent.push(message);
    return message.kind === 'event' ? eventBytes : 10;
  });
  return { session, sent, open, signals, listeners };
}

test('what is not of the contract is answered with an error, what has no shape is thrown', () => {
  const { session, sent } = createSession();
  session.receive({ kind: 'request', id: 1, name: 'dropTables', arguments: {} });
  session.receive({ kind: 'subscribe', id: 2, name: 'nodes', arguments: { intervalMs: 1 } });
  expect(sent).toMatchObject([
    { kind: 'error', id: 1, error: { code: 'invalid_argument' } },
    { kind: 'error', id: 2, error: { code: 'invalid_argument' } },
  ]);
  for (const bad of [null, 'x', { kind: 'request' }, { kind: 'request', id: -1, name: 'query' }, { kind: 'visibility', hidden: 1 }]) {
    expect(() => session.receive(bad)).toThrow(/message of a page/);
  }
});

test('a page may not have endless subscriptions', () => {
  const { session, sent } = createSession();
  for (let id = 0; id < 65; id++) session.receive({ kind: 'subscribe', id, name: 'pipeline', arguments: {} });
  expect(sent).toMatchObject([{ kind: 'error', id: 64, error: { code: 'limit_exceeded' } }]);
});

test('a page hidden for long rests but for its connection, and goes on when it shows', () => {
  const { session, open } = createSession();
  session.receive({ kind: 'subscribe', id: 1, name: 'connection', arguments: {} });
  session.receive({ kind: 'subscribe', id: 2, name: 'nodes', arguments: { intervalMs: 1000 } });
  session.receive({ kind: 'visibility', hidden: true });
  vi.advanceTimersByTime(4000);
  expect(open.get('nodes')).toBe(1);
  vi.advanceTimersByTime(2000);
  expect(open.get('nodes')).toBe(0);
  expect(open.get('connection')).toBe(1);
  session.receive({ kind: 'visibility', hidden: false });
  expect(open.get('nodes')).toBe(1);
});

test('the end of a page ends all it asked for', () => {
  const { session, open, signals } = createSession();
  session.receive({ kind: 'subscribe', id: 1, name: 'nodes', arguments: { intervalMs: 1000 } });
  session.receive({ kind: 'request', id: 2, name: 'query', arguments: { sql: 'select 1', maxRows: 1, timeoutMs: 1000 } });
  session.end();
  expect(open.get('nodes')).toBe(0);
  expect(signals[0]?.aborted).toBe(true);
});

test('a ping is answered at once', () => {
  const { session, sent } = createSession();
  session.receive({ kind: 'ping', id: 7, heard: 0 });
  expect(sent).toEqual([{ kind: 'pong', id: 7 }]);
  expect(() => session.receive({ kind: 'ping', id: 7 })).toThrow(/message of a page/);
});

test('what one page asks of the store keeps no change and no other question waiting', () => {
  const { session, sent, signals } = createSession();
  for (let id = 0; id < 70; id++)
    session.receive({ kind: 'request', id, name: 'query', arguments: { sql: 'select 1', maxRows: 1, timeoutMs: 1000 } });
  expect(sent).toHaveLength(6);
  expect(sent[0]).toMatchObject({
    kind: 'error',
    error: { code: 'limit_exceeded', message: expect.stringContaining('64 requests like query') },
  });
  session.receive({ kind: 'request', id: 100, name: 'setNodeLabels', arguments: { node: 'a', set: {}, remove: [], seen: {} } });
  session.receive({ kind: 'request', id: 101, name: 'getNode', arguments: { node: 'a' } });
  expect(signals).toHaveLength(66);
});

test('a page that reads nothing is told no more, and begins anew when it has read on', () => {
  const { session, sent, open, listeners } = createSession(10 * 1024 * 1024);
  session.receive({ kind: 'subscribe', id: 1, name: 'nodes', arguments: { intervalMs: 1000 } });
  session.receive({ kind: 'subscribe', id: 2, name: 'connection', arguments: {} });
  for (let i = 0; i < 7; i++) listeners.get('nodes')?.({ begins: i === 0, nodes: [], removed: [] });
  expect(sent).toHaveLength(7);
  expect([open.get('nodes'), open.get('connection')]).toEqual([0, 0]);
  session.receive({ kind: 'ping', id: 1, heard: 3 });
  expect(open.get('nodes')).toBe(0);
  session.receive({ kind: 'ping', id: 2, heard: 8 });
  expect([open.get('nodes'), open.get('connection')]).toEqual([1, 1]);
});
