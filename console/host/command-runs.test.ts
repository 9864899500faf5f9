import { EventEmitter } from 'node:events';
import type { Client } from '@grpc/grpc-js';
import { Metadata } from '@grpc/grpc-js';
import { expect, test, vi } from 'vitest';
import { CommandRuns } from './command-runs.ts';

class FakeCall extends EventEmitter {
  cancel(): void {
    this.emit('error', { code: 1, details: 'cancelled' });
  }
}

function createRuns() {
  const call = new FakeCall();
  const client = { makeServerStreamRequest: vi.fn(() => call) } as unknown as Client;
  return { call, runs: new CommandRuns(() => ({ client, metadata: new Metadata() })) };
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
