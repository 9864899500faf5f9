// Writes each change of the registry into the table node_history; the view `nodes` is its newest row a node.
import type { SenderBuffer } from '@questdb/nodejs-client';
import type { KV, KvEntry, NatsConnection, QueuedIterator } from 'nats';
import { toMusterError } from '../core/common/muster-error.ts';
import type { RegistryEntry } from '../core/common/registry-entry.ts';
import { NODES_BUCKET } from '../core/common/streams.ts';
import type { Component } from '../core/node/lifecycle.ts';
import type { EtlEvents } from './events.ts';
import { withoutNul } from './questdb/line-text.ts';
import { OwnWriter, type OwnWriterParts } from './questdb/own-writer.ts';
import { pauseBefore } from './questdb/retry.ts';

/** Changes that come together are one request. */
const GATHER_MS = 200;
/** How often it is asked whether the bucket is the one that is watched. */
const LOOK_MS = 5000;

export class NodeHistory implements Component {
  readonly name = 'node history';
  readonly #nc: NatsConnection;
  readonly #events: EtlEvents;
  readonly #writer: OwnWriter<RegistryEntry>;
  #watch: QueuedIterator<KvEntry> | undefined;
  #following: Promise<void> = Promise.resolve();
  /** The newest entry of each node that is not stored yet. */
  readonly #waiting = new Map<string, RegistryEntry>();
  #timer: NodeJS.Timeout | undefined;
  #storing: Promise<void> = Promise.resolve();
  #stopping = new AbortController();

  constructor(nc: NatsConnection, parts: OwnWriterParts, events: EtlEvents) {
    this.#nc = nc;
    this.#events = events;
    this.#writer = new OwnWriter('node_history', putNode, parts);
  }

  /** Every entry comes again at a start; its row is then the same, and the dedup key makes it one. */
  async start(): Promise<void> {
    this.#stopping = new AbortController();
    this.#following = this.#follow(this.#stopping.signal);
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#watch?.stop();
    await this.#following;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    await this.#storing;
  }

  /** A watch cannot begin while nats-server is away, and one of a bucket that was made anew waits for numbers of the old: then another is begun. */
  async #follow(signal: AbortSignal): Promise<void> {
    for (let attempt = 1; !signal.aborted; attempt++) {
      try {
        const bucket = await this.#nc.jetstream().views.kv(NODES_BUCKET, { bindOnly: true });
        const { created } = (await bucket.status()).streamInfo;
        const watch = await bucket.watch();
        this.#watch = watch;
        if (signal.aborted) watch.stop();
        const looking = setInterval(() => stopIfMadeAnew(bucket, created, watch).catch(unanswered), LOOK_MS);
        try {
          for await (const entry of watch) {
            attempt = 1;
            this.#take(entry);
          }
        } finally {
          clearInterval(looking);
        }
      } catch (error) {
        this.#events.retried('watch of the registry', toMusterError(error));
      }
      if (!signal.aborted) await pauseBefore(attempt, signal).catch(() => undefined);
    }
  }

  #take(entry: KvEntry): void {
    if (entry.operation !== 'PUT') return;
    try {
      const node = JSON.parse(entry.string()) as RegistryEntry;
      this.#waiting.set(node.nodeId, node);
    } catch (error) {
      this.#events.retried('registry entry', toMusterError(error));
    }
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#storing = this.#storing.then(() => this.#store());
    }, GATHER_MS);
  }

  async #store(): Promise<void> {
    const rows = [...this.#waiting.values()];
    this.#waiting.clear();
    const refused = ({ nodeId }: RegistryEntry, words: string): void =>
      this.#events.setAside(nodeId, 'node_history', 'rejected_by_database', 1, words);
    await this.#writer.store(rows, refused).catch((error: unknown) => this.#events.retried('node history', toMusterError(error)));
  }
}

async function stopIfMadeAnew(bucket: KV, created: string, watch: QueuedIterator<KvEntry>): Promise<void> {
  if ((await bucket.status()).streamInfo.created !== created) watch.stop();
}

/** It is asked again. */
function unanswered(): void {
  // Whether nats-server is away is told by who needs it.
}

function putNode(sender: SenderBuffer, { nodeId, info, updatedMs }: RegistryEntry): void {
  sender.table('node_history').symbol('node_id', nodeId);
  const symbols = {
    ...{ country: info.labels['country'], region: info.labels['region'], platform: info.platform, os: info.os, kernel: info.kernel },
    ...{ arch: info.arch, cpu_model: info.cpuModel, agent_version: info.agentVersion },
  };
  for (const [name, value] of Object.entries(symbols)) if (value) sender.symbol(name, withoutNul(value));
  sender.stringColumn('name', withoutNul(info.name)).intColumn('cpu_cores', info.cpuCores).intColumn('memory_bytes', info.memoryBytes);
  sender.stringColumn('labels', JSON.stringify(info.labels)).booleanColumn('simulated', info.simulated);
  sender.at(Math.trunc(updatedMs * 1000), 'us');
}
