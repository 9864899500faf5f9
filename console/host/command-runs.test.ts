import { EventEmitter } from 'node:events';
import type { Client } from '@grpc/grpc-js';
import { Metadata } from '@grpc/grpc-js';
import { expect, test, vi } from 'vitest';
import { FleetClient } from '../../proto/client/fleet-client.ts';
import { CommandRuns } from './command-runs.ts';

class FakeCall extends EventEmitter {
  cancel(): void {
    this.emit('error', { code: 1, details: 'cancelled' });
  }
}

function createRuns() {
  const call = new FakeCall();
  const client = { makeServerStreamRequest: vi.fn(() => call) } as unknown as Client;
  return { call, runs: new CommandRuns(() => new FleetClient({ client, metadata: new Metadata() })) };
}

const ASKED = { runId: 'r1', node: 'n', command: 'ping', arguments: {}, timeoutMs: 1000 };
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

test('output reaches who follows, a letter cut in two as well, and who follows late gets all of it', async () => {
  const { call, runs } = createRuns();
  const early = vi.fn();
  runs.follow('r1', early);
  const end = runs.run(ASKED);
  const letter = bytes('é');
  call.emit('data', { commandId: 'c', output: letter.slice(0, 1) });
  call.emit('data', { commandId: 'c', output: letter.slice(1) });
  call.emit('data', { commandId: 'c', output: bytes(''), result: { status: 'ok', problem: '', exitCode: 0, truncated: false } });
  call.emit('end');
  expect(await end).toEqual({ commandId: 'c', status: 'ok', problem: '', exitCode: 0, truncated: false });
  expect(early.mock.calls.map(([event]) => event.text)).toEqual(['', 'é']);
  const late = vi.fn();
  runs.follow('r1', late);
  expect(late).toHaveBeenCalledWith({ begins: true, text: 'é', cut: false });
});

test('a stop is told as one, and not as a failure of the gateway', async () => {
  const { runs } = createRuns();
  const controller = new AbortController();
  const end = runs.run(ASKED, controller.signal);
  controller.abort();
  await expect(end).rejects.toMatchObject({ code: 'cancelled', message: 'ping was stopped' });
});

test('the gateway has the time to end a command at its limit and to say so, before the call gives up', () => {
  vi.useFakeTimers({ now: 1_000_000 });
  const { call } = createRuns();
  const client = { makeServerStreamRequest: vi.fn(() => call) };
  new CommandRuns(() => new FleetClient({ client: client as unknown as Client, metadata: new Metadata() }))
    .run(ASKED)
    .catch(() => undefined);
  const asked = client.makeServerStreamRequest.mock.calls[0] as unknown as unknown[];
  const [request, options] = [asked[3], asked[5] as { deadline: number }];
  expect(request).toEqual({ node: 'n', command: 'ping', arguments: {}, timeoutMs: 1000 });
  expect(options.deadline).toBe(1_000_000 + 1000 + 30_000);
  vi.useRealTimers();
});

test('an end without a result is a failure, and one without an exit code has none', async () => {
  const first = createRuns();
  const lost = first.runs.run(ASKED);
  first.call.emit('end');
  await expect(lost).rejects.toThrow('the gateway ended the call without a result');
  const second = createRuns();
  const end = second.runs.run(ASKED);
  second.call.emit('data', { commandId: 'c', output: bytes(''), result: { status: 'refused', problem: 'no', truncated: false } });
  second.call.emit('data', { commandId: 'c', output: bytes('') });
  second.call.emit('end');
  expect(await end).toEqual({ commandId: 'c', status: 'refused', problem: 'no', exitCode: null, truncated: false });
});

test('of a million letters all are kept, of more the last half million, and that is said', () => {
  const { runs, call } = createRuns();
  runs.run(ASKED).catch(() => undefined);
  const listener = vi.fn();
  runs.follow('r1', listener);
  call.emit('data', { commandId: 'c', output: bytes('a'.repeat(1_000_000)) });
  expect(listener.mock.calls.at(-1)?.[0]).toMatchObject({ begins: false, cut: false });
  call.emit('data', { commandId: 'c', output: bytes('b') });
  expect(listener.mock.calls.at(-1)?.[0]).toEqual({ begins: false, text: 'b', cut: true });
  const late = vi.fn();
  runs.follow('r1', late);
  expect(late).toHaveBeenCalledWith({ begins: true, text: `${'a'.repeat(499_999)}b`, cut: true });
});

test('thirty-two runs are known, the oldest goes first', () => {
  const first = createRuns();
  first.runs.run({ ...ASKED, runId: 'r0' }).catch(() => undefined);
  first.call.emit('data', { commandId: 'c', output: bytes('x') });
  const textOf = (): string => {
    const listener = vi.fn();
    first.runs.follow('r0', listener)();
    return listener.mock.calls[0]?.[0].text;
  };
  for (let i = 1; i < 32; i++) first.runs.follow(`r${i}`, () => undefined);
  expect(textOf()).toBe('x');
  first.runs.follow('r32', () => undefined);
  expect(textOf()).toBe('');
});

test('whoever follows no more is told no more', () => {
  const { runs, call } = createRuns();
  runs.run(ASKED).catch(() => undefined);
  const listener = vi.fn();
  runs.follow('r1', listener)();
  call.emit('data', { commandId: 'c', output: bytes('x') });
  expect(listener).toHaveBeenCalledTimes(1);
});
