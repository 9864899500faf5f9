// Holds leases for live samples on behalf of this gateway's watchers: one lease a node, as wide and as quick as any watcher needs.
import type { NatsConnection } from 'nats';
import { leaseSubject } from '../../../core/common/streams.ts';
import type { Component } from '../../../core/node/lifecycle.ts';
import { LEASE_FIELDS, type Lease } from '../../../proto/gen/messages.ts';
import { encodeMessage } from '../../../proto/message-codec.ts';

export interface LiveWish {
  nodeIds: readonly string[];
  /** Empty means all. */
  measurements: readonly string[];
  intervalMs: number;
}

const RENEW_MS = 5000;
const DURATION_MS = 15_000;

export class LeaseKeeper implements Component {
  readonly name = 'leases';
  readonly #connection: NatsConnection;
  readonly #wishes = new Map<string, Set<LiveWish>>();
  #timer: NodeJS.Timeout | undefined;

  constructor(connection: NatsConnection) {
    this.#connection = connection;
  }

  async start(): Promise<void> {
    this.#timer = setInterval(() => {
      for (const nodeId of this.#wishes.keys()) this.#publish(nodeId);
    }, RENEW_MS);
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    const nodeIds = [...this.#wishes.keys()];
    this.#wishes.clear();
    for (const nodeId of nodeIds) this.#publish(nodeId);
  }

  /** Leases from now on, renewed by itself, until the function returned is called. */
  hold(wish: LiveWish): () => void {
    for (const nodeId of wish.nodeIds) {
      const wishes = this.#wishes.get(nodeId) ?? new Set();
      this.#wishes.set(nodeId, wishes.add(wish));
      this.#publish(nodeId);
    }
    return () => {
      for (const nodeId of wish.nodeIds) {
        const wishes = this.#wishes.get(nodeId);
        if (wishes === undefined || !wishes.delete(wish)) continue;
        if (wishes.size === 0) this.#wishes.delete(nodeId);
        this.#publish(nodeId);
      }
    };
  }

  #publish(nodeId: string): void {
    if (this.#connection.isClosed()) return;
    this.#connection.publish(leaseSubject(nodeId), encodeMessage(LEASE_FIELDS, toLease([...(this.#wishes.get(nodeId) ?? [])])));
  }
}

/** The lease that serves all wishes; no wish at all ends it. Another gateway that still needs one renews its own within 5 s. */
export function toLease(wishes: readonly LiveWish[]): Lease {
  if (wishes.length === 0) return { measurements: [], intervalMs: 0, durationMs: 0 };
  const all = wishes.some((wish) => wish.measurements.length === 0);
  return {
    measurements: all ? [] : [...new Set(wishes.flatMap((wish) => wish.measurements))].sort(),
    intervalMs: Math.min(...wishes.map((wish) => wish.intervalMs)),
    durationMs: DURATION_MS,
  };
}
