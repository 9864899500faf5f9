import { mkdtempSync, writeFileSync } from 'node:fs';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { afterEach, expect, it } from 'vitest';
import { createAuthority, issueServerCertificate } from '../../../core/node/tls-authority.ts';
import { PrometheusClient, type PrometheusOptions } from './prometheus-client.ts';
import type { PrometheusError } from './prometheus-error.ts';

const QUERY = { promql: 'up', startMs: 1500, endMs: 3000, stepMs: 500 };
const NEVER = new AbortController().signal;
const open: { close(): unknown }[] = [];
afterEach(() => {
  for (const one of open.splice(0)) one.close();
});

interface Asked {
  path: string;
  authorization: string | undefined;
  form: Record<string, string>;
}

/** A client of a server that answers by `answer`. */
async function clientOf(answer: Answer, options: Partial<PrometheusOptions> = {}): Promise<{ client: PrometheusClient; asked: Asked[] }> {
  const asked: Asked[] = [];
  const server: Server = createServer((request, response) => {
    let body = '';
    request.on('data', (piece) => (body += piece));
    request.on('end', () => {
      asked.push({
        path: request.url ?? '',
        authorization: request.headers.authorization,
        form: Object.fromEntries(new URLSearchParams(body)),
      });
      answer(response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const client = new PrometheusClient({
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/base`,
    timeoutMs: 5000,
    ...options,
  });
  open.push({ close: () => server.closeAllConnections() }, server, client);
  return { client, asked };
}

async function rangeOf(client: PrometheusClient): Promise<{ series: unknown[]; warnings: string[] }> {
  const warnings: string[] = [];
  const series: unknown[] = [];
  for await (const one of client.range(QUERY, NEVER, (words) => warnings.push(words))) series.push(one);
  return { series, warnings };
}

function failureOf(client: PrometheusClient): Promise<PrometheusError> {
  return rangeOf(client).then(
    (): never => expect.fail('it succeeded'),
    (error: PrometheusError) => error,
  );
}
type Answer = (response: ServerResponse) => void;
function page(status: number, text: string, headers: Record<string, string> = {}): Answer {
  return (response) => {
    response.writeHead(status, headers);
    response.end(text);
  };
}
/** Begins an answer, and ends the connection or keeps it waiting. */
function halves(text: string, ends: boolean): Answer {
  return (response) => {
    response.writeHead(200);
    response.write(text, () => {
      if (ends) response.destroy();
    });
  };
}
const json = (status: number, body: unknown): Answer => page(status, JSON.stringify(body));
const refusal = (status: number, error: string): Answer => json(status, { status: 'error', errorType: 'x', error });
const secretFile = (text: string): string => {
  const file = join(mkdtempSync(join(tmpdir(), 'muster-prom-')), 'secret');
  writeFileSync(file, text);
  return file;
};

it('asks for the range below the path of its address, and gives series and warnings', async () => {
  const series = [{ metric: { a: 'b' }, values: [[1.5, '1']] }];
  const { client, asked } = await clientOf(
    json(200, { status: 'success', warnings: ['slow'], data: { resultType: 'matrix', result: series } }),
  );
  expect(await rangeOf(client)).toEqual({ series, warnings: ['slow'] });
  expect(asked).toEqual([
    {
      path: '/base/api/v1/query_range',
      authorization: undefined,
      form: { query: 'up', start: '1.5', end: '3', step: '0.5', timeout: '5000ms' },
    },
  ]);
});

it('signs in with what the files hold now', async () => {
  const passwordFile = secretFile('one\n');
  const { client, asked } = await clientOf(refusal(401, 'no'), { username: 'me', passwordFile });
  const error = await failureOf(client);
  writeFileSync(passwordFile, 'two\n');
  await failureOf(client);
  expect(asked.map(({ authorization }) => Buffer.from(authorization?.slice(6) ?? '', 'base64').toString())).toEqual(['me:one', 'me:two']);
  expect([error.kind, error.retryable, error.message]).toEqual([
    'access',
    false,
    expect.stringContaining(`it does not take what is in ${passwordFile}`),
  ]);
  expect(error.message).not.toContain('one');
  const bearer = await clientOf(refusal(403, 'no'), { bearerTokenFile: secretFile('t0ken\n') });
  await failureOf(bearer.client);
  expect(bearer.asked[0]?.authorization).toBe('Bearer t0ken');
});

it.each([
  ['a wrong query', refusal(400, 'parse error'), 'query', false, 'Prometheus refuses the query: parse error'],
  ['a query that fails on its data', refusal(422, 'many-to-many'), 'execution', false, 'many-to-many'],
  ['an overloaded server', refusal(503, 'not ready'), 'busy', true, 'answers 503: not ready'],
  ['a broken server', refusal(500, 'a panic'), 'busy', true, 'answers 500: a panic'],
  ['a server that takes turns', refusal(429, 'too many'), 'busy', true, 'answers 429: too many'],
  ['a place without it', refusal(499, 'odd'), 'answer', false, 'answers 499'],
  ['a proxy without server', page(502, '<html>'), 'busy', true, 'answers 502: it cannot serve now'],
  ['another page', page(404, '<html>'), 'answer', false, 'answers 404: check that url'],
  ['a proxy that knows no JSON', page(400, '<html>'), 'answer', false, 'answers 400'],
  ['a redirect', page(302, '', { location: 'https://login' }), 'answer', false, 'it sends to https://login'],
  ['a page instead of JSON', page(200, '<html>'), 'answer', false, 'answers strangely'],
  [
    'an instant answer',
    json(200, { status: 'success', data: { resultType: 'vector', result: [] } }),
    'answer',
    false,
    'its answer is no matrix',
  ],
  ['an answer that breaks off', halves('{"status"', true), 'unreachable', true, 'cannot be reached'],
] as const)('tells the class of %s', async (_, answer, kind, retryable, words) => {
  const { client } = await clientOf(answer);
  const error = await failureOf(client);
  expect([error.kind, error.retryable, error.message]).toEqual([kind, retryable, expect.stringContaining(words)]);
});

it('waits as long as a busy server says', async () => {
  const { client } = await clientOf(page(429, '', { 'retry-after': '7' }));
  expect(await failureOf(client)).toMatchObject({ kind: 'busy', retryAfterMs: 7000 });
});

it('gives up waiting for the first byte, and for a later one', async () => {
  const silent = await clientOf(() => undefined, { timeoutMs: 100 });
  expect(await failureOf(silent.client)).toMatchObject({ kind: 'timeout', message: expect.stringContaining('no answer within 100 ms') });
  const stuck = await clientOf(halves('{', false), { timeoutMs: 100 });
  expect(await failureOf(stuck.client)).toMatchObject({ kind: 'timeout' });
});

it('says who cannot be reached', async () => {
  const client = new PrometheusClient({ url: 'http://127.0.0.1:1', timeoutMs: 5000 });
  expect(await failureOf(client)).toMatchObject({
    kind: 'unreachable',
    message: expect.stringContaining('http://127.0.0.1:1 cannot be reached'),
  });
});

it('goes by the clock of the server', async () => {
  const { client } = await clientOf((response) => {
    const date = new Date(Date.now() - 600_000).toUTCString();
    page(200, '{"data":{"version":"2.42.0"}}', { date })(response);
  });
  const behindMs = Date.now() - (await client.serverNowMs(NEVER));
  expect(behindMs).toBeGreaterThanOrEqual(600_000);
  expect(behindMs).toBeLessThan(602_500);
});

it('trusts the CA it is given, and no other', async () => {
  const authority = await createAuthority();
  const { certificatePem: cert, keyPem: key } = await issueServerCertificate(authority, ['127.0.0.1']);
  const body = JSON.stringify({ status: 'success', data: { resultType: 'matrix', result: [] } });
  const server = createTlsServer({ cert, key }, (_, response) => page(200, body)(response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const trusting = new PrometheusClient({ url, timeoutMs: 5000, caFile: secretFile(authority.certificatePem) });
  const doubting = new PrometheusClient({ url, timeoutMs: 5000 });
  open.push({ close: () => server.closeAllConnections() }, server, trusting, doubting);
  expect(await rangeOf(trusting)).toEqual({ series: [], warnings: [] });
  expect(await failureOf(doubting)).toMatchObject({ kind: 'access', message: expect.stringContaining('is not trusted') });
});

const MATRIX = { status: 'success', data: { resultType: 'matrix', result: [{ metric: { job: 'a' }, values: [[1, '2']] }] } };

it.each([
  ['gzip', gzipSync],
  ['deflate', deflateSync],
  ['br', brotliCompressSync],
] as const)('unpacks an answer that came as %s, unasked', async (encoding, pack) => {
  const { client } = await clientOf((response) => {
    response.writeHead(200, { 'content-encoding': encoding });
    response.end(pack(JSON.stringify(MATRIX)));
  });
  expect((await rangeOf(client)).series).toEqual(MATRIX.data.result);
});

it.each([
  ['an encoding that nobody knows', 'zork', Buffer.from('x'), 'content-encoding zork'],
  ['bytes that are no gzip', 'gzip', Buffer.from('not gzip at all'), 'cannot be unpacked'],
  ['a gzip that is cut off', 'gzip', gzipSync(JSON.stringify(MATRIX)).subarray(0, 40), 'cannot be reached'],
])('says so where an answer has %s', async (_, encoding, bytes, words) => {
  const { client } = await clientOf((response) => {
    response.writeHead(200, { 'content-encoding': encoding });
    response.end(bytes);
  });
  expect((await failureOf(client)).message).toContain(words);
});
