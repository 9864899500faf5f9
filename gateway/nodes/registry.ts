// The registry of nodes: who is enrolled and what is known of it. A deleted entry means the node was removed: its certificate is worth
// nothing any more, on every gateway, at once.
import { isDeepStrictEqual } from 'node:util';
import type { NatsConnection } from 'nats';
import { z } from 'zod';
import { MusterError, toMusterError } from '../../core/common/muster-error.ts';
import type { RegistryEntry, SharedIdentity } from '../../core/common/registry-entry.ts';
import { NODES_BUCKET } from '../../core/common/streams.ts';
import type { Component } from '../../core/node/lifecycle.ts';
import type { NodeInfo } from '../../proto/gen/messages.ts';
import { WatchedBucket } from '../watched-bucket.ts';
import { toRegistryInfo } from './registry-info.ts';

export interface RegistryEvents {
  entryUnreadable(entry: { bucket: string; key: string }): void;
  retried(what: { what: 'registry'; error: string }): void;
}

export interface RegistryOptions {
  connection: NatsConnection;
  events: RegistryEvents;
  now?: () => number;
}

const RETRY_MS = 1000;

const ENTRY = z.looseObject({
  nodeId: z.string(),
  info: z.looseObject({ name: z.string(), labels: z.record(z.string(), z.string()) }),
  enrolledMs: z.number(),
  updatedMs: z.number(),
  intervalMs: z.number(),
});

export class NodeRegistry implements Component {
  readonly name = 'registry';
  readonly #bucket: WatchedBucket<RegistryEntry>;
  readonly #events: RegistryEvents;
  readonly #now: () => number;
  readonly #onRemoved = new Set<(nodeId: string) => void>();
  /** Flags that are not written yet. */
  readonly #unwritten = new Map<string, SharedIdentity>();
  #retry: NodeJS.Timeout | undefined;

  constructor(options: RegistryOptions) {
    this.#events = options.events;
    this.#now = options.now ?? Date.now;
    this.#bucket = new WatchedBucket({
      connection: options.connection,
      bucket: NODES_BUCKET,
      parse: parseEntry,
      onUnreadable: (key) => options.events.entryUnreadable({ bucket: NODES_BUCKET, key }),
      onChange: (nodeId) => {
        if (this.#bucket.isDeleted(nodeId)) for (const listener of this.#onRemoved) listener(nodeId);
      },
    });
  }

  start(): Promise<void> {
    return this.#bucket.start();
  }

  stop(): Promise<void> {
    clearTimeout(this.#retry);
    this.#retry = undefined;
    this.#unwritten.clear();
    return this.#bucket.stop();
  }

  /** Called with each node that is removed, here or at another gateway; returns what ends it. */
  onRemoved(listener: (nodeId: string) => void): () => void {
    this.#onRemoved.add(listener);
    return () => this.#onRemoved.delete(listener);
  }

  /** Throws `permission_denied` for a node that was removed. */
  assertNotRemoved(nodeId: string): void {
    if (!this.#bucket.isDeleted(nodeId)) return;
    throw new MusterError('permission_denied', `node ${nodeId} was removed from the fleet: enrol it again with a join token`);
  }

  /** Takes a node out of the fleet: on every gateway its streams end and its certificate opens none any more. Throws `unavailable`. */
  async remove(nodeId: string): Promise<void> {
    this.#unwritten.delete(nodeId);
    await this.#bucket.remove(nodeId);
  }

  /** Flags a node whose identity two machines use, until `release`. Known at once, written as soon as nats-server takes it. */
  flagShared(nodeId: string, problem: string): void {
    if (this.#unwritten.has(nodeId) || this.#bucket.get(nodeId)?.shared !== undefined) return;
    this.#unwritten.set(nodeId, { problem, sinceMs: this.#now() });
    void this.#writeFlags();
  }

  /** Takes the flag back. The entry as it is then; undefined where the node has no flag. Throws `unavailable`. */
  async release(nodeId: string): Promise<RegistryEntry | undefined> {
    let flagged = this.#unwritten.delete(nodeId);
    const entry = await this.#bucket.swap(nodeId, (before) => {
      if (before?.shared === undefined) return undefined;
      flagged = true;
      const { shared: _, ...rest } = before;
      return { ...rest, updatedMs: this.#now() };
    });
    return flagged ? entry : undefined;
  }

  async #writeFlags(): Promise<void> {
    for (const [nodeId, shared] of this.#unwritten) {
      try {
        await this.#bucket.swap(nodeId, (before) => (before === undefined ? undefined : { shared, ...before, updatedMs: this.#now() }));
        this.#unwritten.delete(nodeId);
      } catch (error) {
        this.#events.retried({ what: 'registry', error: toMusterError(error).message });
        this.#retry ??= setTimeout(() => {
          this.#retry = undefined;
          void this.#writeFlags();
        }, RETRY_MS);
        return;
      }
    }
  }

  /** Writes the entry of a node that enrolled, before it gets its certificate. Throws `unavailable`. */
  async enrol(nodeId: string, node: NodeInfo | null | undefined, assignedLabels: Readonly<Record<string, string>>): Promise<RegistryEntry> {
    const nowMs = this.#now();
    const entry = await this.#bucket.swap(nodeId, (before) => ({
      ...before,
      nodeId,
      info: toRegistryInfo(node, assignedLabels),
      assignedLabels: { ...assignedLabels },
      enrolledMs: before?.enrolledMs ?? nowMs,
      updatedMs: nowMs,
      intervalMs: before?.intervalMs ?? 0,
    }));
    return entry as RegistryEntry;
  }

  /**
   * Takes what a hello says; writes only what changed, and never makes a stream wait. A node whose entry is missing without having been
   * removed (the bucket was lost) is entered again: its certificate proves that it was enrolled.
   */
  seen(nodeId: string, node: NodeInfo | null | undefined, intervalMs: number): void {
    if (this.#same(this.#bucket.get(nodeId), node, intervalMs)) return;
    this.#bucket
      .swap(nodeId, (before) => {
        if (this.#same(before, node, intervalMs) || this.#bucket.isDeleted(nodeId)) return undefined;
        const nowMs = this.#now();
        const assigned = before?.assignedLabels ?? {};
        const info = node ? toRegistryInfo(node, assigned) : (before?.info ?? toRegistryInfo(node, assigned));
        return { ...before, nodeId, info, assignedLabels: assigned, enrolledMs: before?.enrolledMs ?? nowMs, updatedMs: nowMs, intervalMs };
      })
      .catch((error: unknown) => this.#events.retried({ what: 'registry', error: toMusterError(error).message }));
  }

  #same(entry: RegistryEntry | undefined, node: NodeInfo | null | undefined, intervalMs: number): boolean {
    if (entry === undefined || entry.intervalMs !== intervalMs) return false;
    return !node || isDeepStrictEqual(entry.info, toRegistryInfo(node, entry.assignedLabels ?? {}));
  }
}

function parseEntry(text: string): RegistryEntry | undefined {
  try {
    const result = ENTRY.safeParse(JSON.parse(text));
    return result.success ? (result.data as unknown as RegistryEntry) : undefined;
  } catch {
    return undefined;
  }
}
