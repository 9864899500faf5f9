// Puts a gateway together: which component needs which, and in which order they start.
import type { NatsConnection } from 'nats';
import type { Registry } from 'prom-client';
import type { Component } from '../core/node/lifecycle.ts';
import { MetricsEndpoint } from '../core/node/metrics-endpoint.ts';
import { askMaxPayload } from '../core/node/nats-connection.ts';
import { readStartFile } from '../core/node/start-file.ts';
import { TokenStore } from './access/token-store.ts';
import { createAgentService } from './agent-service.ts';
import { examineAudit, newestAudit } from './audit/audit-examine.ts';
import { AuditLog } from './audit/audit-log.ts';
import { auditedEvents } from './audit/audited-events.ts';
import { CommandRelay } from './commands/command-relay.ts';
import type { GatewayConfig } from './config.ts';
import { ConfigDelivery } from './configs/config-delivery.ts';
import { ConfigStore } from './configs/config-store.ts';
import { createHttpDoor, createImportJobs, createImportService } from './doors.ts';
import { createDurabilityCheck } from './durability.ts';
import type { GatewayEvents } from './events.ts';
import { createFleetService, type FleetServiceOptions } from './fleet/fleet-service.ts';
import { readEtlStatus } from './fleet/ledger/etl-status.ts';
import { createStoreWindow } from './fleet/ledger/store-window.ts';
import { Enrolment } from './identity/enrolment.ts';
import { loadFleetCa } from './identity/fleet-ca.ts';
import { createImportAccounts } from './ingest/import-account.ts';
import { Ingest } from './ingest/ingest.ts';
import { AgentPrograms } from './join/agent-programs.ts';
import { Mesh } from './mesh/mesh.ts';
import { NatsLink } from './nats-link.ts';
import { Presence } from './nodes/presence.ts';
import { NodeRegistry } from './nodes/registry.ts';
import { UsedNumbers } from './nodes/used-numbers.ts';
import { createPayloadWatch } from './payload-watch.ts';
import { createJetStream } from './publisher/durable-stream.ts';
import { Publisher } from './publisher/publisher.ts';
import { createHealthWatch } from './self/health-watch.ts';
import { PartSamples } from './self/part-samples.ts';
import { GrpcServer } from './server/grpc-server.ts';
import { certificateNames } from './server/server-certificate.ts';
import { SessionTable } from './session/session-table.ts';
import { createStreams } from './streams.ts';

export interface Gateway {
  /** In the order of their start. */
  readonly components: readonly Component[];
  readonly server: GrpcServer;
}

export function createGateway(config: GatewayConfig, connection: NatsConnection, ownEvents: GatewayEvents, metrics: Registry): Gateway {
  const ca = loadFleetCa(config.fleetCaFile, config.fleetCaKeyFile, config.nodeCertificateDays);
  const link = new NatsLink(connection, ownEvents);
  const audit = new AuditLog({
    ...{ stream: createJetStream(link), gateway: config.name, events: ownEvents, key: ca.auditKey },
    newest: () => newestAudit(connection),
  });
  const events = auditedEvents(ownEvents, audit);
  const tokens = new TokenStore({ connection, operatorToken: readToken(config.operatorTokenFile), events });
  const registry = new NodeRegistry({ connection, limits: config, events });
  const presence = new Presence({ link, gateway: config.name, events });
  const publisher = new Publisher({ stream: createJetStream(link), partitions: config.partitions, events });
  const numbers = new UsedNumbers();
  const mesh = new Mesh(registry);
  const configs = new ConfigStore({ connection, events });
  const configDelivery = new ConfigDelivery({ store: configs, registry, events });
  const commands: CommandRelay = new CommandRelay({ link, streamOf: (nodeId) => sessions.find(nodeId), events });
  const sessions: SessionTable = new SessionTable({
    gateway: config.name,
    link,
    publisher,
    registry,
    presence,
    numbers,
    mesh,
    commands,
    configs: configDelivery,
    events,
  });
  const enrolment = new Enrolment({ ca, tokens, registry, events });
  const durability = createDurabilityCheck({ monitorUrl: config.natsMonitorUrl, policy: config.natsDurability, events });
  const joining = { caPem: ca.certificatePem, programs: new AgentPrograms({ folder: config.agentFolder, bundle: config.agentBundle }) };
  const stateEvents = new Ingest({ gateway: config.name, publisher });
  const states: FleetServiceOptions['states'] = {
    gateway: config.name,
    connected: () => link.connected,
    pressure: () => publisher.pressure,
    deliver: (nodeId, changes) => stateEvents.deliverEvents(nodeId, changes),
    events,
  };
  const streams = createStreams({
    ...{ link, events, limits: { streamMaxBytes: config.streamMaxBytes, maxAgeHours: config.streamMaxAgeHours } },
    afterReconnect: () => {
      presence.rewrite();
      publisher.wake();
    },
  });
  const fleet = createFleetService({
    connection,
    tokens,
    pathProblems: () => [streams, registry, configs, tokens].flatMap((part) => part.problems()),
    ...(config.stateHistory ? { states } : {}),
    questdb: {
      host: config.questdbPgHost,
      port: config.questdbPgPort,
      user: config.questdbPgUser,
      passwordFile: config.questdbPgPasswordFile,
    },
    natsDurable: durability.durable,
    onReconnect: (listener) => link.onReconnect(listener),
    registry,
    audit,
    examineAudit: () => examineAudit(connection, ca.auditKey, audit.live),
    configs,
    numbers,
    joining: {
      ...joining,
      listening: () => ({ ...config, port: server.port, names: certificateNames(config.tlsCertificateFile) }),
    },
    events,
  });
  const accounts = createImportAccounts(fleet.reader);
  const doors = { gateway: config.name, link, publisher, registry, tokens, events, accounts, storeWindow: createStoreWindow(connection) };
  const jobs = createImportJobs(doors, config.importFolder);
  const door = createHttpDoor({ ...doors, reader: fleet.reader, jobs, metrics, importMaxBytes: config.importMaxBytes, joining });
  const server: GrpcServer = new GrpcServer({
    host: config.host,
    port: config.port,
    files: { certificateFile: config.tlsCertificateFile, keyFile: config.tlsKeyFile },
    issuer: {
      caPem: ca.certificatePem,
      names: config.tlsNames.split(',').filter((name) => name !== ''),
      issue: (names, keyPem) => ca.signServer(names, keyPem, config.tlsCertificateDays),
    },
    clientCaPem: ca.certificatePem,
    agent: createAgentService({
      ...{ enrolment, sessions },
      cut: (peer) => server.cut(peer),
      whyRefused: (peer) => server.whyRefused(peer),
    }),
    fleet: fleet.handlers,
    imports: createImportService(doors, jobs, fleet.reader),
    pressure: publisher,
    onHttp: (socket, proven) => door.take(socket, proven),
    events,
  });
  const { natsUrl: url, natsUser: user, natsPasswordFile: passwordFile } = config;
  const ask = (): Promise<number> => askMaxPayload({ url, user, passwordFile, name: `${config.name}-limit` });
  const payload = createPayloadWatch({ link, ask, events });
  const health = createHealthWatch({ link, setServing: (serving) => server.setServing(serving) });
  const ownSamples = new PartSamples({
    gateway: config.name,
    everySeconds: config.ownSamplesSeconds,
    ingest: new Ingest({ gateway: config.name, publisher }),
    queuedBytes: () => publisher.queuedBytes,
    etlStatus: () => readEtlStatus(connection),
    events,
  });
  const endpoint = new MetricsEndpoint({ registry: metrics, port: config.metricsPort });
  // Stopped in the reverse order: streams are drained while the port is open and the publisher works, so that what is in flight is
  // still acknowledged.
  return {
    components: [
      link,
      streams,
      audit,
      durability,
      endpoint,
      tokens,
      registry,
      mesh,
      configs,
      configDelivery,
      presence,
      publisher,
      fleet,
      commands,
      jobs,
      door,
      server,
      payload,
      health,
      ownSamples,
      sessions,
    ],
    server,
  };
}

function readToken(path: string): string {
  if (path === '') return '';
  return readStartFile(
    path,
    'operator token',
    'start muster up or muster prepare anew, which makes it again; elsewhere name another file',
  ).trim();
}
