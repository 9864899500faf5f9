// What strangers and broken agents send: clear refusals, memory flat, others unaffected.
import { randomBytes } from 'node:crypto';
import { connect as connectHttp2, constants } from 'node:http2';
import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { gzipSync } from 'node:zlib';
import { status } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { keptMb } from '../harness/kept-memory.ts';
import { until } from '../harness/until.ts';
import { type Edge, startEdge } from './edge/edge.ts';
import { createIdentity, type Identity, TestStream } from './edge/test-agent.ts';

let edge: Edge;
let identity: Identity;
let bystander: TestStream;
let bystanderSeq = 0;

beforeAll(async () => {
  edge = await startEdge();
  identity = await createIdentity(edge);
  bystander = new TestStream(edge, await createIdentity(edge));
  bystander.hello(1);
});
afterAll(async () => {
  bystander?.close();
  await edge?.stop();
});

/** Somebody else's stream goes on as if nothing were. */
async function othersAreServed(): Promise<void> {
  bystander.batch(++bystanderSeq);
  await bystander.untilAcked(bystanderSeq);
}

function rssMb(): number {
  return process.memoryUsage().rss / 1024 ** 2;
}

const DEEP = (() => {
  let bytes = Buffer.alloc(0);
  for (let depth = 0; depth < 10_000; depth++) {
    const length: number[] = [];
    for (let rest = bytes.length; ; rest >>>= 7) {
      length.push(rest > 127 ? (rest & 127) | 128 : rest);
      if (rest <= 127) break;
    }
    bytes = Buffer.concat([Buffer.from([0x0a, ...length]), bytes]);
  }
  return bytes;
})();

const ATTEMPTS = 5;

describe('a message that is none of ours (20)', () => {
  const messages: [string, Buffer, string][] = [
    ['an empty message', Buffer.alloc(0), 'the message holds none of hello, batch, heartbeat and live'],
    ['a wrong wire type', Buffer.from([0x08, 0x01]), 'field 1 has wire type 0, expected 2'],
    [
      'a field that claims more than there is',
      Buffer.from([0x12, 0xff, 0xff, 0xff, 0xff, 0x0f]),
      'a field claims 4294967295 bytes at byte',
    ],
    ['groups nested 10,000 deep', Buffer.alloc(10_000, 0x0b), 'field 1 has wire type 3, expected 2'],
    ['messages nested 10,000 deep', DEEP, ''],
    ['a huge repeated count', Buffer.concat([Buffer.from([0x22, 6, 0x12, 4, 0x22]), Buffer.from([0xff, 0xff, 0x7f])]), 'a field claims'],
    ['a batch before the hello', Buffer.from([0x12, 22, 0x0a, 16, ...Buffer.alloc(16), 0x10, 1, 0x18, 0]), ''],
  ];

  it.each(messages)('%s → INVALID_ARGUMENT within 50 ms, counted', async (_name, message, words) => {
    const before = await edge.count('malformed_messages_total');
    let stream = new TestStream(edge, identity);
    const times: number[] = [];
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const startedMs = performance.now();
      stream.raw(message);
      const { code, details } = await stream.ended;
      times.push(performance.now() - startedMs);
      expect(code).toBe(status.INVALID_ARGUMENT);
      expect(details).toContain(words);
      stream = stream.again();
    }
    // The best of some: the first has the handshake in it, and others may use this machine.
    expect(Math.min(...times)).toBeLessThan(50);
    expect(await edge.count('malformed_messages_total')).toBe(before + ATTEMPTS);
    stream.close();
    await othersAreServed();
  });

  it('1,000 random messages, nothing of them kept', async () => {
    const before = await edge.count('malformed_messages_total');
    let stream = new TestStream(edge, identity);
    const send = async (count: number): Promise<void> => {
      for (let i = 0; i < count; i++) {
        stream.raw(randomBytes(1 + ((i * 7919) % 3000)));
        const { code } = await stream.ended;
        expect(code).toBe(status.INVALID_ARGUMENT);
        stream = stream.again();
      }
    };
    // What is made once is made before the count begins.
    await send(100);
    const kept = await keptMb();
    await send(1000);
    // Half a message each would be more. A session that was closed lets go a little later.
    await until('nothing of them is kept', async () => (await keptMb()) - kept < 2);
    stream.close();
    expect(await edge.count('malformed_messages_total')).toBe(before + 1100);
    await othersAreServed();
  });
});

describe('a message that is too large (19)', () => {
  it('is refused with RESOURCE_EXHAUSTED, memory flat, and the connection lives', async () => {
    const rss = rssMb();
    const session = connectHttp2(`https://localhost:${edge.port}`, { ca: edge.authority.certificatePem });
    const call = (body: Buffer, headers: Record<string, string> = {}): Promise<string> =>
      new Promise((resolve) => {
        const stream = session.request({
          ':method': 'POST',
          ':path': '/muster.v1.AgentService/Enroll',
          'content-type': 'application/grpc',
          te: 'trailers',
          ...headers,
        });
        let code: string | undefined;
        stream.on('response', (answer) => (code = answer['grpc-status'] as string | undefined));
        stream.on('trailers', (trailers) => (code = trailers['grpc-status'] as string));
        stream.on('error', () => undefined);
        stream.on('close', () => resolve(code ?? 'none'));
        stream.on('data', () => undefined);
        stream.end(body);
      });
    const frame = (flag: number, length: number, body: Buffer): Buffer => {
      const head = Buffer.alloc(5);
      head[0] = flag;
      head.writeUInt32BE(length, 1);
      return Buffer.concat([head, body]);
    };
    expect(await call(frame(0, 100 * 1024 * 1024, Buffer.alloc(2 * 1024 * 1024)))).toBe(String(status.RESOURCE_EXHAUSTED));
    expect(await call(frame(0, 0xffffffff, Buffer.alloc(100)))).toBe(String(status.RESOURCE_EXHAUSTED));
    const bomb = gzipSync(Buffer.alloc(200 * 1024 * 1024), { level: 9 });
    const bombRss = rssMb();
    expect(await call(frame(1, bomb.length, bomb), { 'grpc-encoding': 'gzip' })).toBe(String(status.RESOURCE_EXHAUSTED));
    // Less than what it unpacks to: it was given up on the way.
    expect(rssMb() - bombRss).toBeLessThan(128);
    expect(await call(frame(0, 0, Buffer.alloc(0)))).toBe(String(status.PERMISSION_DENIED));
    session.close();
    expect(rssMb() - rss).toBeLessThan(400);
    await othersAreServed();
  });
});

describe('a connection that does not speak (22)', () => {
  const closedAfter = (socket: Socket): Promise<number> => {
    const startedMs = performance.now();
    socket.on('error', () => undefined);
    return new Promise((resolve) => socket.on('close', () => resolve(performance.now() - startedMs)));
  };
  const tcp = (): Socket => connectTcp(edge.port, '127.0.0.1');
  const tls = (): Socket =>
    connectTls({ port: edge.port, host: '127.0.0.1', servername: 'localhost', ca: edge.authority.certificatePem, ALPNProtocols: ['h2'] });

  it('is closed within 5 s: silence, half a handshake, a byte a second, no preface, half a preface', async () => {
    const half = tcp();
    half.write(Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00, 0x01]));
    const slow = tcp();
    const slowTls = tls();
    const halfPreface = tls();
    halfPreface.write('PRI * HTTP/2.0\r\n');
    const hello = Buffer.concat([Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00]), Buffer.alloc(512)]);
    const preface = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
    let at = 0;
    const drip = setInterval(() => {
      if (!slow.destroyed) slow.write(hello.subarray(at, at + 1));
      if (!slowTls.destroyed) slowTls.write(preface.subarray(at, at + 1));
      at += 1;
    }, 1000);
    const times = await Promise.all([tcp(), half, slow, tls(), slowTls, halfPreface].map(closedAfter));
    clearInterval(drip);
    // After 4.5 s, beside what the machine has to do; a connection that speaks and makes no call may stay for 10 s.
    for (const time of times) expect(time).toBeLessThan(9000);
    await until('the counter', async () => (await edge.count('connections_total', { outcome: 'handshake' })) >= 3);
    await until('the counter', async () => (await edge.count('connections_total', { outcome: 'preface' })) >= 3);
    await othersAreServed();
  });

  it('that speaks another protocol is closed at once', async () => {
    const socket = tls();
    socket.write('GET / HTTP/1.1\r\nhost: localhost\r\n\r\n');
    // At once, beside what the machine has to do: one that says nothing at all is closed after 4 s or more.
    expect(await closedAfter(socket)).toBeLessThan(3000);
  });

  it('5,000 streams on one connection are capped', async () => {
    const session = connectHttp2(`https://localhost:${edge.port}`, { ca: edge.authority.certificatePem, peerMaxConcurrentStreams: 100 });
    await until('settings', () => session.remoteSettings?.maxConcurrentStreams === 128);
    let refused = 0;
    let open = 0;
    const streams = Array.from({ length: 5000 }, () => {
      const stream = session.request({
        ':method': 'POST',
        ':path': '/grpc.health.v1.Health/Watch',
        'content-type': 'application/grpc',
        te: 'trailers',
      });
      stream.on('error', () => undefined);
      stream.on('ready', () => open++);
      stream.on('close', () => (refused += stream.rstCode === constants.NGHTTP2_REFUSED_STREAM ? 1 : 0));
      return stream;
    });
    await othersAreServed();
    // The client holds back what the server's settings do not allow.
    expect(open).toBeLessThanOrEqual(128);
    session.destroy();
    expect(streams).toHaveLength(5000);
    expect(refused).toBeLessThan(5000);
    await othersAreServed();
  });
});

describe('a client that never reads (23)', () => {
  it('costs little, and is not read either', async () => {
    const node = await createIdentity(edge);
    const session = connectHttp2(`https://localhost:${edge.port}`, {
      ca: edge.authority.certificatePem,
      cert: node.certificatePem,
      key: node.keyPem,
      settings: { initialWindowSize: 0 },
    });
    session.on('error', () => undefined);
    const stream = session.request({
      ':method': 'POST',
      ':path': '/muster.v1.AgentService/Connect',
      'content-type': 'application/grpc',
      te: 'trailers',
    });
    stream.on('error', () => undefined);
    const closed = new Promise((resolve) => stream.on('close', resolve));
    const epoch = randomBytes(16);
    const kept = await keptMb();
    stream.write(TestStream.frame({ hello: { epoch, oldestSeq: 1, nextSeq: 1, sentUs: 0, intervalMs: 1000 } }));
    let written = 0;
    const writeOn = (): void => {
      // Refused one by one: each refusal waits to be read.
      for (let open = true; open && written < 20_000; written++) {
        open = stream.write(TestStream.frame({ batch: { epoch, seq: written + 5, batch: Buffer.alloc(600), sentUs: 0 } }));
      }
      if (written < 20_000) stream.once('drain', writeOn);
    };
    writeOn();
    await closed;
    // Flow control held it back: what is not read from it stays with it.
    expect(written).toBeLessThan(2000);
    await until('nothing of it is kept', async () => (await keptMb()) - kept < 2);
    expect(await edge.count('stream_ends_total', { reason: 'not_reading' })).toBe(1);
    await othersAreServed();
  });
});
