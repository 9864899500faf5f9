import { type AddressInfo, createServer, type Socket } from 'node:net';
import { expect, it } from 'vitest';
import { ReadDatabase, toDatabaseError } from './read-database.ts';
import { ServerRefusal } from './wire-messages.ts';

const refusal = (words: string): ServerRefusal => new ServerRefusal(new Map(Object.entries({ M: words, S: 'ERROR', P: '8' })));

it.each([
  ['timeout, query aborted [fd=1, runtime=1002ms, timeout=1000ms]', 'deadline_exceeded'],
  ['limit of 1073741824 memory exceeded in EncodedSort', 'limit_exceeded'],
  ['Maximum number of pages (1024) breached in VirtualMemory', 'limit_exceeded'],
  ['breached memory limit set for rpad(SIS) [maxLength=1048576]', 'limit_exceeded'],
  ['not enough space in send buffer [sendBufferSize=1048576]', 'limit_exceeded'],
  ['Invalid column: x', 'invalid_argument'],
])('takes %j of the database for %s', (words, code) => {
  expect(toDatabaseError(refusal(words)).code).toBe(code);
});

it('takes what the database did not say for a database that is away', () => {
  expect(toDatabaseError(new Error('connect ECONNREFUSED')).code).toBe('unavailable');
});

/** A message of the server: a letter, the length, the body. */
function message(letter: string, ...numbers: number[]): Buffer {
  const body = Buffer.alloc(4 * numbers.length);
  for (const [i, value] of numbers.entries()) body.writeInt32BE(value, i * 4);
  const head = Buffer.alloc(5);
  head.write(letter);
  head.writeInt32BE(4 + body.length, 1);
  return Buffer.concat([head, body]);
}

it('gives up a database that takes a statement and freezes, and asks it to end the statement', async () => {
  const sockets = new Set<Socket>();
  let cancelled: (request: Buffer) => void = () => undefined;
  const cancel = new Promise<Buffer>((resolve) => {
    cancelled = resolve;
  });
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('data', (first) => {
      if (first.length === 16) return cancelled(first);
      const ready = Buffer.concat([message('Z').subarray(0, 1), Buffer.from([0, 0, 0, 5, 0x49])]);
      socket.write(Buffer.concat([message('R', 0), message('K', 7, 8), ready]));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const database = new ReadDatabase({ host: '127.0.0.1', port, user: 'u', passwordFile: '' });
  await database.start();
  await expect(database.rows('select 1', 300)).rejects.toMatchObject({
    code: 'deadline_exceeded',
    message: 'the database has not answered within 0.3 s',
  });
  expect((await cancel).readInt32BE(8)).toBe(7);
  await database.stop();
  for (const socket of sockets) socket.destroy();
  await new Promise((resolve) => server.close(resolve));
});
