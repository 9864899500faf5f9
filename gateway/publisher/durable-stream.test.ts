import { NatsError } from 'nats';
import { expect, test } from 'vitest';
import { NEEDED_PAYLOAD_BYTES } from '../../core/common/batch-size.ts';
import type { NatsLink } from '../nats-link.ts';
import { createJetStream, type PublishError, toPublishError } from './durable-stream.ts';

function apiError(code: number, words = 'no'): NatsError {
  const error = new NatsError(words, '503 or so');
  error.api_error = { code: 503, err_code: code, description: words };
  return error;
}

test.each([
  ...[10077, 10047, 10083, 10023, 10002, 10028].map((code) => [apiError(code), 'stream_full', false] as const),
  ...[10054, 10097].map((code) => [apiError(code), 'too_large', false] as const),
  [new NatsError('m', 'MAX_PAYLOAD_EXCEEDED'), 'too_large', false],
  [new NatsError('m', 'TIMEOUT'), 'timeout', false],
  [new NatsError('m', '503'), 'stream_missing', false],
  [apiError(10058), 'refused', false],
  [new Error('odd'), 'refused', false],
  ['a text', 'refused', false],
] as const)('%s is %s, for good: %s', (error, reason, permanent) => {
  const found = toPublishError(error, 600_000);
  expect([found.reason, found.permanent]).toEqual([reason, permanent]);
});

test('a message that fits into what the server has to take waits for it, and one that never fits is refused', () => {
  const error = new NatsError('m', 'MAX_PAYLOAD_EXCEEDED');
  const most = NEEDED_PAYLOAD_BYTES - 256;
  expect(toPublishError(error, most)).toMatchObject({ permanent: false, code: 'unavailable' });
  expect(toPublishError(error, most + 1)).toMatchObject({ permanent: true, code: 'limit_exceeded' });
});

test('the words say what to do', () => {
  const words = (error: unknown, bytes = 9): string => toPublishError(error, bytes).message;
  expect(words(apiError(10054, 'big'))).toBe(
    'nats-server takes no message of 9 bytes, the max_msg_size of the stream is less (big): set it to 1048576',
  );
  expect(words(new NatsError('m', 'MAX_PAYLOAD_EXCEEDED'), 2e6)).toBe(
    'a message of 2000000 bytes is larger than any that nats-server has to take (1048576): its max_payload is less',
  );
  expect(words(apiError(10077, 'full'))).toBe('the telemetry stream is full (full)');
  expect(words(new NatsError('m', 'TIMEOUT'))).toBe('nats-server did not acknowledge within 5 s');
  expect(words('a text')).toBe('a text');
});

function staged() {
  const asked: { args: unknown[]; resolve(answer: object): void; reject(error: Error): void }[] = [];
  const listeners: (() => void)[] = [];
  const link = {
    connected: true,
    onChange: (listener: () => void) => void listeners.push(listener),
    connection: {
      jetstream: () => ({ publish: (...args: unknown[]) => new Promise((resolve, reject) => asked.push({ args, resolve, reject })) }),
    },
  };
  const stream = createJetStream(link as unknown as NatsLink);
  const change = (connected: boolean): void => {
    link.connected = connected;
    for (const listener of listeners) listener();
  };
  return { stream, asked, change };
}

const reasonOf = async (publishing: Promise<unknown>): Promise<string> =>
  publishing.then(
    () => 'none',
    (error: PublishError) => `${error.reason}: ${error.message}`,
  );

test('a message goes with its id, and what is told of it is told', async () => {
  const { stream, asked } = staged();
  const publishing = stream.publish('s', Buffer.from('x'), 'id');
  expect(asked[0]?.args).toEqual(['s', Buffer.from('x'), { msgID: 'id', timeout: 5000 }]);
  asked[0]?.resolve({ duplicate: true, seq: 4, stream: 'T' });
  expect(await publishing).toEqual({ duplicate: true });
  const refused = stream.publish('s', Buffer.from('x'), 'id');
  asked[1]?.reject(apiError(10077));
  expect(await reasonOf(refused)).toContain('stream_full');
});

test('without a connection nothing is asked, and what has no answer yet gets none', async () => {
  const { stream, asked, change } = staged();
  const open = stream.publish('s', Buffer.from('x'), 'a');
  const answered = stream.publish('s', Buffer.from('x'), 'b');
  asked[1]?.resolve({ duplicate: false });
  expect(await answered).toEqual({ duplicate: false });
  change(false);
  expect(await reasonOf(open)).toBe('disconnected: nats-server went away before it acknowledged');
  expect(await reasonOf(stream.publish('s', Buffer.from('x'), 'c'))).toBe('disconnected: nats-server cannot be reached');
  expect(asked).toHaveLength(2);
});

test('a connection that comes back rejects nothing', async () => {
  const { stream, asked, change } = staged();
  const open = stream.publish('s', Buffer.from('x'), 'a');
  change(true);
  asked[0]?.resolve({ duplicate: false });
  expect(await open).toEqual({ duplicate: false });
});
