// How many nodes there may be: in all, and new ones of one token in a day. A script that makes up names must not fill the registry.
import { MusterError } from '../../core/common/muster-error.ts';
import type { RegistryEntry } from '../../core/common/registry-entry.ts';

export interface NodeLimits {
  maxNodes: number;
  newNodesPerTokenPerDay: number;
}

const DAY_MS = 86_400_000;

export class NodeQuota {
  readonly #limits: NodeLimits;
  readonly #now: () => number;
  readonly #nodes = new Set<string>();
  /** The nodes of this day (UTC), by the token that made them. One that is removed still counts. */
  readonly #today = new Map<string, Set<string>>();
  #day = 0;

  constructor(limits: NodeLimits, now: () => number) {
    this.#limits = limits;
    this.#now = now;
  }

  /** An entry that is there. */
  note({ nodeId, createdBy, enrolledMs }: Pick<RegistryEntry, 'nodeId' | 'createdBy' | 'enrolledMs'>): void {
    this.#nodes.add(nodeId);
    this.#turn();
    if (createdBy === undefined || Math.floor(enrolledMs / DAY_MS) !== this.#day) return;
    const own = this.#today.get(createdBy) ?? new Set<string>();
    this.#today.set(createdBy, own.add(nodeId));
  }

  forget(nodeId: string): void {
    this.#nodes.delete(nodeId);
  }

  /** Counts a new node before it is written: of many that come at once none is over the limit. Throws `quota_exceeded`. */
  admit(tokenId: string, nodeId: string): void {
    // Another of its rows has brought it in, and its entry is being written.
    if (this.#nodes.has(nodeId)) return;
    this.assertRoom(tokenId);
    this.note({ nodeId, createdBy: tokenId, enrolledMs: this.#now() });
  }

  /** Throws `quota_exceeded` where this token may make no other node now. */
  assertRoom(tokenId: string): void {
    const { maxNodes, newNodesPerTokenPerDay } = this.#limits;
    if (this.#nodes.size >= maxNodes) {
      throw new MusterError(
        'quota_exceeded',
        `the fleet has ${this.#nodes.size} nodes, sources among them, at most ${maxNodes} are taken: remove some (\`muster nodes remove\`), or raise maxNodes of the gateway`,
      );
    }
    this.#turn();
    const made = this.#today.get(tokenId)?.size ?? 0;
    if (made >= newNodesPerTokenPerDay) {
      const tomorrow = new Date((this.#day + 1) * DAY_MS).toISOString();
      throw new MusterError(
        'quota_exceeded',
        `token ${tokenId} has made ${made} new nodes today, at most ${newNodesPerTokenPerDay} are taken: wait until ${tomorrow}, or raise newNodesPerTokenPerDay of the gateway`,
      );
    }
  }

  #turn(): void {
    const day = Math.floor(this.#now() / DAY_MS);
    if (day === this.#day) return;
    this.#day = day;
    this.#today.clear();
  }
}
