// The one place of the agent that knows grpc-js: a client of AgentService that takes and gives encoded messages.
import { type ClientDuplexStream, type ClientUnaryCall, makeClientConstructor, type ServiceError } from '@grpc/grpc-js';
import { channelTls } from '../../core/node/channel-credentials.ts';

const identity = (bytes: Buffer): Buffer => bytes;
const CODEC = { requestSerialize: identity, requestDeserialize: identity, responseSerialize: identity, responseDeserialize: identity };

const AgentServiceClient = makeClientConstructor(
  {
    enroll: { path: '/muster.v1.AgentService/Enroll', requestStream: false, responseStream: false, ...CODEC },
    connect: { path: '/muster.v1.AgentService/Connect', requestStream: true, responseStream: true, ...CODEC },
  },
  'muster.v1.AgentService',
);

export interface ChannelOptions {
  /** `host:port` */
  gateway: string;
  /** The fleet's CA, PEM. */
  ca: Buffer;
  /** The node's identity; without it the channel can only enrol. */
  identity?: { key: Buffer; certificate: Buffer };
}

export type AgentStream = ClientDuplexStream<Buffer, Buffer>;

export interface AgentChannel {
  /** Rejects with grpc-js's ServiceError. */
  enroll(request: Buffer, timeoutMs: number): Promise<Buffer>;
  connect(): AgentStream;
  close(): void;
}

interface RawClient {
  enroll(
    request: Buffer,
    options: { deadline: number },
    callback: (error: ServiceError | null, response?: Buffer) => void,
  ): ClientUnaryCall;
  connect(): AgentStream;
  close(): void;
}

/** Opens its connection at the first call. */
export function createChannel({ gateway, ca, identity: own }: ChannelOptions): AgentChannel {
  const { credentials, options } = channelTls(gateway, ca, own);
  const client = new AgentServiceClient(gateway, credentials, {
    ...options,
    // Retries of a long stream keep its messages in memory (grpc-node #2371); ours are in the spool.
    'grpc.enable_retries': 0,
    // A connection that died without a word is known after 16 s at most, so that half a minute after any fault the present is stored again.
    'grpc.keepalive_time_ms': 10_000,
    'grpc.keepalive_timeout_ms': 6000,
    // Two identities must never share a connection: the node is who the connection says.
    'grpc.use_local_subchannel_pool': 1,
    'grpc.max_receive_message_length': 1024 * 1024,
    'grpc.enable_channelz': 0,
    'grpc.service_config_disable_resolution': 1,
  }) as unknown as RawClient;
  return {
    enroll: (request, timeoutMs) =>
      new Promise((resolve, reject) => {
        client.enroll(request, { deadline: Date.now() + timeoutMs }, (error, response) => {
          if (error !== null || response === undefined) reject(error);
          else resolve(response);
        });
      }),
    connect: () => client.connect(),
    close: () => client.close(),
  };
}
