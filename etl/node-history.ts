// Writes each change of the registry into the table node_history; the view `nodes` is its newest row a node.
import type { Sender } from '@questdb/nodejs-client';
import type { KvEntry, NatsConnection, QueuedIterator } from 'nats';
import { toMusterError } from '../core/common/muster-error.ts';
import type { RegistryEntry } from '../core/common/registry-entry.ts';
import { NODES_BUCKET } from '../core/common/streams.ts';
import { fault } from '../core/node/faults.ts';
import type { Component } from '../core/node/lifecycle.ts';
import type { EtlEvents } from './events.ts';
import { ClientWriter } from './questdb/client-writer.ts';
import { withoutNul } from './questdb/line-text.ts';
import type { QuestdbHttpOptions } from './questdb/questdb-http.ts';

/** Changes that come together are one request. */
const GATHER_MS = 200;

export class NodeHistory implements Component {
  readonly name = 'node history';
  readonly #nc: NatsConnection;
  readonly #events: EtlEvents;
  readonly #writer: ClientWriter<RegistryEntry>;
  #watch: QueuedIterator<KvEntry> | undefined;
  #following: Promise<void> = Promise.resolve();
  #waiting: RegistryEntry[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(nc: NatsConnection, options: QuestdbHttpOptions, events: EtlEvents, signal: AbortSignal) {
    this.#nc = nc;
    this.#events = events;
    this.#writer = new ClientWriter('node_history', putNode, options, events, signal);
  }

  /** Every entry comes again at a start; its row is then the same, and the dedup key makes it one. */
  async start(): Promise<void> {
    const bucket = await this.#nc.jetstream().views.kv(NODES_BUCKET, { bindOnly: true });
    this.#watch = await bucket.watch();
    this.#following = this.#follow(this.#watch);
  }

  async stop(): Promise<void> {
    this.#watch?.stop();
    await this.#following;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    await this.#writer.close();
  }

  async #follow(watch: QueuedIterator<KvEntry>): Promise<void> {
    for await (const entry of watch) {
      if (entry.operation !== 'PUT') continue;
      try {
        this.#waiting.push(JSON.parse(entry.string()) as RegistryEntry);
      } catch (error) {
        this.#events.retried('registry entry', toMusterError(error));
      }
      this.#timer ??= setTimeout(() => this.#store().catch(fault), GATHER_MS);
    }
  }

  async #store(): Promise<void> {
    this.#timer = undefined;
    const rows = this.#waiting;
    this.#waiting = [];
    await this.#writer.store(rows).catch((error: unknown) => this.#events.retried('node history', toMusterError(error)));
  }
}

async function putNode(sender: Sender, { nodeId, info, updatedMs }: RegistryEntry): Promise<void> {
  sender.table('node_history').symbol('node_id', nodeId);
  const symbols = {
    ...{ country: info.labels['country'], region: info.labels['region'], platform: info.platform, os: info.os, kernel: info.kernel },
    ...{ arch: info.arch, cpu_model: info.cpuModel, agent_version: info.agentVersion },
  };
  for (const [name, value] of Object.entries(symbols)) if (value) sender.symbol(name, withoutNul(value));
  sender.stringColumn('name', withoutNul(info.name)).intColumn('cpu_cores', info.cpuCores).intColumn('memory_bytes', info.memoryBytes);
  sender.stringColumn('labels', JSON.stringify(info.labels)).booleanColumn('simulated', info.simulated);
  await sender.at(Math.trunc(updatedMs * 1000), 'us');
}
