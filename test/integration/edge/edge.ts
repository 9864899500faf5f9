// A gateway in the test's own process on a real nats-server, with its counters, its log and its stream at hand.
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { JetStreamManager, NatsConnection } from 'nats';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { TELEMETRY_STREAM } from '../../../core/common/streams.ts';
import { loadConfig } from '../../../core/node/config.ts';
import { startAll } from '../../../core/node/lifecycle.ts';
import { connectNats } from '../../../core/node/nats-connection.ts';
import { type Authority, createAuthority, issueServerCertificate } from '../../../core/node/tls-authority.ts';
import { type NewToken, TokenStore } from '../../../gateway/access/token-store.ts';
import { GATEWAY_CONFIG } from '../../../gateway/config.ts';
import { createEvents } from '../../../gateway/events.ts';
import { createGateway } from '../../../gateway/gateway.ts';
import { type DeliveryContent, decodeEnvelope } from '../../../proto/batch-codec.ts';
import { type NatsHarness, startNats } from '../../harness/nats.ts';
import { temporaryFolder } from '../../harness/server.ts';

export const OPERATOR_TOKEN = 'operator-secret-of-the-test';

export interface Edge {
  nats: NatsHarness;
  connection: NatsConnection;
  manager: JetStreamManager;
  port: number;
  authority: Authority;
  caFile: string;
  tokens: TokenStore;
  /** Lines of the gateway's log. */
  log: Record<string, unknown>[];
  /** A token's secret. */
  createToken(wanted: Partial<NewToken>): Promise<string>;
  /** The sum of a counter over the labels given. */
  count(name: string, labels?: Record<string, string>): Promise<number>;
  /** Every delivery in the telemetry stream, in its order. */
  deliveries(): Promise<DeliveryContent[]>;
  stop(): Promise<void>;
}

const OPERATOR = { tokenId: 'operator', name: 'operator', scopes: ['admin'] } as const;

/** `args` are further flags of the gateway, the rest is what it shares with another edge. Always `stop` it (`afterAll`). */
export async function startEdge(args: readonly string[] = [], natsServer?: NatsHarness, sharedAuthority?: Authority): Promise<Edge> {
  const nats = natsServer ?? (await startNats());
  const folder = temporaryFolder('edge');
  const authority = sharedAuthority ?? (await createAuthority());
  const own = await issueServerCertificate(authority, ['localhost', '127.0.0.1']);
  const write = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text, { mode: 0o600 });
    return join(folder, name);
  };
  const caFile = write('ca.crt', authority.certificatePem);
  const config = loadConfig('gateway', GATEWAY_CONFIG, {
    argv: [
      ...['--port', '0', '--fleet-ca-file', caFile, '--fleet-ca-key-file', write('ca.key', authority.keyPem)],
      ...['--tls-certificate-file', write('gateway.crt', own.certificatePem), '--tls-key-file', write('gateway.key', own.keyPem)],
      ...['--operator-token-file', write('operator.token', OPERATOR_TOKEN), '--nats-url', nats.url, '--nats-user', nats.gateway.user],
      ...['--nats-password-file', nats.gateway.passwordFile, '--nats-monitor-url', `http://127.0.0.1:${nats.monitorPort}`],
      // Its own samples would be deliveries that no test sent.
      ...['--own-samples-seconds', '0'],
      ...args,
    ],
    env: {},
  });
  const log: Record<string, unknown>[] = [];
  const metrics = new Registry();
  const events = createEvents(pino({ level: 'debug' }, { write: (line) => void log.push(JSON.parse(line)) }), metrics);
  const gateway = createGateway(config, await connectNats({ ...nats.gateway, name: config.name }), events, metrics);
  const stopGateway = await startAll(gateway.components);
  const connection = await connectNats({ ...nats.admin, name: 'test' });
  const tokens = new TokenStore({ connection, operatorToken: '', events });
  await tokens.start();
  const manager = await connection.jetstreamManager();
  return {
    nats,
    connection,
    manager,
    port: gateway.server.port,
    authority,
    caFile,
    tokens,
    log,
    createToken: async (wanted) => {
      const token = { kind: 'join', name: 'test', scopes: [], validSeconds: 0, uses: 0, labels: {}, ...wanted } as const;
      return (await tokens.create(token, OPERATOR)).secret;
    },
    count: async (name, labels = {}) => {
      const metric = await metrics.getSingleMetric(`muster_gateway_${name}`)?.get();
      if (metric === undefined) throw new Error(`there is no counter ${name}`);
      return metric.values
        .filter((value) => Object.entries(labels).every(([key, label]) => value.labels[key] === label))
        .reduce((sum, value) => sum + value.value, 0);
    },
    deliveries: () => readDeliveries(manager),
    stop: async () => {
      await stopGateway();
      await tokens.stop();
      await connection.close();
      if (natsServer === undefined) await nats.stop();
      rmSync(folder, { recursive: true });
    },
  };
}

export async function readDeliveries(manager: JetStreamManager): Promise<DeliveryContent[]> {
  const { first_seq: first, last_seq: last } = (await manager.streams.info(TELEMETRY_STREAM)).state;
  const deliveries: DeliveryContent[] = [];
  for (let seq = first; seq <= last; seq++) {
    const message = await manager.streams.getMessage(TELEMETRY_STREAM, { seq });
    deliveries.push(...decodeEnvelope(Buffer.from(message.data)));
  }
  return deliveries;
}
