// What the directory holds of one node, and the message that operators get of it.
import { kindOf, type NodeKindWord } from '../../../core/common/node-kind.ts';
import type { RegistryEntry, SharedIdentity } from '../../../core/common/registry-entry.ts';
import type { PresenceEntry } from '../../../core/common/streams.ts';
import type { ConfigState, Node, NodeInfo, NodeKind, SpoolState, Summary, Timestamp } from '../../../proto/gen/messages.ts';
import { lateAfterMs, type StateSince, stateOf } from './node-state.ts';

/** Has the shape of `FilterableNode`, so that a filter runs over records without a message being made. */
export class NodeRecord {
  readonly nodeId: string;
  info: NodeInfo | undefined;
  /** False until the registry names it: a heartbeat may come before the entry, and a node without entry is not shown. */
  registered = false;
  kind: NodeKind = 'NODE_KIND_MACHINE';
  joinTokenId = '';
  enrolledMs = 0;
  intervalMs = 0;
  heardMs = 0;
  /** The same, without the end of a stream that a gateway only supposed. */
  provenMs = 0;
  liveSinceMs = 0;
  sampled = false;
  quarantinedSinceMs = 0;
  problem = '';
  gateway = '';
  skewUs = 0;
  summary: Summary | undefined;
  spool: SpoolState | undefined;
  config: ConfigState | undefined;
  state: Node['state'] = 'NODE_STATE_NEVER_SEEN';
  stateSinceMs = 0;
  #shared: SharedIdentity | undefined;
  #stream: PresenceEntry | undefined;

  constructor(nodeId: string) {
    this.nodeId = nodeId;
  }

  applyEntry(entry: RegistryEntry): void {
    this.registered = true;
    this.info = entry.info;
    this.kind = kindName(kindOf(entry));
    this.joinTokenId = entry.identity?.joinTokenId ?? '';
    this.enrolledMs = entry.enrolledMs;
    this.intervalMs = entry.intervalMs;
    this.#shared = entry.shared;
    this.#judge();
  }

  /** A stream that began or ended says as well that the node was heard then. */
  applyPresence(presence: PresenceEntry | undefined): void {
    this.gateway = presence?.gateway ?? '';
    this.#stream = presence;
    this.#judge();
    if (presence !== undefined && presence.sinceMs > this.heardMs) this.heardAt(presence.sinceMs, presence.supposed !== true);
  }

  /** A shared identity comes before what is wrong with the stream: it needs somebody to act. */
  #judge(): void {
    this.problem = this.#shared?.problem ?? this.#stream?.problem ?? '';
    this.quarantinedSinceMs = this.problem === '' ? 0 : ((this.#shared ?? this.#stream)?.sinceMs ?? 0);
  }

  heardAt(nowMs: number, proven = true): void {
    if (this.state !== 'NODE_STATE_LIVE') this.liveSinceMs = nowMs;
    this.heardMs = nowMs;
    if (proven && nowMs > this.provenMs) this.provenMs = nowMs;
  }

  /** True for a node that counts as live only because nobody has looked since. */
  isOverdue(nowMs: number): boolean {
    return this.state === 'NODE_STATE_LIVE' && nowMs - this.heardMs > lateAfterMs(this.intervalMs);
  }

  /** Computes the state anew; true where it changed. */
  refresh(nowMs: number): boolean {
    // A clock that was set back would call it live until the time has come again.
    if (this.heardMs > nowMs) this.heardMs = nowMs;
    if (this.provenMs > nowMs) this.provenMs = nowMs;
    if (this.liveSinceMs > nowMs) this.liveSinceMs = nowMs;
    const { state, sinceMs }: StateSince = stateOf(this, nowMs);
    const changed = state !== this.state || sinceMs !== this.stateSinceMs;
    this.state = state;
    this.stateSinceMs = sinceMs;
    return changed;
  }

  toNode(): Node {
    return {
      nodeId: this.nodeId,
      info: this.info,
      state: this.state,
      stateSince: toTimestamp(this.stateSinceMs),
      enrolled: toTimestamp(this.enrolledMs),
      lastSeen: toTimestamp(this.heardMs),
      summary: this.summary,
      spool: this.spool,
      skewUs: this.skewUs,
      gateway: this.gateway,
      intervalMs: this.intervalMs,
      problem: this.problem,
      config: this.config,
      kind: this.kind,
      joinTokenId: this.joinTokenId,
    };
  }
}

export function kindName(word: NodeKindWord): NodeKind {
  return `NODE_KIND_${word.toUpperCase() as Uppercase<NodeKindWord>}`;
}

/** Unix ms → Timestamp; 0 means absent. */
export function toTimestamp(ms: number): Timestamp | undefined {
  if (ms <= 0) return undefined;
  return { seconds: Math.floor(ms / 1000), nanos: Math.round((ms % 1000) * 1e6) };
}
