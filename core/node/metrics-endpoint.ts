// Serves a process's counters, and what the process itself costs, to Prometheus and friends, on loopback.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Registry } from 'prom-client';
import { MusterError } from '../common/muster-error.ts';
import type { Component } from './lifecycle.ts';
import { addProcessMetrics } from './process-metrics.ts';
import { BAD_TARGET, serveTotally } from './total-server.ts';

const LIMITS = { maxHeaderSize: 16_384, headersTimeout: 5000, requestTimeout: 10_000 };
const MAX_CONNECTIONS = 256;

export interface MetricsEndpointOptions {
  registry: Registry;
  /** 0 means off. */
  port: number;
}

/** `GET /metrics` on 127.0.0.1 in the text format; everything else is 404. `port` is 0 while it is off. */
export class MetricsEndpoint implements Component {
  readonly name = 'metrics endpoint';
  readonly #options: MetricsEndpointOptions;
  #server: Server | undefined;

  constructor(options: MetricsEndpointOptions) {
    this.#options = options;
  }

  get port(): number {
    return (this.#server?.address() as AddressInfo | null | undefined)?.port ?? 0;
  }

  async start(): Promise<void> {
    const { port, registry } = this.#options;
    if (port === 0) return;
    addProcessMetrics(registry);
    const server = createServer(LIMITS);
    server.maxConnections = MAX_CONNECTIONS;
    serveTotally(server, {
      request: async ({ method }, response, target) => {
        const text = { 'content-type': 'text/plain; charset=utf-8' };
        if (target === undefined) response.writeHead(400, text).end(`${BAD_TARGET}\n`);
        else if (method !== 'GET' || target.path !== '/metrics') response.writeHead(404, text).end('only GET /metrics is here\n');
        else response.writeHead(200, { 'content-type': registry.contentType }).end(await registry.metrics());
      },
      // The one who asks sees the 500; nothing of a process stands on its counters.
      failed: () => undefined,
    });
    await new Promise<void>((resolve, reject) => {
      server.once('error', (error: NodeJS.ErrnoException) => {
        const why = error.code === 'EADDRINUSE' ? 'is in use: choose another with --metrics-port' : `cannot be opened (${error.code})`;
        reject(new MusterError('failed_precondition', `port ${port} for metrics ${why}`, error));
      });
      server.listen(port, '127.0.0.1', resolve);
    });
    this.#server = server;
  }

  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (server === undefined) return;
    await new Promise((resolve) => {
      server.close(resolve);
      server.closeAllConnections();
    });
  }
}
