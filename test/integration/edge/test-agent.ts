// An agent that says exactly what a test wants, byte for byte.
import 'reflect-metadata';
import { randomBytes, type webcrypto } from 'node:crypto';
import { Client, type ClientDuplexStream, credentials, type ServiceError, type StatusObject } from '@grpc/grpc-js';
import * as x509 from '@peculiar/x509';
import {
  AGENT_MESSAGE_FIELDS,
  type AgentMessage,
  ENROLL_REQUEST_FIELDS,
  ENROLL_RESPONSE_FIELDS,
  type EnrollRequest,
  type EnrollResponse,
  GATEWAY_MESSAGE_FIELDS,
  type GatewayMessage,
} from '../../../proto/gen/messages.ts';
import { decodeMessage, encodeMessage } from '../../../proto/message-codec.ts';
import { until } from '../../harness/until.ts';
import type { Edge } from './edge.ts';

const asItIs = (bytes: Buffer): Buffer => bytes;
const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };

export interface CsrWish {
  name?: string;
  algorithm?: { name: string; [parameter: string]: unknown };
  extensions?: x509.Extension[];
}

/** A certificate signing request and its key, both PEM. */
export async function createCsr(wish: CsrWish = {}): Promise<{ csrPem: string; keyPem: string }> {
  const algorithm = wish.algorithm ?? ALGORITHM;
  const keys = (await crypto.subtle.generateKey(algorithm as never, true, ['sign', 'verify'])) as webcrypto.CryptoKeyPair;
  const request = await x509.Pkcs10CertificateRequestGenerator.create({
    name: wish.name ?? '',
    keys,
    signingAlgorithm: algorithm as never,
    extensions: wish.extensions ?? [],
  });
  return {
    csrPem: request.toString('pem'),
    keyPem: x509.PemConverter.encode(await crypto.subtle.exportKey('pkcs8', keys.privateKey), 'PRIVATE KEY'),
  };
}

/** A client of the edge, with or without an identity. Its own connection. */
export function connect(edge: Edge, identity?: { certificatePem: string; keyPem: string }): Client {
  const ssl = credentials.createSsl(
    Buffer.from(edge.authority.certificatePem),
    identity === undefined ? null : Buffer.from(identity.keyPem),
    identity === undefined ? null : Buffer.from(identity.certificatePem),
  );
  return new Client(`localhost:${edge.port}`, ssl, {
    'grpc.use_local_subchannel_pool': 1,
    'grpc.enable_retries': 0,
    'grpc.max_send_message_length': -1,
  });
}

/** Calls Enroll; rejects with the ServiceError. */
export function enrol(client: Client, request: Partial<EnrollRequest>): Promise<EnrollResponse> {
  return new Promise((resolve, reject) => {
    const bytes = encodeMessage(ENROLL_REQUEST_FIELDS, { joinToken: '', csrPem: '', ...request });
    client.makeUnaryRequest('/muster.v1.AgentService/Enroll', asItIs, asItIs, bytes, (error: ServiceError | null, answer?: Buffer) => {
      if (error !== null || answer === undefined) reject(error);
      else resolve(decodeMessage<EnrollResponse>(ENROLL_RESPONSE_FIELDS, answer));
    });
  });
}

export interface Identity {
  nodeId: string;
  certificatePem: string;
  keyPem: string;
}

/** A node that enrolled with a fresh token. */
export async function createIdentity(edge: Edge): Promise<Identity> {
  const client = connect(edge);
  try {
    const { csrPem, keyPem } = await createCsr();
    const node = { ...NODE, name: `host-${randomBytes(3).toString('hex')}` };
    const answer = await enrol(client, { joinToken: await edge.createToken({}), csrPem, node });
    return { nodeId: answer.nodeId, certificatePem: answer.certificatePem, keyPem };
  } finally {
    client.close();
  }
}

export const NODE = {
  name: 'host',
  platform: 'linux',
  os: 'Debian GNU/Linux 12 (bookworm)',
  kernel: '6.1.0',
  arch: 'x64',
  cpuModel: 'test',
  cpuCores: 2,
  memoryBytes: 1024,
  virtualization: '',
  model: '',
  addresses: [],
  agentVersion: '0.1.0',
  labels: {},
  bootUs: 0,
  simulated: false,
  commands: [],
};

export class TestStream {
  readonly received: GatewayMessage[] = [];
  readonly ended: Promise<StatusObject>;
  readonly call: ClientDuplexStream<Buffer, Buffer>;
  readonly epoch: Buffer;
  readonly #client: Client;
  readonly #edge: Edge;

  /** `client` is a connection to use instead of a new one. */
  constructor(edge: Edge, identity: Identity | undefined, epoch: Buffer = randomBytes(16), client = connect(edge, identity)) {
    this.#edge = edge;
    this.epoch = epoch;
    this.#client = client;
    this.call = this.#client.makeBidiStreamRequest('/muster.v1.AgentService/Connect', asItIs, asItIs);
    this.call.on('data', (bytes: Buffer) => this.received.push(decodeMessage<GatewayMessage>(GATEWAY_MESSAGE_FIELDS, bytes)));
    // The status says it all, and comes after.
    this.call.on('error', () => undefined);
    this.ended = new Promise((resolve) => this.call.on('status', resolve));
  }

  /** One message as it stands in an HTTP/2 stream. */
  static frame(message: AgentMessage): Buffer {
    const bytes = encodeMessage(AGENT_MESSAGE_FIELDS, message);
    const head = Buffer.alloc(5);
    head.writeUInt32BE(bytes.length, 1);
    return Buffer.concat([head, bytes]);
  }

  /** Another stream on the same connection. */
  again(): TestStream {
    return new TestStream(this.#edge, undefined, this.epoch, this.#client);
  }

  raw(bytes: Buffer): void {
    this.call.write(bytes);
  }

  send(message: AgentMessage): void {
    this.raw(encodeMessage(AGENT_MESSAGE_FIELDS, message));
  }

  hello(oldestSeq = 1, nextSeq = oldestSeq): void {
    this.send({ hello: { epoch: this.epoch, oldestSeq, nextSeq, sentUs: Date.now() * 1000, node: NODE, intervalMs: 1000 } });
  }

  batch(seq: number, batch: Buffer = Buffer.from([0x10, seq & 127]), epoch: Buffer = this.epoch): void {
    this.send({ batch: { epoch, seq, batch, sentUs: Date.now() * 1000 } });
  }

  get acked(): number {
    return this.received.reduce((highest, message) => Math.max(highest, message.ack?.seq ?? 0), 0);
  }

  untilAcked(seq: number, timeoutMs = 10_000): Promise<true> {
    return until(`acknowledgement of ${seq}`, () => this.acked >= seq, timeoutMs) as Promise<true>;
  }

  /** The newest message of a kind, waited for. */
  until<K extends keyof GatewayMessage>(kind: K): Promise<NonNullable<GatewayMessage[K]>> {
    return until(`a ${kind}`, () => this.received.findLast((message) => message[kind])?.[kind] ?? undefined, 10_000) as Promise<
      NonNullable<GatewayMessage[K]>
    >;
  }

  close(): void {
    this.call.cancel();
    this.#client.close();
  }
}
