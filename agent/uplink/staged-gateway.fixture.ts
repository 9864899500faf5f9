// A gateway for tests: real TLS, real gRPC, real certificates, and the faults a test wants. It keeps what it acknowledged.
import { randomUUID } from 'node:crypto';
import { experimental, Server, type ServerDuplexStream, type ServerUnaryCall, type sendUnaryData } from '@grpc/grpc-js';
import { type Authority, createAuthority, createNodeIssuer, issueServerCertificate } from '../../core/node/tls-authority.ts';
import {
  AGENT_MESSAGE_FIELDS,
  type AgentMessage,
  ENROLL_REQUEST_FIELDS,
  ENROLL_RESPONSE_FIELDS,
  type EnrollRequest,
  GATEWAY_MESSAGE_FIELDS,
  type GatewayMessage,
  type Hello,
} from '../../proto/gen/messages.ts';
import { decodeMessage, encodeMessage } from '../../proto/message-codec.ts';

const identity = (bytes: Buffer): Buffer => bytes;
const CODEC = { requestSerialize: identity, requestDeserialize: identity, responseSerialize: identity, responseDeserialize: identity };
const SERVICE = {
  Enroll: { path: '/muster.v1.AgentService/Enroll', requestStream: false, responseStream: false, ...CODEC },
  Connect: { path: '/muster.v1.AgentService/Connect', requestStream: true, responseStream: true, ...CODEC },
} as const;

export const JOIN_TOKEN = 'join-token-of-the-test';

export interface StagedStream {
  readonly nodeId: string;
  readonly hello: Hello;
  send(message: GatewayMessage): void;
  /** Ends it without a word, as a killed gateway does. */
  cut(): void;
}

/** What the gateway does with a batch; `ack` where a test does not say. */
export type Verdict = 'ack' | 'silent' | 'cut' | { code: string; permanent: boolean };

export interface StagedGateway {
  readonly address: string;
  readonly caPem: string;
  readonly streams: StagedStream[];
  readonly enrolled: string[];
  /** Batches acknowledged, by node id and number. */
  readonly stored: Map<string, Map<number, Buffer>>;
  /** Batches acknowledged, in order, with their epochs (hex). */
  readonly order: { epoch: string; seq: number; atMs: number }[];
  /** All other messages. */
  readonly messages: AgentMessage[];
  judge: (seq: number, nodeId: string) => Verdict;
  stop(): Promise<void>;
}

export interface StagedOptions {
  port?: number;
  authority?: Authority;
  window?: number;
  /** Whom it takes a machine for that enrols; a new node where absent. */
  enrolAs?: string;
}

export async function startStagedGateway(options: StagedOptions = {}): Promise<StagedGateway> {
  const authority = options.authority ?? (await createAuthority());
  const tls = await issueServerCertificate(authority, ['127.0.0.1', 'localhost']);
  const server = new Server({ 'grpc.max_concurrent_streams': 1000 });
  const gateway = {
    caPem: authority.certificatePem,
    streams: [] as StagedStream[],
    enrolled: [] as string[],
    stored: new Map<string, Map<number, Buffer>>(),
    order: [] as StagedGateway['order'],
    messages: [] as AgentMessage[],
    judge: (() => 'ack') as StagedGateway['judge'],
  };

  const enroll = async (call: ServerUnaryCall<Buffer, Buffer>, callback: sendUnaryData<Buffer>): Promise<void> => {
    const request = decodeMessage<EnrollRequest>(ENROLL_REQUEST_FIELDS, call.request);
    const own = call.getAuthContext().sslPeerCertificate?.subject?.CN as string | undefined;
    const renews = request.joinToken === '' && own !== undefined;
    if (!renews && request.joinToken !== JOIN_TOKEN) return callback({ code: 7, details: 'the join token is not valid' });
    const nodeId = renews ? own : (options.enrolAs ?? randomUUID());
    const { certificatePem } = await createNodeIssuer(authority)(nodeId, request.csrPem);
    gateway.enrolled.push(nodeId);
    callback(null, encodeMessage(ENROLL_RESPONSE_FIELDS, { nodeId, certificatePem, caPem: authority.certificatePem }));
  };

  const connect = (call: ServerDuplexStream<Buffer, Buffer>): void => {
    const nodeId = call.getAuthContext().sslPeerCertificate?.subject.CN;
    if (typeof nodeId !== 'string') {
      call.emit('error', { code: 16, details: 'the client certificate expired' });
      return;
    }
    /** By epoch. */
    const expectations = new Map<string, number>();
    const keyOf = (epoch: Uint8Array): string => Buffer.from(epoch).toString('hex');
    const send = (message: GatewayMessage): void => {
      call.write(encodeMessage(GATEWAY_MESSAGE_FIELDS, message));
    };
    call.on('error', () => call.destroy());
    call.on('end', () => call.end());
    call.on('data', (bytes: Buffer) => {
      const message = decodeMessage<AgentMessage>(AGENT_MESSAGE_FIELDS, bytes);
      const { hello, batch } = message;
      const epoch = keyOf(batch?.epoch ?? Buffer.alloc(0));
      const expected = expectations.get(epoch) ?? 0;
      if (hello && expectations.size > 0) {
        expectations.set(keyOf(hello.epoch), hello.oldestSeq);
      } else if (hello) {
        expectations.set(keyOf(hello.epoch), hello.oldestSeq);
        const cut = (): void => {
          call.emit('error', { code: 14, details: 'cut by the test' });
        };
        gateway.streams.push({ nodeId, hello, send, cut });
        const window = options.window ?? 32;
        send({ welcome: { nodeId, gateway: 'staged', timeUs: 0, expectedSeq: hello.oldestSeq, maxBatchBytes: 524_288, window } });
      } else if (!batch) {
        gateway.messages.push(message);
      } else if (batch.seq !== expected) {
        const refuse = {
          epoch: batch.epoch,
          seq: batch.seq,
          code: 'sequence_gap',
          reason: 'a gap',
          permanent: false,
          expectedSeq: expected,
        };
        send({ refuse });
      } else {
        const verdict = gateway.judge(batch.seq, nodeId);
        if (typeof verdict === 'string' || verdict.permanent) expectations.set(epoch, expected + 1);
        if (verdict === 'ack') {
          const batches = gateway.stored.get(nodeId) ?? new Map<number, Buffer>();
          gateway.order.push({ epoch, seq: batch.seq, atMs: performance.now() });
          gateway.stored.set(nodeId, batches.set(batch.seq, Buffer.from(batch.batch)));
          send({ ack: { epoch: batch.epoch, seq: batch.seq } });
        } else if (verdict === 'cut') {
          call.emit('error', { code: 14, details: 'cut by the test' });
        } else if (verdict !== 'silent') {
          send({ refuse: { epoch: batch.epoch, seq: batch.seq, ...verdict, reason: 'staged', expectedSeq: expected } });
        }
      }
    });
  };

  server.addService(SERVICE, { Enroll: enroll, Connect: connect });
  const caCertificate = Buffer.from(authority.certificatePem);
  // Client certificates are asked for and not required, which grpc-js does behind a certificate provider only.
  const serverIdentity = { certificate: Buffer.from(tls.certificatePem), privateKey: Buffer.from(tls.keyPem) };
  // Told in the next turn: the server listens for changes only after it has asked.
  const provider: Parameters<typeof experimental.createCertificateProviderServerCredentials>[0] = {
    addCaCertificateListener: (listener) => queueMicrotask(() => listener({ caCertificate })),
    removeCaCertificateListener: () => undefined,
    addIdentityCertificateListener: (listener) => queueMicrotask(() => listener(serverIdentity)),
    removeIdentityCertificateListener: () => undefined,
  };
  const credentials = experimental.createCertificateProviderServerCredentials(provider, provider, false);
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync(`127.0.0.1:${options.port ?? 0}`, credentials, (error, bound) => (error ? reject(error) : resolve(bound)));
  });
  return Object.assign(gateway, {
    address: `127.0.0.1:${port}`,
    stop: async (): Promise<void> => {
      server.forceShutdown();
    },
  });
}
