// Sends each node with an open stream here the configuration it should have, when what it reports is another one.
import type { FilterableNode } from '../../core/common/node-filter-keys.ts';
import type { RegistryEntry } from '../../core/common/registry-entry.ts';
import type { Component } from '../../core/node/lifecycle.ts';
import type { ConfigState, ConfigUpdate } from '../../proto/gen/messages.ts';
import type { ConfigStore } from './config-store.ts';

/** An open stream, as far as this needs it. */
export interface ConfigReceiver {
  readonly nodeId: string;
  sendConfig(update: ConfigUpdate): void;
}

export interface ConfigDeliveryOptions {
  store: Pick<ConfigStore, 'assign' | 'held' | 'onChange'>;
  registry: { get(nodeId: string): RegistryEntry | undefined; onChanged(listener: (nodeId: string) => void): () => void };
  events: { configSent(what: { nodeId: string; version: number }): void };
  now?: () => number;
}

/** An agent validates in a moment. One that still reports another version after this time is told again. */
const TELL_AGAIN_MS = 60_000;

interface Known {
  receiver: ConfigReceiver;
  reported: ConfigState;
  sentVersion: number;
  sentMs: number;
}

export class ConfigDelivery implements Component {
  readonly name = 'delivery of configurations';
  readonly #options: ConfigDeliveryOptions;
  readonly #now: () => number;
  /** Nodes that take configurations, by id: those that reported of one on their stream. */
  readonly #nodes = new Map<string, Known>();
  #cleanups: (() => void)[] = [];

  constructor(options: ConfigDeliveryOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
  }

  async start(): Promise<void> {
    this.#cleanups = [
      this.#options.store.onChange(() => {
        for (const known of this.#nodes.values()) this.#look(known);
      }),
      this.#options.registry.onChanged((nodeId) => {
        const known = this.#nodes.get(nodeId);
        if (known !== undefined) this.#look(known);
      }),
    ];
  }

  async stop(): Promise<void> {
    for (const cleanup of this.#cleanups) cleanup();
    this.#cleanups = [];
    this.#nodes.clear();
  }

  /** A heartbeat said which configuration is in force. */
  reported(receiver: ConfigReceiver, reported: ConfigState): void {
    let known = this.#nodes.get(receiver.nodeId);
    if (known === undefined || known.receiver !== receiver) {
      known = { receiver, reported, sentVersion: -1, sentMs: 0 };
      this.#nodes.set(receiver.nodeId, known);
    }
    known.reported = reported;
    this.#look(known);
  }

  ended(receiver: ConfigReceiver): void {
    if (this.#nodes.get(receiver.nodeId)?.receiver === receiver) this.#nodes.delete(receiver.nodeId);
  }

  #look(known: Known): void {
    if (this.#options.store.held) return;
    const { receiver, reported } = known;
    const entry = this.#options.registry.get(receiver.nodeId);
    if (entry === undefined) return;
    const { version, document } = this.#options.store.assign(toFilterable(entry)) ?? { version: 0, document: '' };
    if (version === reported.version || (version !== 0 && version === reported.rejectedVersion)) return;
    const now = this.#now();
    if (known.sentVersion === version && now - known.sentMs < TELL_AGAIN_MS) return;
    known.sentVersion = version;
    known.sentMs = now;
    this.#options.events.configSent({ nodeId: receiver.nodeId, version });
    receiver.sendConfig({ version, document });
  }
}

function toFilterable({ nodeId, info }: RegistryEntry): FilterableNode {
  return { nodeId, info, state: '', skewUs: 0, gateway: '', problem: '' };
}
