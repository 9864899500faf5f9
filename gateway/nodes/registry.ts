// The registry of nodes: who is enrolled and what is known of it. A deleted entry means the node was removed: its certificate is worth
// nothing any more, on every gateway, at once.
import { isDeepStrictEqual } from 'node:util';
import type { NatsConnection } from 'nats';
import { z } from 'zod';
import { isPartNode } from '../../core/common/measurement-names.ts';
import { MusterError, toMusterError } from '../../core/common/muster-error.ts';
import type { RegistryEntry, SourceKind } from '../../core/common/registry-entry.ts';
import { NODES_BUCKET } from '../../core/common/streams.ts';
import type { Component } from '../../core/node/lifecycle.ts';
import type { NodeInfo } from '../../proto/gen/messages.ts';
import type { Caller } from '../access/caller.ts';
import { unreadableProblems } from '../bucket-errors.ts';
import type { NodeIdentity } from '../identity/peer-identity.ts';
import { WatchedBucket } from '../watched-bucket.ts';
import { enrolled, used } from './identity-record.ts';
import { NodeIdentities, type NodeIdentityEvents } from './node-identities.ts';
import { type NodeLimits, NodeQuota } from './node-quota.ts';
import { toRegistryInfo } from './registry-info.ts';
import { type RemovedEntry, RemovedNodes, removedMachine, removedSource } from './removed-nodes.ts';
import { changeLabels, type LabelChange, standingLabels } from './standing-labels.ts';

export interface RegistryEvents extends NodeIdentityEvents {
  entryUnreadable(entry: { bucket: string; key: string }): void;
  removedStillKept(what: { nodeId: string; error: string }): void;
}

export interface RegistryOptions {
  connection: NatsConnection;
  events: RegistryEvents;
  /** How many nodes there may be. */
  limits: NodeLimits;
  now?: () => number;
}

/** Nobody knows how often a script pushes: it is late after three minutes, silent after ten. */
const DOOR_INTERVAL_MS = 60_000;

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
  readonly #removed: RemovedNodes;
  readonly #events: RegistryEvents;
  readonly #now: () => number;
  readonly #onRemoved = new Set<(nodeId: string) => void>();
  readonly #onChanged = new Set<(nodeId: string) => void>();
  /** Who may use the identity of a node. */
  readonly identities: NodeIdentities;
  /** Whether there may be another node. */
  readonly quota: NodeQuota;

  constructor(options: RegistryOptions) {
    this.#events = options.events;
    this.#now = options.now ?? Date.now;
    this.#removed = new RemovedNodes(options.connection, this.#now);
    this.#bucket = new WatchedBucket({
      connection: options.connection,
      bucket: NODES_BUCKET,
      // Its streams go on, and nothing but their agents' next hello would enter them again; a removed node would be let in.
      restore: true,
      // Who may use its identity, and whether it is locked, holds on.
      keepsReadable: true,
      parse: parseEntry,
      onUnreadable: (key) => options.events.entryUnreadable({ bucket: NODES_BUCKET, key }),
      onChange: (nodeId, entry, change) => {
        // Nobody knows what has become of it: least of all that it was removed.
        if (change === 'unreadable') return;
        this.#learn(nodeId, entry);
        if (change === 'deleted') for (const listener of this.#onRemoved) listener(nodeId);
        else this.#changed(nodeId);
      },
    });
    this.quota = new NodeQuota(options.limits, this.#now);
    const { events } = options;
    const changed = (nodeId: string): void => this.#changed(nodeId);
    this.identities = new NodeIdentities({ bucket: this.#bucket, events, changed, now: this.#now });
  }

  start(): Promise<void> {
    return this.#bucket.start();
  }

  stop(): Promise<void> {
    this.identities.stop();
    return this.#bucket.stop();
  }

  /** All nodes that are registered. */
  all(): readonly RegistryEntry[] {
    return this.#bucket.values();
  }

  get(nodeId: string): RegistryEntry | undefined {
    return this.#bucket.get(nodeId);
  }

  /** Called with each node that is removed, here or at another gateway; returns what ends it. */
  onRemoved(listener: (nodeId: string) => void): () => void {
    this.#onRemoved.add(listener);
    return () => this.#onRemoved.delete(listener);
  }

  /** Throws `permission_denied` for a node that was removed. */
  assertNotRemoved(nodeId: string): void {
    if (this.isRemoved(nodeId)) throw removedMachine(nodeId);
  }

  /** However long ago: the mark of it was seen. False for a node whose entry is missing, or cannot be read. */
  isRemoved(nodeId: string): boolean {
    return this.#bucket.isDeleted(nodeId);
  }

  /** What is wrong with its entries, a sentence each. */
  problems(): string[] {
    return unreadableProblems(NODES_BUCKET, this.#bucket.unreadable());
  }

  /** Called with each node whose entry changed, here or at another gateway; returns what ends it. */
  onChanged(listener: (nodeId: string) => void): () => void {
    this.#onChanged.add(listener);
    return () => this.#onChanged.delete(listener);
  }

  /** An operator's change of labels. The entry as it is then. Throws `not_found`, `limit_exceeded`, `unavailable`. */
  async setLabels(nodeId: string, change: LabelChange): Promise<RegistryEntry> {
    const entry = await this.#bucket.swap(nodeId, (before) => {
      if (before === undefined) throw new MusterError('not_found', `node ${nodeId} is not in the registry any more`);
      return { ...changeLabels(before, change), updatedMs: this.#now() };
    });
    this.#changed(nodeId);
    return entry as RegistryEntry;
  }

  /** What follows from an entry, our own writes included, of which the watch says nothing. */
  #learn(nodeId: string, entry: RegistryEntry | undefined): void {
    this.identities.learn(nodeId, entry);
    if (entry === undefined) this.quota.forget(nodeId);
    else this.quota.note(entry);
  }

  #changed(nodeId: string): void {
    for (const listener of this.#onChanged) listener(nodeId);
  }

  /**
   * Takes a node out of the fleet: on every gateway its streams end and its certificate opens none any more. What can be brought back for a day;
   * undefined where it is gone already. Throws `unavailable`.
   */
  async remove(nodeId: string): Promise<RemovedEntry | undefined> {
    const entry = this.#bucket.get(nodeId);
    const removed = entry && (await this.#removed.keep(entry));
    this.#learn(nodeId, undefined);
    await this.#bucket.remove(nodeId);
    return removed;
  }

  /** Those of the last day, newest first. Throws `unavailable`. */
  removed(): Promise<RemovedEntry[]> {
    return this.#removed.list();
  }

  /** Brings a removed node back as it was; undefined where it has come back already, by another enrolment or another operator. Throws `unavailable`. */
  async restore({ entry }: RemovedEntry): Promise<RegistryEntry | undefined> {
    const { nodeId } = entry;
    let back = false;
    const written = await this.#bucket.swap(nodeId, (before) => {
      back = before === undefined;
      return back ? { ...entry, updatedMs: this.#now() } : undefined;
    });
    const restored = back ? written : undefined;
    if (restored !== undefined) {
      this.#learn(nodeId, restored);
      this.#changed(nodeId);
    }
    // It is back all the same: what is kept of it goes by itself within the day.
    await this.#removed
      .forget(nodeId)
      .catch((error: unknown) => this.#events.removedStillKept({ nodeId, error: toMusterError(error).message }));
    return restored;
  }

  /** The generation of a node's next certificate; see `NodeIdentities.renew`. */
  async renew(identity: NodeIdentity, wish: { keyHash: string; peer: string; node: NodeInfo | null | undefined }): Promise<number> {
    const { nodeId } = identity;
    this.assertNotRemoved(nodeId);
    const lost = (): RegistryEntry => {
      this.assertNotRemoved(nodeId);
      const nowMs = this.#now();
      return { nodeId, info: toRegistryInfo(wish.node, {}), enrolledMs: nowMs, updatedMs: nowMs, intervalMs: 0 };
    };
    return this.identities.renew({ ...wish, identity, lost });
  }

  /** Takes the flag of a shared identity back; see `NodeIdentities.release`. */
  release(nodeId: string): Promise<RegistryEntry | undefined> {
    return this.identities.release(nodeId);
  }

  /** Writes the entry of a node that enrolled, before it gets its certificate, which has the generation in it. Throws `unavailable`, `quota_exceeded`. */
  async enrol(
    nodeId: string,
    node: NodeInfo | null | undefined,
    { labels: assignedLabels, keyHash, tokenId }: { labels: Readonly<Record<string, string>>; keyHash: string; tokenId: string },
  ): Promise<RegistryEntry> {
    const nowMs = this.#now();
    const change = (before?: RegistryEntry): RegistryEntry => ({
      ...before,
      nodeId,
      info: toRegistryInfo(node, { ...assignedLabels, ...before?.operatorLabels }),
      reportedLabels: toRegistryInfo(node, {}).labels,
      assignedLabels: { ...assignedLabels },
      enrolledMs: before?.enrolledMs ?? nowMs,
      createdBy: before?.createdBy ?? tokenId,
      updatedMs: nowMs,
      intervalMs: before?.intervalMs ?? 0,
      identity: enrolled(before?.identity, keyHash, tokenId),
    });
    const learned = (entry: RegistryEntry): RegistryEntry => {
      this.#learn(nodeId, entry);
      return entry;
    };
    if (this.#bucket.get(nodeId) === undefined) this.quota.admit(tokenId, nodeId);
    // A new name is nearly always nobody's: it need not be asked for first.
    if (this.#bucket.get(nodeId) === undefined) {
      const created = change();
      try {
        await this.#bucket.create(nodeId, created);
        return learned(created);
      } catch (error) {
        if (toMusterError(error).code !== 'already_exists') throw error;
      }
    }
    return learned((await this.#bucket.swap(nodeId, change)) as RegistryEntry);
  }

  /**
   * Takes what a hello says; writes only what changed, and never makes a stream wait. A node whose entry is missing without having been
   * removed (the bucket was lost) is entered again: its certificate proves that it was enrolled.
   */
  seen(by: NodeIdentity, node: NodeInfo | null | undefined, intervalMs: number): void {
    const { nodeId, generation } = by;
    const known = this.#bucket.get(nodeId);
    if (isShown(known, generation) && this.#same(known, node, intervalMs)) return;
    const keyHash = known?.identity?.keyHash || by.keyHash();
    this.#bucket
      .swap(nodeId, (before) => {
        if ((isShown(before, generation) && this.#same(before, node, intervalMs)) || this.#bucket.isDeleted(nodeId)) return undefined;
        const nowMs = this.#now();
        const standing = standingLabels(before);
        const info = node ? toRegistryInfo(node, standing) : (before?.info ?? toRegistryInfo(node, standing));
        const reported = node ? { reportedLabels: toRegistryInfo(node, {}).labels } : {};
        const identity = used(before?.identity, generation, keyHash);
        return { ...before, nodeId, info, ...reported, enrolledMs: before?.enrolledMs ?? nowMs, updatedMs: nowMs, intervalMs, identity };
      })
      .then(
        (entry) => {
          this.#learn(nodeId, entry);
          this.#changed(nodeId);
        },
        (error: unknown) => this.#events.retried({ what: 'registry', error: toMusterError(error).message }),
      );
  }

  /**
   * Enters or updates a node that no agent of ours speaks for, before what was pushed for it is taken. A new node gets the labels of the
   * pusher's token; a node without them may not be named. Throws `permission_denied`, `quota_exceeded`, `unavailable`; that too where the
   * entry cannot be read: whoever pushes keeps its data until a gateway can.
   */
  async seenAtDoor(
    nodeId: string,
    said: Readonly<Record<string, string>>,
    caller: Pick<Caller, 'tokenId' | 'labels'>,
    source: SourceKind,
  ): Promise<void> {
    if (this.#bucket.isDeleted(nodeId)) throw removedSource(nodeId);
    assertNoPart(nodeId);
    const entry = this.#bucket.get(nodeId);
    if (entry !== undefined) assertPushable(entry, caller.labels);
    // One that cannot be read is no new node.
    else if (!this.#bucket.isUnreadable(nodeId)) this.quota.admit(caller.tokenId, nodeId);
    if (entry !== undefined && isDeepStrictEqual(entry.info, doorInfo(nodeId, said, entry))) return;
    const change = (before: RegistryEntry | undefined): RegistryEntry => {
      if (before !== undefined) assertPushable(before, caller.labels);
      const nowMs = this.#now();
      const base = before ?? {
        nodeId,
        info: toRegistryInfo(undefined, {}),
        assignedLabels: { ...caller.labels },
        enrolledMs: nowMs,
        createdBy: caller.tokenId,
        source,
        intervalMs: DOOR_INTERVAL_MS,
      };
      return { ...base, info: doorInfo(nodeId, said, base), updatedMs: nowMs };
    };
    this.#learn(nodeId, await this.#bucket.swap(nodeId, change).catch(untilReadable));
  }

  #same(entry: RegistryEntry | undefined, node: NodeInfo | null | undefined, intervalMs: number): boolean {
    if (entry === undefined || entry.intervalMs !== intervalMs) return false;
    if (!node) return true;
    const { reportedLabels } = entry;
    return (
      isDeepStrictEqual(entry.info, toRegistryInfo(node, standingLabels(entry))) &&
      isDeepStrictEqual(reportedLabels, toRegistryInfo(node, {}).labels)
    );
  }
}

/** To a door, an entry that cannot be read is no verdict on what was pushed: it may be read after the upgrade of this gateway. */
function untilReadable(thrown: unknown): never {
  const error = toMusterError(thrown);
  if (error.code !== 'failed_precondition') throw error;
  throw new MusterError('unavailable', `${error.message}; until then nothing that is pushed for this node is taken`, error);
}

/** The certificate of this generation, or a newer one, was seen before. */
function isShown(entry: RegistryEntry | undefined, generation: number): boolean {
  const record = entry?.identity;
  return (
    record !== undefined && record.keyHash !== '' && (generation < record.generation || (generation === record.generation && record.used))
  );
}

/** What a push says of a node goes over what earlier ones said; the token's labels stand over both. */
function doorInfo(
  nodeId: string,
  said: Readonly<Record<string, string>>,
  entry: Pick<RegistryEntry, 'info' | 'assignedLabels' | 'operatorLabels'>,
): RegistryEntry['info'] {
  const { name, ...labels } = said;
  const node = { ...entry.info, name: name || entry.info.name || nodeId, labels: { ...entry.info.labels, ...labels } };
  return toRegistryInfo(node, standingLabels(entry));
}

/** Muster's own parts are no nodes: their rows come from the gateway itself. */
function assertNoPart(nodeId: string): void {
  if (!isPartNode(nodeId)) return;
  throw new MusterError('permission_denied', `node_id ${nodeId} is for Muster's own parts: choose one that does not begin with muster-`);
}

function assertPushable(entry: RegistryEntry, assigned: Readonly<Record<string, string>>): void {
  // An entry of a time when enrolment left no mark is told by the version that its agent said.
  if (entry.identity !== undefined || entry.info.agentVersion !== '') {
    throw new MusterError('permission_denied', `node ${entry.nodeId} has an agent, which alone speaks for it: push under another node_id`);
  }
  // What a push says of a node is no authority over it: only the token that made it and operators are.
  const standing = standingLabels(entry);
  const other = Object.entries(assigned).find(([label, value]) => standing[label] !== value);
  if (other !== undefined) {
    throw new MusterError(
      'permission_denied',
      `the token is for nodes with ${other[0]} ${other[1]}: node ${entry.nodeId} was not made with it, and no operator gave it that label (\`muster nodes label\`)`,
    );
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
