import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { QuestdbHttp } from './questdb-http.ts';

let folder: string;
let server: Server;
let database: QuestdbHttp;
let answer: (request: IncomingMessage, response: ServerResponse, body: Buffer) => void;
/** What came: method, path with query, login, body, and the connection by number. */
let asked: { what: string; login: string; body: string; connection: number }[];
let connections: object[];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'muster-questdb-'));
  writeFileSync(join(folder, 'password'), 'secret\n');
  asked = [];
  connections = [];
  server = createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const body = Buffer.concat(parts);
    if (!connections.includes(request.socket)) connections.push(request.socket);
    const login = Buffer.from((request.headers.authorization ?? '').replace('Basic ', ''), 'base64').toString();
    const connection = connections.indexOf(request.socket);
    asked.push({ what: `${request.method} ${decodeURIComponent(request.url ?? '')}`, login, body: body.toString(), connection });
    answer(request, response, body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  database = new QuestdbHttp({ url, user: 'etl', passwordFile: join(folder, 'password') });
});
afterEach(() => {
  database.close();
  server.closeAllConnections();
  server.close();
  rmSync(folder, { recursive: true });
});

const reply = (status: number, text: string) => (_: IncomingMessage, response: ServerResponse) => response.writeHead(status).end(text);

test('a statement gives its rows, with the login, over a connection that is kept', async () => {
  answer = reply(200, JSON.stringify({ columns: [{ name: 'x', type: 'LONG' }], dataset: [[1], [2]] }));
  expect(await database.sql("select '&x=1'")).toEqual([[1], [2]]);
  expect(await database.table('select 2')).toEqual({ columns: [{ name: 'x', type: 'LONG' }], rows: [[1], [2]] });
  expect(asked.map(({ what, login, connection }) => [what, login, connection])).toEqual([
    ["GET /exec?query=select '&x=1'", 'etl:secret', 0],
    ['GET /exec?query=select 2', 'etl:secret', 0],
  ]);
});

test('an answer without rows has none', async () => {
  answer = reply(200, '{"ddl":"OK"}');
  expect(await database.table('create table x')).toEqual({ columns: [], rows: [] });
});

test.each([
  [400, '{"error":"table does not exist [table=x]"}', 'failed_precondition', 'QuestDB: table does not exist [table=x]'],
  [401, 'Unauthorized', 'permission_denied', 'QuestDB: status 401: Unauthorized'],
  [403, '{"error":"no"}', 'permission_denied', 'QuestDB: no'],
  [500, 'broken', 'unavailable', 'QuestDB: status 500: broken'],
  [503, '{}', 'unavailable', 'QuestDB: {}'],
])('status %i with %s is %s', async (status, text, code, message) => {
  answer = reply(status, text);
  await expect(database.sql('select 1')).rejects.toMatchObject({ code, message });
});

test('lines are sent as they are, with their times in microseconds, and the answer is given in words', async () => {
  answer = reply(204, '');
  expect(await database.write(Buffer.from('cpu v=1 5\n'))).toEqual({ status: 204, words: '' });
  expect(asked[0]).toMatchObject({ what: 'POST /write?precision=u', body: 'cpu v=1 5\n' });
  answer = reply(400, 'failed to parse line protocol');
  expect(await database.write(Buffer.from('x'))).toEqual({ status: 400, words: 'failed to parse line protocol' });
});

test('after a renewal lines go over another connection', async () => {
  answer = reply(204, '');
  await database.write(Buffer.from('a'));
  await database.write(Buffer.from('b'));
  database.renewWrites();
  await database.write(Buffer.from('c'));
  expect(asked.map(({ connection }) => connection)).toEqual([0, 0, 1]);
});

test('no connection is written over for longer than ten seconds: the database does not see on it that a column is gone', async () => {
  answer = reply(204, '');
  const clock = vi.spyOn(performance, 'now');
  const startMs = performance.now();
  for (const atMs of [0, 9000, 11_000, 12_000]) {
    clock.mockReturnValue(startMs + atMs);
    await database.write(Buffer.from('a'));
  }
  clock.mockRestore();
  expect(asked.map(({ connection }) => connection)).toEqual([0, 0, 1, 1]);
});

test('a database that breaks off or is away is not available, and nobody knows whether the lines arrived', async () => {
  answer = (request) => request.socket.destroy();
  await expect(database.write(Buffer.from('a'))).rejects.toMatchObject({
    code: 'unavailable',
    message: expect.stringContaining('QuestDB at http://127.0.0.1:'),
  });
  answer = (_, response) => {
    response.writeHead(200, { 'content-length': 100 });
    response.write('half');
    setImmediate(() => response.destroy());
  };
  await expect(database.sql('select 1')).rejects.toMatchObject({ code: 'unavailable' });
});
