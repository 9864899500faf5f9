// A token that is revoked or expires ends every call that is open under it, quiet ones too, over gRPC and HTTPS alike.
import { readFileSync, rmSync } from 'node:fs';
import { request } from 'node:https';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { Client, credentials, Metadata, type StatusObject } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadPackage, serviceDefinition } from '../../proto/descriptors.ts';
import { temporaryFolder } from '../harness/server.ts';
import { until } from '../harness/until.ts';
import { type Edge, startEdge } from './edge/edge.ts';
import { createIdentity, TestStream } from './edge/test-agent.ts';

const WITHIN_MS = 5000;
const OPERATOR = { tokenId: 'operator', name: 'operator', scopes: ['admin'] } as const;
const SCOPES = ['read', 'write', 'push', 'admin'];

let edge: Edge;
let client: Client;
let node: TestStream;
let nodeId: string;
let folder: string;
/** A database that takes connections and never answers. */
let database: Server;
const connections = new Set<Socket>();

beforeAll(async () => {
  database = createServer((socket) => connections.add(socket.on('error', () => socket.destroy())));
  await new Promise<void>((resolve) => database.listen(0, '127.0.0.1', resolve));
  folder = temporaryFolder('token-ends');
  edge = await startEdge(['--questdb-pg-port', String((database.address() as AddressInfo).port), '--import-folder', folder]);
  client = new Client(`localhost:${edge.port}`, credentials.createSsl(readFileSync(edge.caFile)));
  const identity = await createIdentity(edge);
  ({ nodeId } = identity);
  node = new TestStream(edge, identity);
  node.hello();
  await node.until('welcome');
});

afterAll(async () => {
  node?.close();
  client?.close();
  await edge?.stop();
  for (const socket of connections) socket.destroy();
  database?.close();
  rmSync(folder, { recursive: true });
});

interface Open {
  /** How it ended, in words. */
  ended: Promise<string>;
  /** Resolves when it is certain that the gateway has let it in, where it can be told. */
  begun?: Promise<unknown>;
}

const asItIs = (bytes: Buffer): Buffer => bytes;

function serverStream(method: string, body: object): (secret: string) => Open {
  return (secret) => {
    const definition = serviceDefinition(loadPackage(), 'FleetService')[method];
    if (definition === undefined) throw new Error(`there is no call ${method}`);
    const call = client.makeServerStreamRequest(definition.path, definition.requestSerialize, asItIs, body, bearer(secret));
    call.on('error', () => undefined);
    const begun = new Promise((resolve) => call.once('data', resolve));
    const ended = new Promise<string>((resolve) => call.on('status', ({ code, details }: StatusObject) => resolve(`${code} ${details}`)));
    return { ended, ...(method === 'WatchNodes' ? { begun } : {}) };
  };
}

function upload(secret: string): Open {
  const call = client.makeBidiStreamRequest('/muster.v1.ImportService/Upload', asItIs, asItIs, bearer(secret));
  call.on('error', () => undefined);
  call.on('data', () => undefined);
  return { ended: new Promise((resolve) => call.on('status', ({ code, details }: StatusObject) => resolve(`${code} ${details}`))) };
}

function https(method: string, path: string, head = '', headers: Record<string, string> = {}): (secret: string) => Open {
  return (secret) => {
    const ended = new Promise<string>((resolve) => {
      const call = request(
        `https://localhost:${edge.port}${path}`,
        { ca: readFileSync(edge.caFile), method, agent: false, headers: { authorization: `Bearer ${secret}`, ...headers } },
        (response) => {
          let text = '';
          response.on('data', (chunk) => {
            text += chunk;
          });
          response.on('close', () => resolve(`${response.statusCode} ${text}`));
          response.on('error', () => undefined);
        },
      );
      call.on('error', (error) => resolve(error.message));
      // Not ended: more of the body is to come.
      if (method === 'GET') call.end();
      else call.write(head);
    });
    return { ended };
  };
}

function bearer(secret: string): Metadata {
  const metadata = new Metadata();
  metadata.set('authorization', `Bearer ${secret}`);
  return metadata;
}

const FORM = '--b\r\ncontent-disposition: form-data; name="file"; filename="a.csv"\r\n\r\ntime,cpu\n';
/** Every call that may be open for long. All but the first pass no message while they are. */
const CALLS: Record<string, (secret: string) => Open> = {
  WatchNodes: serverStream('WatchNodes', { filter: '', intervalMs: 100 }),
  'WatchNodes, seldom': serverStream('WatchNodes', { filter: '', intervalMs: 3_600_000 }),
  WatchMetrics: (secret) => serverStream('WatchMetrics', { nodeIds: [nodeId] })(secret),
  RunCommand: (secret) => serverStream('RunCommand', { node: nodeId, command: 'flush' })(secret),
  Query: serverStream('Query', { sql: 'select 1', timeoutMs: 60_000 }),
  GetSeries: serverStream('GetSeries', { measurement: 'cpu', nodeIds: [], fromUs: 1, toUs: 2e6, stepUs: 1e6 }),
  Upload: upload,
  'GET /api/metrics': https('GET', '/api/metrics'),
  'POST /api/push': https('POST', '/api/push', '{"node":', { 'content-type': 'application/json' }),
  'POST /api/import': https('POST', '/api/import', FORM, { 'content-type': 'multipart/form-data; boundary=b' }),
};

function open(secret: string): Record<string, Open> {
  return Object.fromEntries(Object.entries(CALLS).map(([name, begin]) => [name, begin(secret)]));
}

/** How each call ended, by its name; `still open` for one that did not within the time. */
async function endings(calls: Record<string, Open>, withinMs: number): Promise<Record<string, string>> {
  const late = new Promise<string>((resolve) => setTimeout(() => resolve('still open'), withinMs).unref());
  const each = Object.entries(calls).map(async ([name, { ended }]) => [name, await Promise.race([ended, late])] as const);
  return Object.fromEntries(await Promise.all(each));
}

const all = (how: string): Record<string, unknown> =>
  Object.fromEntries(Object.keys(CALLS).map((name) => [name, expect.stringMatching(new RegExp(how))]));

describe('a token ends every open call', () => {
  it('when it is revoked', async () => {
    const secret = await edge.createToken({ kind: 'access', scopes: SCOPES, name: 'scripts' });
    const calls = open(secret);
    await Promise.all(Object.values(calls).map(({ begun }) => begun));
    await until('the calls are on their way', () => node.received.some((message) => message.command));
    await edge.tokens.revoke(secret.split('_')[1] ?? '', OPERATOR);
    expect(await endings(calls, WITHIN_MS)).toEqual(all('the token scripts was revoked while the call was open'));
  });

  it('when it expires', async () => {
    const secret = await edge.createToken({ kind: 'access', scopes: SCOPES, name: 'reports', validSeconds: 2 });
    expect(await endings(open(secret), 2000 + WITHIN_MS)).toEqual(all('the token reports expired while the call was open'));
  });
});
