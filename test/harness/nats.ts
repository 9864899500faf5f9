// A real nats-server with JetStream for a test.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { natsServerPart } from '../../cli/parts/nats-server-part.ts';
import type { NatsOptions } from '../../core/node/nats-connection.ts';
import { resolveRuntime } from '../../deploy/setup/runtimes.mjs';
import { freePorts } from './ports.ts';
import { type Server, startServer, temporaryFolder } from './server.ts';

export interface NatsHarness extends Server {
  /** `nats://127.0.0.1:PORT` */
  url: string;
  port: number;
  /** HTTP monitoring: `/jsz`, `/connz`, … */
  monitorPort: number;
  /** What `connectNats` takes, for each of the two users that parts have. */
  gateway: NatsOptions;
  etl: NatsOptions;
  /** The same for what is no part of Muster and reads what was stored. */
  consumer: NatsOptions;
  /** The same for one that may do everything. */
  admin: NatsOptions;
}

export interface NatsHarnessOptions {
  /** Default: a temporary folder that `stop` removes. */
  dir?: string;
  maxFileBytes?: number;
}

/** Starts one with the configuration of `muster up`, users `gateway`, `etl`, `consumer` and `admin`. Always `stop` it (`afterAll`). */
export async function startNats(options: NatsHarnessOptions = {}): Promise<NatsHarness> {
  const dir = options.dir ?? temporaryFolder('nats');
  mkdirSync(dir, { recursive: true });
  const [port = 0, monitorPort = 0] = await freePorts(2);
  const url = `nats://127.0.0.1:${port}`;
  const login = (user: string): NatsOptions => {
    const passwordFile = join(dir, `${user}.password`);
    writeFileSync(passwordFile, `${user}-secret\n`, { mode: 0o600 });
    return { url, user, passwordFile, name: `test-${user}` };
  };
  const gateway = login('gateway');
  const etl = login('etl');
  const consumer = login('consumer');
  const admin = login('admin');
  const part = natsServerPart({
    program: await resolveRuntime('nats-server'),
    dir: join(dir, 'nats'),
    port,
    monitorPort,
    gateway: { user: 'gateway', password: 'gateway-secret' },
    etl: { user: 'etl', password: 'etl-secret' },
    consumer: { user: 'consumer', password: 'consumer-secret' },
    admin: { user: 'admin', password: 'admin-secret' },
    ...(options.maxFileBytes === undefined ? {} : { maxFileBytes: options.maxFileBytes }),
  });
  const server = await startServer(part, dir, options.dir === undefined);
  return Object.defineProperties(
    { url, port, monitorPort, gateway, etl, consumer, admin } as NatsHarness,
    Object.getOwnPropertyDescriptors(server),
  );
}
