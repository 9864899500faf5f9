import { EventEmitter } from 'node:events';
import { status } from '@grpc/grpc-js';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { MusterError } from '../../core/common/muster-error.ts';
import type { ConnectionState } from '../common/console-api.ts';
import type { GatewayLink } from './gateway-link.ts';
import { keepPolling, keepStreaming } from './lasting.ts';

const NODES = { filter: '', intervalMs: 1000 };
const METRICS = { nodeIds: [], measurements: [], intervalMs: 1000 };

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

class StagedCall extends EventEmitter {
  cancelled = false;

  cancel(): void {
    this.cancelled = true;
  }
}

/** A connection whose state and calls the test decides on. */
function staged(kind: ConnectionState['kind']) {
  const calls: StagedCall[] = [];
  const refusals: string[] = [];
  const listeners = new Set<(state: ConnectionState) => void>();
  const state = { kind } as ConnectionState;
  const link = {
    state,
    onState(listener: (state: ConnectionState) => void) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    connection: () => ({
      open() {
        const call = new StagedCall();
        calls.push(call);
        return call;
      },
    }),
    refused: (reason: string) => void refusals.push(reason),
    failed: (reason: string) => void refusals.push(reason),
  } as unknown as GatewayLink;
  const become = (next: ConnectionState['kind']): void => {
    state.kind = next;
    for (const listener of listeners) listener(state);
  };
  return { link, calls, refusals, listeners, become };
}

const failure = (code: number): Error => Object.assign(new Error('no'), { code, details: 'the gateway says no' });

test('a stream opens with the connection, marks its first message, and comes back a second after its end', () => {
  const { link, calls, become } = staged('connecting');
  const heard: [unknown, boolean][] = [];
  keepStreaming(link, 'watchNodes', NODES, (message, first) => heard.push([message, first]));
  expect(calls).toHaveLength(0);
  become('connected');
  expect(calls).toHaveLength(1);
  calls[0]?.emit('data', 'a');
  calls[0]?.emit('data', 'b');
  calls[0]?.emit('end');
  vi.advanceTimersByTime(999);
  expect(calls).toHaveLength(1);
  vi.advanceTimersByTime(1);
  expect(calls).toHaveLength(2);
  calls[1]?.emit('data', 'c');
  expect(heard).toEqual([
    ['a', true],
    ['b', false],
    ['c', true],
  ]);
});

test('a stream opens at once where the connection is there, and once however often it is told so', () => {
  const { link, calls, become } = staged('connected');
  keepStreaming(link, 'watchNodes', NODES, () => {});
  become('connected');
  become('connected');
  expect(calls).toHaveLength(1);
});

test('with a lost connection its stream ends, what still comes of it is not heard, and nothing is opened', () => {
  const { link, calls, become } = staged('connected');
  const heard: unknown[] = [];
  keepStreaming(link, 'watchMetrics', METRICS, (message) => heard.push(message));
  become('lost');
  expect(calls[0]?.cancelled).toBe(true);
  calls[0]?.emit('data', 'late');
  calls[0]?.emit('error', failure(status.CANCELLED));
  vi.advanceTimersByTime(10_000);
  expect(heard).toEqual([]);
  expect(calls).toHaveLength(1);
  become('connected');
  expect(calls).toHaveLength(2);
});

test('after its end by the caller a stream is cancelled, and neither its end nor the connection brings it back', () => {
  const { link, calls, listeners, become } = staged('connected');
  const end = keepStreaming(link, 'watchNodes', NODES, () => {});
  calls[0]?.emit('end');
  end();
  vi.advanceTimersByTime(10_000);
  become('connected');
  expect(calls).toHaveLength(1);
  expect(listeners.size).toBe(0);
});

test.each([
  ['watchNodes', status.UNAVAILABLE, []],
  ['watchNodes', status.INVALID_ARGUMENT, ['the gateway fails to answer WatchNodes: the gateway says no']],
  ['watchMetrics', status.INVALID_ARGUMENT, []],
  ['watchMetrics', status.UNAUTHENTICATED, ["the gateway refuses this console's token (the gateway says no): check the token file"]],
  ['watchMetrics', status.PERMISSION_DENIED, ["the gateway refuses this console's token (the gateway says no): check the token file"]],
] as const)('%s that fails with status %i: what is said of the connection', (method, code, words) => {
  const { link, calls, refusals } = staged('connected');
  keepStreaming(link, method, method === 'watchNodes' ? NODES : METRICS, () => {});
  calls[0]?.emit('error', failure(code));
  expect(refusals.slice(0, 1)).toEqual(words);
  vi.advanceTimersByTime(1000);
  expect(calls).toHaveLength(2);
});

test('a stream that ends while the gateway is connected says so each time, with the words; a lost connection says it itself', () => {
  const { link, calls, become } = staged('connected');
  const interruptions: string[] = [];
  const end = keepStreaming(
    link,
    'watchNodes',
    NODES,
    () => undefined,
    (why) => interruptions.push(why),
  );
  calls[0]?.emit('error', failure(status.RESOURCE_EXHAUSTED));
  vi.advanceTimersByTime(1000);
  calls[1]?.emit('end');
  expect(interruptions).toEqual(['the gateway says no', 'the gateway ended its answer']);
  vi.advanceTimersByTime(1000);
  become('lost');
  calls[2]?.emit('error', failure(status.CANCELLED));
  become('connected');
  end();
  calls[3]?.emit('error', failure(status.CANCELLED));
  expect(interruptions).toHaveLength(2);
});

test('polling asks at once and again after each answer, never twice at a time', async () => {
  const { link, become } = staged('connected');
  const answers: number[] = [];
  let asked = 0;
  let release = (): void => {};
  keepPolling(
    link,
    1000,
    () =>
      new Promise<number>((resolve) => {
        const number = ++asked;
        release = () => resolve(number);
      }),
    (answer) => answers.push(answer),
  );
  expect(asked).toBe(1);
  // A connection that is told again, and time that passes, ask nothing while an answer is out.
  become('connected');
  await vi.advanceTimersByTimeAsync(5000);
  expect(asked).toBe(1);
  release();
  await vi.advanceTimersByTimeAsync(999);
  expect([asked, answers]).toEqual([1, [1]]);
  await vi.advanceTimersByTimeAsync(1);
  expect(asked).toBe(2);
});

test('polling waits for the connection, and goes on after an answer that failed', async () => {
  const { link, refusals, become } = staged('lost');
  const answers: string[] = [];
  const ask = vi.fn<() => Promise<string>>();
  ask.mockRejectedValueOnce(new MusterError('unauthenticated', 'the token was revoked'));
  ask.mockRejectedValueOnce(new MusterError('unavailable', 'away'));
  ask.mockResolvedValue('good');
  const end = keepPolling(link, 1000, ask, (answer) => answers.push(answer));
  await vi.advanceTimersByTimeAsync(5000);
  expect(ask).not.toHaveBeenCalled();
  become('connected');
  await vi.advanceTimersByTimeAsync(2000);
  expect(ask).toHaveBeenCalledTimes(3);
  expect(answers).toEqual(['good']);
  expect(refusals).toEqual(["the gateway refuses this console's token (the token was revoked): check the token file"]);
  end();
  await vi.advanceTimersByTimeAsync(5000);
  expect(ask).toHaveBeenCalledTimes(3);
});

test('an answer that comes after the end is not heard', async () => {
  const { link } = staged('connected');
  const answers: string[] = [];
  let release = (_: string): void => {};
  const end = keepPolling(link, 1000, () => new Promise<string>((resolve) => (release = resolve)), answers.push.bind(answers));
  end();
  release('late');
  await vi.advanceTimersByTimeAsync(5000);
  expect(answers).toEqual([]);
});
