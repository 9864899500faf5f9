// The fleet as this gateway knows it, in memory: who is registered, who holds whose stream, what each said last, how it is.
import { MusterError } from '../../../core/common/muster-error.ts';
import { nodeIdOf } from '../../../core/common/node-name.ts';
import type { RegistryEntry } from '../../../core/common/registry-entry.ts';
import type { PresenceEntry } from '../../../core/common/streams.ts';
import type { Heartbeat } from '../../../proto/gen/messages.ts';
import { NodeRecord } from './node-record.ts';

/** The nodes that changed since the watcher last took them. Holds each node once, so it is as large as the fleet at most. */
export interface ChangeFeed {
  take(): NodeRecord[];
  close(): unknown;
}

/** A heartbeat for a node that the registry does not name is kept for this many nodes: its entry may be on its way. */
const MAX_UNREGISTERED = 1000;

export class Directory {
  readonly #records = new Map<string, NodeRecord>();
  readonly #feeds = new Set<Set<NodeRecord>>();
  readonly #now: () => number;
  #onState: ((record: NodeRecord, nowMs: number) => void) | undefined;
  #unregistered = 0;
  /** Batches that agents numbered since this directory began, as their heartbeats tell it. Only grows. */
  batchesMade = 0;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** All registered nodes. */
  *nodes(): Generator<NodeRecord> {
    for (const record of this.#records.values()) if (record.registered) yield record;
  }

  /** The registered node with this id. */
  get(nodeId: string): NodeRecord | undefined {
    const record = this.#records.get(nodeId);
    return record?.registered ? record : undefined;
  }

  /** The node with this id, or the only one with this name. Throws `not_found`, and `failed_precondition` for a name that several have. */
  find(idOrName: string): NodeRecord {
    const byId = this.get(idOrName) ?? this.get(idOrName.toLowerCase()) ?? this.get(nodeIdOf(idOrName) ?? '');
    if (byId !== undefined) return byId;
    const named = [...this.nodes()].filter((record) => record.info?.name === idOrName);
    const shown = JSON.stringify(idOrName.slice(0, 80));
    if (named.length === 0) throw new MusterError('not_found', `there is no node ${shown}: list them with \`muster nodes\``);
    if (named.length > 1) {
      throw new MusterError('failed_precondition', `${named.length} nodes are named ${shown}: ask by node id, such as ${named[0]?.nodeId}`);
    }
    return named[0] as NodeRecord;
  }

  /** Told at once of each node that has another state than before, or was removed; one listener. Returns what ends it. */
  onState(listener: (record: NodeRecord, nowMs: number) => void): () => void {
    this.#onState = listener;
    return () => {
      if (this.#onState === listener) this.#onState = undefined;
    };
  }

  /** Begins to note what changes. Always `close` it. */
  watch(): ChangeFeed {
    const feed = new Set<NodeRecord>();
    this.#feeds.add(feed);
    return {
      take: () => {
        const taken = [...feed];
        feed.clear();
        return taken;
      },
      close: () => this.#feeds.delete(feed),
    };
  }

  /** An entry of the registry; undefined where it was deleted. */
  applyEntry(nodeId: string, entry: RegistryEntry | undefined): void {
    const known = this.#records.get(nodeId);
    if (known !== undefined && !known.registered) this.#unregistered--;
    if (entry === undefined) {
      if (known === undefined) return;
      known.registered = false;
      this.#records.delete(nodeId);
      this.#changed(known);
      this.#onState?.(known, this.#now());
      return;
    }
    const record = known ?? new NodeRecord(nodeId);
    this.#records.set(nodeId, record);
    record.applyEntry(entry);
    this.#refresh(record, this.#now(), known === undefined);
    this.#changed(record);
  }

  applyPresence(nodeId: string, presence: PresenceEntry | undefined): void {
    const record = this.#record(nodeId);
    if (record === undefined) return;
    record.applyPresence(presence);
    this.#refresh(record, this.#now());
    this.#changed(record);
  }

  /** What a node said of itself just now. */
  applyHeartbeat(nodeId: string, heartbeat: Heartbeat): void {
    const record = this.#record(nodeId);
    if (record === undefined) return;
    const nowMs = this.#now();
    if (record.isOverdue(nowMs)) this.#refresh(record, nowMs);
    record.heardAt(nowMs);
    if (heartbeat.sentUs > 0) record.skewUs = nowMs * 1000 - heartbeat.sentUs;
    if (heartbeat.spool) {
      // Of another spool, or of one not heard of before, nobody knows what is new.
      const before = record.spool;
      const sameSpool = before !== undefined && Buffer.compare(before.epoch, heartbeat.spool.epoch) === 0;
      if (sameSpool) this.batchesMade += Math.max(0, heartbeat.spool.nextSeq - before.nextSeq);
      record.spool = heartbeat.spool;
    }
    if (heartbeat.config) record.config = heartbeat.config;
    if (heartbeat.summary) record.summary = heartbeat.summary;
    if (heartbeat.summary || (heartbeat.spool?.nextSeq ?? 0) > 1) record.sampled = true;
    if (record.state !== 'NODE_STATE_LIVE') this.#refresh(record, nowMs);
    this.#changed(record);
  }

  /** What the ledger says of the time before this gateway started. */
  applyStored(nodeId: string, receivedMs: number): void {
    const record = this.#record(nodeId);
    if (record === undefined) return;
    record.sampled = true;
    if (receivedMs > record.heardMs) record.heardAt(receivedMs);
    if (this.#refresh(record, this.#now())) this.#changed(record);
  }

  /** Finds the nodes whose state changed by the passing of time alone. Call it once a second. */
  tick(): void {
    const nowMs = this.#now();
    for (const record of this.#records.values()) if (this.#refresh(record, nowMs)) this.#changed(record);
  }

  clear(): void {
    this.#records.clear();
    this.#unregistered = 0;
  }

  #record(nodeId: string): NodeRecord | undefined {
    const known = this.#records.get(nodeId);
    if (known !== undefined) return known;
    if (this.#unregistered >= MAX_UNREGISTERED) return undefined;
    const record = new NodeRecord(nodeId);
    this.#records.set(nodeId, record);
    this.#unregistered++;
    return record;
  }

  #refresh(record: NodeRecord, nowMs: number, isNew = false): boolean {
    const before = record.state;
    const changed = record.refresh(nowMs);
    if (record.state !== before || isNew) this.#onState?.(record, nowMs);
    return changed;
  }

  #changed(record: NodeRecord): void {
    for (const feed of this.#feeds) feed.add(record);
  }
}
