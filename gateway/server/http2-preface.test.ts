import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import { awaitPreface } from './http2-preface.ts';

const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
const SETTINGS = Buffer.from([0, 0, 6, 4, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 100]);

it('waits for preface and settings, however they are cut, and puts everything back', async () => {
  const bytes = Buffer.concat([PREFACE, SETTINGS, Buffer.from('more')]);
  const socket = new PassThrough();
  const ready = awaitPreface(socket);
  for (const byte of bytes) {
    socket.write(Buffer.from([byte]));
    await Promise.resolve();
  }
  await ready;
  await new Promise((resolve) => setImmediate(resolve));
  expect((socket.read() as Buffer).toString('latin1')).toBe(bytes.toString('latin1'));
});

it.each([
  ['another protocol', Buffer.from('SSH-2.0-OpenSSH_9.2\r\n'), 'does not speak HTTP'],
  ['no settings', Buffer.concat([PREFACE, Buffer.from([0, 0, 0, 1, 0, 0, 0, 0, 0])]), 'not followed by settings'],
  ['huge settings', Buffer.concat([PREFACE, Buffer.from([0xff, 0xff, 0xff, 4, 0, 0, 0, 0, 0])]), 'not followed by settings'],
])('refuses %s', async (_name, bytes, words) => {
  const socket = new PassThrough();
  const ready = awaitPreface(socket);
  socket.write(bytes);
  await expect(ready).rejects.toThrow(words);
});

it('tells how far a connection came that was closed', async () => {
  const socket = new PassThrough();
  const ready = awaitPreface(socket);
  socket.write(PREFACE.subarray(0, 5));
  setImmediate(() => socket.destroy());
  await expect(ready).rejects.toThrow('closed after 5 bytes');
});
