// FleetService alone, on a real nats-server and a real QuestDB, with a small gRPC server of its own and a client made from the descriptors.
import {
  type Client,
  credentials,
  loadPackageDefinition,
  Metadata,
  Server,
  ServerCredentials,
  type ServiceClientConstructor,
} from '@grpc/grpc-js';
import type { KV, NatsConnection } from 'nats';
import type { RegistryEntry } from '../../core/common/registry-entry.ts';
import { NODES_BUCKET, PRESENCE_BUCKET, summarySubject } from '../../core/common/streams.ts';
import { connectNats } from '../../core/node/nats-connection.ts';
import { ensureStreams } from '../../core/node/streams.ts';
import { TokenStore } from '../../gateway/access/token-store.ts';
import type { AuditInput } from '../../gateway/audit/audit-record.ts';
import { ConfigStore } from '../../gateway/configs/config-store.ts';
import { createFleetService, type FleetEvents, type FleetService } from '../../gateway/fleet/fleet-service.ts';
import { NodeRegistry } from '../../gateway/nodes/registry.ts';
import { UsedNumbers } from '../../gateway/nodes/used-numbers.ts';
import { addReflectionAndHealth } from '../../gateway/server/reflection.ts';
import { loadPackage, serviceDefinition } from '../../proto/descriptors.ts';
import { HEARTBEAT_FIELDS, type Heartbeat } from '../../proto/gen/messages.ts';
import { encodeMessage } from '../../proto/message-codec.ts';
import { type NatsHarness, startNats } from '../harness/nats.ts';
import { type QuestdbHarness, startQuestdb } from '../harness/questdb.ts';

export const OPERATOR_TOKEN = 'operator-secret';

export interface FleetFixture {
  nats: NatsHarness;
  questdb: QuestdbHarness;
  connection: NatsConnection;
  /** May do everything at nats-server. */
  admin: NatsConnection;
  service: FleetService;
  /** What operators did. */
  audited: AuditInput[];
  /** What the service learned of the numbers that nodes used. */
  numbers: UsedNumbers;
  /** host:port */
  address: string;
  /** Failed calls by method, as the events tell them. */
  failures: { method: string; code: string; message: string }[];
  nodes: KV;
  presence: KV;
  heartbeat(nodeId: string, heartbeat: Heartbeat): void;
  /** One answer; rejects with the status. */
  call<T>(method: string, request: object, token?: string): Promise<T>;
  /** All messages of a stream, or as many as `take` wants before it is cancelled. */
  collect<T>(method: string, request: object, take?: (messages: T[]) => boolean): Promise<T[]>;
  stop(): Promise<void>;
}

export async function startFleet(): Promise<FleetFixture> {
  const [nats, questdb] = await Promise.all([startNats(), startQuestdb()]);
  const [connection, admin] = await Promise.all([connectNats(nats.gateway), connectNats(nats.admin)]);
  await ensureStreams(connection, { streamMaxBytes: 256 * 1024 ** 2, maxAgeHours: 72 });
  const failures: FleetFixture['failures'] = [];
  const quiet = (): void => undefined;
  const events: FleetEvents = {
    callFailed: (call) => failures.push(call),
    fleetInputUnreadable: quiet,
    historyUnavailable: quiet,
    commandEnded: quiet,
  };
  const tokens = new TokenStore({
    connection,
    operatorToken: OPERATOR_TOKEN,
    events: {
      ...{ tokenCreated: quiet, tokenRevoked: quiet, joinTokenUsed: quiet },
      ...{ joinTokenRefused: quiet, callerRefused: quiet, entryUnreadable: quiet },
    },
  });
  await tokens.start();
  const { pgPort, reader } = questdb;
  const registry = new NodeRegistry({
    connection,
    limits: { maxNodes: 1000, newNodesPerTokenPerDay: 1000 },
    events: { entryUnreadable: quiet, retried: quiet, identityLocked: quiet, removedStillKept: quiet },
  });
  await registry.start();
  const configs = new ConfigStore({ connection, events: { entryUnreadable: quiet } });
  await configs.start();
  const audited: AuditInput[] = [];
  const numbers = new UsedNumbers();
  const service = createFleetService({
    examineAudit: () => Promise.reject(new Error('not asked here')),
    joining: {
      caPem: '',
      programs: { list: async () => [] },
      listening: () => ({ joinAddresses: '', host: '127.0.0.1', port: 0, names: [] }),
    },
    connection,
    tokens,
    questdb: { host: '127.0.0.1', port: pgPort, user: reader.user, passwordFile: reader.passwordFile },
    natsDurable: () => true,
    onReconnect: () => quiet,
    registry,
    audit: { record: async (record) => audited.push(record) > 0 },
    configs,
    numbers,
    events,
  });
  await service.start();
  const { server, address } = await serve(service);
  const definition = loadPackageDefinition(loadPackage()) as unknown as { muster: { v1: { FleetService: ServiceClientConstructor } } };
  const client = new definition.muster.v1.FleetService(address, credentials.createInsecure(), {
    'grpc.max_receive_message_length': 64 * 1024 ** 2,
  });
  const kv = connection.jetstream().views;
  return {
    ...{ nats, questdb, connection, admin, service, audited, numbers, address, failures },
    nodes: await kv.kv(NODES_BUCKET),
    presence: await kv.kv(PRESENCE_BUCKET),
    heartbeat: (nodeId, heartbeat) => connection.publish(summarySubject(nodeId), encodeMessage(HEARTBEAT_FIELDS, heartbeat)),
    call: (method, request, token = OPERATOR_TOKEN) => callOnce(client, method, request, token),
    collect: (method, request, take) => collect(client, method, request, take),
    stop: async () => {
      client.close();
      server.forceShutdown();
      await service.stop();
      await registry.stop();
      await configs.stop();
      await tokens.stop();
      await Promise.all([connection.close(), admin.close()]);
      await Promise.all([nats.stop(), questdb.stop()]);
    },
  };
}

async function serve(service: FleetService): Promise<{ server: Server; address: string }> {
  const server = new Server({ 'grpc.max_send_message_length': -1 });
  const definition = loadPackage();
  server.addService(serviceDefinition(definition, 'FleetService'), service.handlers);
  addReflectionAndHealth(server, definition);
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    );
  });
  return { server, address: `127.0.0.1:${port}` };
}

function bearer(token: string): Metadata {
  const metadata = new Metadata();
  if (token !== '') metadata.set('authorization', `Bearer ${token}`);
  return metadata;
}

type Methods = Record<string, (...parameters: unknown[]) => unknown>;

function callOnce<T>(client: Client, method: string, request: object, token: string): Promise<T> {
  return new Promise((resolve, reject) => {
    (client as unknown as Methods)[method]?.(request, bearer(token), (error: Error | null, response: T) =>
      error ? reject(error) : resolve(response),
    );
  });
}

function collect<T>(client: Client, method: string, request: object, take: (messages: T[]) => boolean = () => false): Promise<T[]> {
  return new Promise((resolve, reject) => {
    const call = (client as unknown as Methods)[method]?.(request, bearer(OPERATOR_TOKEN)) as NodeJS.ReadableStream & { cancel(): void };
    const messages: T[] = [];
    call.on('data', (message: T) => {
      messages.push(message);
      if (take(messages)) {
        resolve(messages);
        call.cancel();
      }
    });
    call.on('end', () => resolve(messages));
    call.on('error', reject);
  });
}

/** An entry of the registry with plausible values. */
export function registryEntry(nodeId: string, more: Partial<RegistryEntry['info']> = {}): RegistryEntry {
  return {
    nodeId,
    info: {
      ...{ name: `host-${nodeId.slice(-4)}`, platform: 'linux', os: 'Debian GNU/Linux 12 (bookworm)', kernel: '6.1.0', arch: 'x64' },
      ...{ cpuModel: 'EPYC 7B13', cpuCores: 8, memoryBytes: 16 * 1024 ** 3, virtualization: 'kvm', model: '', addresses: ['10.0.0.7'] },
      ...{ agentVersion: '0.1.0', labels: { region: 'gh' }, bootUs: 1.7e15, simulated: false, commands: [] },
      ...more,
    },
    enrolledMs: Date.now() - 60_000,
    updatedMs: Date.now(),
    intervalMs: 1000,
  };
}
