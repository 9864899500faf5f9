// The port with TLS, gRPC and the door beside it, as strangers find it. No store behind it.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type ClientHttp2Session, connect as connectHttp2 } from 'node:http2';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { type ServerUnaryCall, type sendUnaryData, status } from '@grpc/grpc-js';
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Authority, createAuthority, issueServerCertificate } from '../../core/node/tls-authority.ts';
import { GrpcServer, type GrpcServerOptions } from './grpc-server.ts';

let authority: Authority;
let own: Authority;
let folder: string;
let server: GrpcServer;
let refused: string[];
let options: GrpcServerOptions;
const open: (ClientHttp2Session | TLSSocket)[] = [];

beforeAll(async () => {
  authority = await createAuthority();
  own = await issueServerCertificate(authority, ['localhost']);
});
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'port-'));
  refused = [];
  const write = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  options = {
    ...{ host: '127.0.0.1', port: 0, clientCaPem: authority.certificatePem, agent: {}, imports: {} },
    files: { certificateFile: write('a.crt', own.certificatePem), keyFile: write('a.key', own.keyPem) },
    issuer: { caPem: authority.certificatePem, names: [], issue: () => Promise.reject(new Error('not needed')) },
    fleet: {
      // Who brings a token is let in.
      ListNodes: (call: ServerUnaryCall<unknown, unknown>, callback: sendUnaryData<unknown>) => {
        if (call.metadata.get('authorization').length > 0) callback(null, {});
        else callback({ code: status.UNAUTHENTICATED, details: 'no token' });
      },
    },
    pressure: { pressure: false, onPressure: () => () => undefined },
    onHttp: (socket) => socket.destroy(),
    events: {
      connectionOpened: () => undefined,
      connectionRefused: ({ reason }) => refused.push(reason),
      ...{ certificateReloaded: () => undefined, certificateUnreadable: () => undefined },
      ...{ certificateRenewed: () => undefined, certificateNotRenewed: () => undefined },
    },
    unproven: { total: 6, perAddress: 4, idleMs: 1000 },
  };
  server = new GrpcServer(options);
  await server.start();
});
afterEach(async () => {
  for (const each of open.splice(0)) each.destroy();
  await server.stop();
  rmSync(folder, { recursive: true });
});

function http2(): { session: ClientHttp2Session; ready: Promise<unknown>; closed: Promise<void> } {
  const session = connectHttp2(`https://localhost:${server.port}`, { ca: authority.certificatePem });
  open.push(session);
  session.on('error', () => undefined);
  const closed = new Promise<void>((resolve) => session.on('close', () => resolve()));
  return { session, ready: Promise.race([new Promise((resolve) => session.on('remoteSettings', resolve)), closed]), closed };
}

/** The status of one call with an empty message. */
function call(session: ClientHttp2Session, path: string, headers: Record<string, string> = {}): Promise<string> {
  return new Promise((resolve) => {
    const stream = session.request({ ':method': 'POST', ':path': path, 'content-type': 'application/grpc', te: 'trailers', ...headers });
    let code = 'none';
    const note = (given: object): void => {
      code = String((given as Record<string, unknown>)['grpc-status'] ?? code);
    };
    stream
      .on('response', note)
      .on('trailers', note)
      .on('error', () => undefined);
    stream.on('close', () => resolve(code));
    stream.resume().end(Buffer.alloc(5));
  });
}

test('a connection without a call is closed, as is one whose calls were all refused; one that was let in stays', async () => {
  const [silent, refusedOne, healthy, known] = [http2(), http2(), http2(), http2()];
  await Promise.all([silent, refusedOne, healthy, known].map(({ ready }) => ready));
  expect(await call(refusedOne.session, '/muster.v1.FleetService/ListNodes')).toBe(String(status.UNAUTHENTICATED));
  expect(await call(healthy.session, '/grpc.health.v1.Health/Check')).toBe('0');
  expect(await call(known.session, '/muster.v1.FleetService/ListNodes', { authorization: 'Bearer x' })).toBe('0');
  await Promise.all([silent.closed, refusedOne.closed, healthy.closed]);
  expect(refused).toEqual(['unproven', 'unproven', 'unproven']);
  expect(await call(known.session, '/muster.v1.FleetService/ListNodes', { authorization: 'Bearer x' })).toBe('0');
});

test('an address has few connections that have not shown who they are, and any number that have', async () => {
  const known = Array.from({ length: 3 }, http2);
  await Promise.all(
    known.map(async ({ session, ready }) => {
      await ready;
      await call(session, '/muster.v1.FleetService/ListNodes', { authorization: 'Bearer x' });
    }),
  );
  const strangers = Array.from({ length: 8 }, http2);
  let served = 0;
  for (const { session } of strangers) session.on('remoteSettings', () => served++);
  await Promise.all(strangers.map(({ ready }) => ready));
  expect(served).toBe(4);
  await Promise.all(strangers.map(({ closed }) => closed));
  expect(known.map(({ session }) => session.closed)).toEqual([false, false, false]);
  // Their places are free again.
  const next = http2();
  await next.ready;
  expect(await call(next.session, '/muster.v1.FleetService/ListNodes', { authorization: 'Bearer x' })).toBe('0');
});

test('a connection has no TLS before its turn comes, and is closed where that takes too long', async () => {
  await server.stop();
  const turns = { perMoment: 0, perBusyMoment: 0, waitingOfAddress: 2, waitMs: 100 };
  server = new GrpcServer({ ...options, turns, unproven: { total: 100, perAddress: 100, idleMs: 60_000 } });
  await server.start();
  const all = Array.from({ length: 6 }, http2);
  let served = 0;
  for (const { session } of all) session.on('remoteSettings', () => served++);
  await Promise.all(all.map(({ closed }) => closed));
  expect(served).toBe(0);
  expect(refused).toEqual(all.map(() => 'too_many'));
});

test('what is no HTTP/2 costs its connection alone', async () => {
  for (const bytes of [
    'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\nnonsense',
    'nonsense',
    `PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0${'\xff'.repeat(1000)}`,
  ]) {
    await new Promise<void>((resolve) => {
      const socket = connectTls({ host: '127.0.0.1', port: server.port, servername: 'localhost', ca: authority.certificatePem }, () => {
        socket.write(bytes, 'latin1');
      });
      open.push(socket);
      socket.on('error', () => undefined).on('data', () => undefined);
      socket.on('close', () => resolve());
    });
  }
  const next = http2();
  await next.ready;
  expect(await call(next.session, '/grpc.health.v1.Health/Check')).toBe('0');
});

/** A frame of HTTP/2 (RFC 9113, 4.1). */
function frame(type: number, flags: number, stream: number, body: Buffer): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(body.length, 0, 3);
  head[3] = type;
  head[4] = flags;
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, body]);
}

const literal = (name: string, value: string): Buffer =>
  Buffer.concat([Buffer.from([0, name.length]), Buffer.from(name), Buffer.from([value.length]), Buffer.from(value)]);
const callOf = (path: string, type = 'application/grpc'): Buffer =>
  Buffer.concat([
    literal(':method', 'POST'),
    literal(':scheme', 'https'),
    literal(':path', path),
    literal(':authority', 'a'),
    literal('content-type', type),
  ]);
const BEGIN = Buffer.concat([Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'), frame(4, 0, 0, Buffer.alloc(0))]);
const [HEADERS, RST_STREAM, END_HEADERS] = [1, 3, 4];

/** Sends bytes after TLS; resolves when the connection is closed, by us after a moment of silence. */
function sendBytes(bytes: Buffer): Promise<void> {
  return new Promise((resolve) => {
    const options = { host: '127.0.0.1', port: server.port, servername: 'localhost', ca: authority.certificatePem, ALPNProtocols: ['h2'] };
    const socket = connectTls(options, () => socket.write(bytes));
    open.push(socket);
    socket.setTimeout(30, () => socket.destroy());
    socket.on('error', () => undefined).on('data', () => undefined);
    socket.on('close', () => resolve());
  });
}

test.each([
  ['of an unknown method', callOf('/nobody/Knows')],
  ['of another content type', callOf('/muster.v1.FleetService/ListNodes', 'text/plain')],
  ['of a method that is there', callOf('/muster.v1.FleetService/ListNodes')],
  ['of the health', callOf('/grpc.health.v1.Health/Check')],
])('a call %s that is taken back at once costs nobody else anything', async (_, headers) => {
  for (let i = 0; i < 5; i++) {
    const calls = Array.from({ length: 20 }, (__, n) => [
      frame(HEADERS, END_HEADERS, 2 * n + 1, headers),
      frame(RST_STREAM, 0, 2 * n + 1, Buffer.from([0, 0, 0, 8])),
    ]);
    await sendBytes(Buffer.concat([BEGIN, ...calls.flat()]));
  }
  const next = http2();
  await next.ready;
  expect(await call(next.session, '/grpc.health.v1.Health/Check')).toBe('0');
});

test('frames that nobody means cost their connection alone', { timeout: 60_000 }, async () => {
  let state = 20_261_201;
  const below = (most: number): number => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return Math.floor((state / 4_294_967_296) * most);
  };
  const bytes = (most: number): Buffer => Buffer.from(Array.from({ length: below(most) }, () => below(256)));
  const paths = [
    '/grpc.health.v1.Health/Check',
    '/muster.v1.FleetService/ListNodes',
    '//',
    '',
    '*',
    '/grpc.reflection.v1.ServerReflection/ServerReflectionInfo',
  ];
  const connection = (): Promise<void> => {
    const parts = Array.from({ length: 1 + below(8) }, (_, n) =>
      below(2) === 0
        ? frame(HEADERS, END_HEADERS + below(2), 2 * n + 1, callOf(paths[below(paths.length)] as string))
        : frame(below(12), below(256), below(8), bytes(60)),
    );
    const sent = Buffer.concat(parts);
    const at = below(sent.length);
    return sendBytes(Buffer.concat(below(2) === 0 ? [BEGIN, sent] : [BEGIN, sent.subarray(0, at), bytes(4), sent.subarray(at + below(3))]));
  };
  for (let i = 0; i < 200; i++) await Promise.all([connection(), connection(), connection()]);
  const next = http2();
  await next.ready;
  expect(await call(next.session, '/grpc.health.v1.Health/Check')).toBe('0');
});

test('listens on each of its addresses, and is gone from all of them when it stops', async () => {
  await server.stop();
  server = new GrpcServer({ ...options, host: '127.0.0.1,127.0.0.2' });
  await server.start();
  const { port } = server;
  for (const host of ['127.0.0.1', '127.0.0.2']) {
    const session = connectHttp2(`https://localhost:${port}`, {
      ca: authority.certificatePem,
      createConnection: () => connectTls({ host, port, ca: authority.certificatePem, servername: 'localhost', ALPNProtocols: ['h2'] }),
    });
    open.push(session);
    await new Promise((resolve, reject) => session.once('remoteSettings', resolve).once('error', reject));
  }
  await server.stop();
  const gone = connectTls({ host: '127.0.0.2', port, ca: authority.certificatePem, servername: 'localhost' });
  open.push(gone);
  await expect(new Promise((_, reject) => gone.once('error', reject))).rejects.toMatchObject({ code: 'ECONNREFUSED' });
});

test('names the address that this machine has not, and leaves the others free', async () => {
  const other = new GrpcServer({ ...options, host: '127.0.0.3,192.0.2.1' });
  await expect(other.start()).rejects.toThrow(/^port \d+ on 192\.0\.2\.1 cannot be opened: this machine has no such address$/);
});
