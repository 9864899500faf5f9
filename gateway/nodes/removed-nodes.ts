// Nodes that were removed, kept for a day so that a removal can be undone. The bucket lets them go by itself.
import type { KV, NatsConnection } from 'nats';
import { MusterError, messageOf } from '../../core/common/muster-error.ts';
import type { RegistryEntry } from '../../core/common/registry-entry.ts';
import { REMOVED_BUCKET } from '../../core/common/streams.ts';
import { REMOVED_KEPT_MS } from '../../core/node/stream-policy.ts';
import { NODE_KEYS } from '../node-keys.ts';

export interface RemovedEntry {
  entry: RegistryEntry;
  /** Unix ms. */
  removedMs: number;
}

/** Read at once. */
const AT_ONCE = 32;

/** Why the stream of a machine that was removed is refused, and each way back. */
export function removedMachine(nodeId: string): MusterError {
  return new MusterError(
    'permission_denied',
    `node ${nodeId} was removed from the fleet: within 24 h \`muster nodes restore ${nodeId}\` brings it back as it was; at any time a join token enrols it again (\`muster token create --join\` prints the line); if it is gone for good, run \`muster-agent uninstall\` on it`,
  );
}

/** Why a source that was removed may not push: it has no agent that could enrol again. */
export function removedSource(nodeId: string): MusterError {
  return new MusterError(
    'permission_denied',
    `node ${nodeId} was removed from the fleet: within 24 h \`muster nodes restore ${nodeId}\` brings it back, later push under another name`,
  );
}

export class RemovedNodes {
  readonly #connection: NatsConnection;
  readonly #now: () => number;

  constructor(connection: NatsConnection, now: () => number) {
    this.#connection = connection;
    this.#now = now;
  }

  /** Before the node leaves the registry: what is not kept cannot be undone. Throws `unavailable`. */
  async keep(entry: RegistryEntry): Promise<RemovedEntry> {
    const removed = { entry, removedMs: this.#now() };
    await this.#do((kv) => kv.put(entry.nodeId, JSON.stringify(removed)));
    return removed;
  }

  /** Newest first. Throws `unavailable`. */
  async list(): Promise<RemovedEntry[]> {
    return await this.#do(async (kv) => {
      const keys: string[] = [];
      for await (const key of await kv.keys()) keys.push(key);
      const found: RemovedEntry[] = [];
      for (let i = 0; i < keys.length; i += AT_ONCE) {
        const some = await Promise.all(keys.slice(i, i + AT_ONCE).map((key) => kv.get(key)));
        for (const each of some) {
          const removed = each?.operation === 'PUT' ? parse(each.string()) : undefined;
          if (removed !== undefined && removed.removedMs + REMOVED_KEPT_MS > this.#now()) found.push(removed);
        }
      }
      return found.sort((a, b) => b.removedMs - a.removedMs);
    });
  }

  /** It is back, or was removed for good. */
  async forget(nodeId: string): Promise<void> {
    await this.#do((kv) => kv.delete(nodeId));
  }

  async #do<R>(work: (kv: KV) => Promise<R>): Promise<R> {
    try {
      return await work(await this.#connection.jetstream().views.kv(REMOVED_BUCKET, { bindOnly: true, codec: NODE_KEYS }));
    } catch (error) {
      throw new MusterError('unavailable', `nats-server does not answer (${messageOf(error)}): try again`, error);
    }
  }
}

function parse(text: string): RemovedEntry | undefined {
  try {
    const value = JSON.parse(text) as Partial<RemovedEntry> | null;
    return typeof value?.entry?.nodeId === 'string' && typeof value.removedMs === 'number' ? (value as RemovedEntry) : undefined;
  } catch {
    return undefined;
  }
}
