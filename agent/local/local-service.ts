// The agent's doors on its own machine: a unix socket for its owner, always; a loopback port where it is configured. Neither keeps the agent from its work.
import { chmodSync, rmSync } from 'node:fs';
import type { Server } from 'node:http';
import { join } from 'node:path';
import { messageOf } from '../../core/common/muster-error.ts';
import { makeFolderDurably } from '../../core/node/durable-file.ts';
import type { Component } from '../../core/node/lifecycle.ts';
import type { RequestFailed } from '../../core/node/total-server.ts';
import type { LocalReports } from './local-reports.ts';
import { answer, type LocalSources } from './local-routes.ts';
import { closeServer, openServer } from './local-server.ts';
import type { LoopbackEndpoint } from './loopback-endpoint.ts';
import { socketPath, withSocketPath } from './socket-path.ts';

export interface LocalServiceOptions extends LocalSources {
  stateDir: string;
  /** Of the loopback; 0 is off. */
  port: number;
  reports: LocalReports;
}

export class LocalService implements Component {
  readonly name = 'local';
  readonly #options: LocalServiceOptions;
  #socket: Server | undefined;
  #loopback: LoopbackEndpoint | undefined;

  constructor(options: LocalServiceOptions) {
    this.#options = options;
  }

  /** Never rejects: an agent nobody can ask is better than none. */
  async start(): Promise<void> {
    const { stateDir, port } = this.#options;
    this.#socket ??= await this.#attempt(socketPath(stateDir), () => this.#openSocket());
    if (port === 0 || this.#loopback !== undefined) return;
    const where = `127.0.0.1:${port}`;
    this.#loopback = await this.#attempt(where, async () => {
      const { openLoopback } = await import('./loopback-endpoint.ts');
      return openLoopback(stateDir, port, this.#options, this.#failed);
    });
    if (this.#loopback !== undefined) this.#options.reports.opened(where);
  }

  readonly #failed: RequestFailed = ({ method, target, error }) => this.#options.reports.requestFailed(`${method} ${target}`, error);

  async #attempt<T>(where: string, open: () => Promise<T>): Promise<T | undefined> {
    try {
      return await open();
    } catch (error) {
      this.#options.reports.failed(where, messageOf(error));
      return undefined;
    }
  }

  /** The state folder is locked by us, so that a socket that is there is of an agent that is gone. */
  async #openSocket(): Promise<Server> {
    const { stateDir } = this.#options;
    const path = socketPath(stateDir);
    if (process.platform !== 'win32') {
      makeFolderDurably(join(stateDir, 'run'));
      rmSync(path, { force: true });
    }
    const server = await withSocketPath(stateDir, (short) =>
      openServer(
        {
          request: (request, response, target) => answer(this.#options, request, response, target),
          failed: this.#failed,
        },
        { path: short },
      ),
    );
    if (process.platform !== 'win32') chmodSync(path, 0o600);
    return server;
  }

  async stop(): Promise<void> {
    this.#options.snapshots.stop();
    await Promise.all([this.#socket && closeServer(this.#socket), this.#loopback?.close()]);
    this.#socket = undefined;
    this.#loopback = undefined;
  }
}
