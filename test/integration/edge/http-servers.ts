// Every HTTP server of the project in the test's own process, each with how it is reached and how it shows that it lives.
import { mkdtempSync, rmSync } from 'node:fs';
import { connect as connectTcp } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { LocalService } from '../../../agent/local/local-service.ts';
import type { SnapshotSource } from '../../../agent/local/snapshot-source.ts';
import { socketPath } from '../../../agent/local/socket-path.ts';
import type { ConsoleApi } from '../../../console/common/console-api.ts';
import { Access } from '../../../console/web/access.ts';
import { createWebEvents } from '../../../console/web/events.ts';
import { PageSockets } from '../../../console/web/page-sockets.ts';
import { WebDownloads } from '../../../console/web/web-downloads.ts';
import { WebServer } from '../../../console/web/web-server.ts';
import { MetricsEndpoint } from '../../../core/node/metrics-endpoint.ts';
import { freePort } from '../../harness/ports.ts';
import { exchange, type Open } from '../../harness/raw-http.ts';
import type { Edge } from './edge.ts';

export interface HttpServer {
  name: string;
  open: Open;
  /** Head of a request that it knows, without its end. */
  host: string;
  /** Throws where it does not answer. */
  alive(): Promise<void>;
}

export interface HttpServers {
  all: HttpServer[];
  gateway: HttpServer;
  console: HttpServer;
  stop(): Promise<void>;
}

export async function startHttpServers(edge: Edge): Promise<HttpServers> {
  const folder = mkdtempSync(join(tmpdir(), 'http-'));
  const events = createWebEvents(pino({ level: 'silent' }));
  const api = { request: async () => null, subscribe: () => () => undefined } as unknown as ConsoleApi;
  const access = new Access();
  const web = new WebServer({
    ...{ port: 0, access, assets: new Map(), sockets: new PageSockets(api, events), downloads: new WebDownloads(), events },
    publishAddress: () => undefined,
  });
  const metrics = new MetricsEndpoint({ registry: new Registry(), port: await freePort() });
  const localPort = await freePort();
  const failures: string[] = [];
  const local = new LocalService({
    stateDir: folder,
    port: localPort,
    snapshots: { watchers: 0, stop: () => undefined, current: async () => ({}), watch: () => () => undefined } as unknown as SnapshotSource,
    status: () => ({ spool: {} }) as never,
    enqueue: async () => ({}),
    reports: {
      opened: () => undefined,
      failed: (where, problem) => failures.push(`${where}: ${problem}`),
      requestFailed: (what, problem) => failures.push(`${what}: ${problem}`),
    },
  });
  for (const each of [web, metrics, local]) await each.start();
  if (failures.length > 0) throw new Error(failures.join());
  const tcp =
    (port: number): Open =>
    (ready) =>
      connectTcp({ host: '127.0.0.1', port }, ready);
  const session = access.redeem(access.oneTimeToken);
  const path = socketPath(folder);
  const server = (name: string, open: Open, host: string, target: string, status: number): HttpServer => ({
    ...{ name, open, host },
    async alive() {
      const { statuses, text } = await exchange(open, `GET ${target} HTTP/1.1\r\nhost: ${host}\r\n\r\n`, 1);
      if (statuses[0] !== status) throw new Error(`${name} answers ${JSON.stringify(text.slice(0, 200))} to ${target}`);
    },
  });
  const tls: Open = (ready) =>
    connectTls({ host: '127.0.0.1', port: edge.port, servername: 'localhost', ca: edge.authority.certificatePem }, ready);
  const gateway = server('the gateway', tls, 'localhost', '/healthz', 200);
  const consoleWeb = server(
    'the web console',
    tcp(web.port),
    `127.0.0.1:${web.port}\r\ncookie: muster_console_${web.port}=${session?.secret}`,
    `${session?.path}nothing`,
    404,
  );
  return {
    gateway,
    console: consoleWeb,
    all: [
      gateway,
      consoleWeb,
      server('the metrics endpoint', tcp(metrics.port), 'a', '/metrics', 200),
      server("the agent's loopback port", tcp(localPort), `127.0.0.1:${localPort}`, '/healthz', 200),
      server("the agent's socket", (ready) => connectTcp({ path }, ready), 'a', '/healthz', 200),
    ],
    async stop() {
      for (const each of [web, metrics, local]) await each.stop();
      rmSync(folder, { recursive: true });
    },
  };
}
