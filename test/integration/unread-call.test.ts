// A streamed call whose caller reads nothing: it ends when the answer says so, and nothing of it is kept.
import type { ServerHttp2Stream } from 'node:http2';
import {
  type Client,
  credentials,
  loadPackageDefinition,
  Metadata,
  Server,
  ServerCredentials,
  type ServerWritableStream,
  type ServiceClientConstructor,
} from '@grpc/grpc-js';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { MusterError } from '../../core/common/muster-error.ts';
import { type CallContext, serverStream } from '../../gateway/fleet/calls/call-handlers.ts';
import { loadPackage, serviceDefinition } from '../../proto/descriptors.ts';
import type { QueryFrame, QueryRequest } from '../../proto/gen/messages.ts';
import { CALLS } from '../../proto/gen/services.ts';
import { until } from '../harness/until.ts';

const seen = { failed: [] as string[], ended: 0, aborted: 0 };
let server: Server;
let client: Client;
let stream: ServerHttp2Stream | undefined;

async function* endless(_: QueryRequest, signal: AbortSignal, caller: { end(error: MusterError): void }): AsyncGenerator<QueryFrame> {
  const text = 'x'.repeat(100_000);
  signal.addEventListener('abort', () => seen.aborted++);
  setTimeout(() => caller.end(new MusterError('deadline_exceeded', 'too long')), 300);
  try {
    for (;;) {
      await new Promise(setImmediate);
      yield { columns: [], rows: 1, values: [{ numbers: [], texts: [text], timesUs: [], nulls: [] }], totals: undefined };
    }
  } finally {
    seen.ended++;
  }
}

beforeAll(async () => {
  const caller = { tokenId: 'a', name: 'a', scopes: [], labels: {} };
  const context: CallContext = {
    authorizer: { admit: async () => ({ caller, signal: new AbortController().signal, release: () => undefined }) },
    events: { callFailed: ({ code }: { code: string }) => seen.failed.push(code) } as unknown as CallContext['events'],
    unreadMs: 300,
  };
  server = new Server();
  server.addService(serviceDefinition(loadPackage(), 'FleetService'), {
    query: (call: ServerWritableStream<QueryRequest, QueryFrame>) => {
      stream = (call as unknown as { call: { stream: ServerHttp2Stream } }).call.stream;
      serverStream(context, CALLS.query, endless)(call);
    },
  });
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) => (error ? reject(error) : resolve(bound)));
  });
  const { muster } = loadPackageDefinition(loadPackage()) as unknown as { muster: { v1: { FleetService: ServiceClientConstructor } } };
  client = new muster.v1.FleetService(`127.0.0.1:${port}`, credentials.createInsecure());
});
afterAll(() => {
  client?.close();
  server?.forceShutdown();
});

it('is ended and reset, whatever its caller does', async () => {
  const methods = client as unknown as Record<string, (request: object, metadata: Metadata) => NodeJS.ReadableStream>;
  const call = methods.query?.({ sql: 'select 1' }, new Metadata()) as NodeJS.ReadableStream;
  const status = new Promise<{ code: number }>((resolve) => call.on('error', (error) => resolve(error as never)));
  call.pause();
  await until('the call is ended', () => seen.failed.length === 1 && seen.ended === 1 && seen.aborted === 1, 3000);
  expect(seen.failed).toEqual(['deadline_exceeded']);
  // Reset before it read what waited: the status of a call that was cut, and not that it was too long.
  await until('the stream is reset', () => stream?.destroyed === true, 3000);
  call.resume();
  expect([1, 4, 13]).toContain((await status).code);
});
