// Whether a node is heard: the rules of `muster.v1.NodeState` over what is known of it and a clock.
import type { NodeKind, NodeState } from '../../../proto/gen/messages.ts';

/** Times are Unix ms; 0 means never. */
export interface HeardFacts {
  enrolledMs: number;
  /** Last time anything came from it. */
  heardMs: number;
  /** Since when it has been heard without a gap. */
  liveSinceMs: number;
  /** True once a sample came, ever. */
  sampled: boolean;
  intervalMs: number;
  /** `NODE_KIND_MACHINE`, … */
  kind: NodeKind;
  /** That holds its stream; empty while it has none. */
  gateway: string;
  /** Set while it is quarantined. */
  quarantinedSinceMs: number;
}

export interface StateSince {
  state: NodeState;
  sinceMs: number;
}

const LATE_INTERVALS = 3;
const SILENT_INTERVALS = 10;
const SILENT_AT_LEAST_MS = 30_000;
/** Agents send what they sampled once a second, so a node that samples faster is not heard more often. */
const SHORTEST_INTERVAL_MS = 1000;

/** How long nothing may come before a node is late. */
export function lateAfterMs(intervalMs: number): number {
  return Math.max(intervalMs, SHORTEST_INTERVAL_MS) * LATE_INTERVALS;
}

/** The same, and how long before it is silent. */
export function patience(intervalMs: number): { lateMs: number; silentMs: number } {
  const interval = Math.max(intervalMs, SHORTEST_INTERVAL_MS);
  return { lateMs: lateAfterMs(intervalMs), silentMs: Math.max(interval * SILENT_INTERVALS, SILENT_AT_LEAST_MS) };
}

/** The state at `nowMs` and since when it holds. Quarantine comes before all else; nobody is missed but machines, and simulated ones that stream. */
export function stateOf(facts: HeardFacts, nowMs: number): StateSince {
  if (facts.quarantinedSinceMs > 0) return { state: 'NODE_STATE_QUARANTINED', sinceMs: facts.quarantinedSinceMs };
  const missed = facts.kind === 'NODE_KIND_MACHINE' || (facts.kind === 'NODE_KIND_SIMULATION' && facts.gateway !== '');
  if (!facts.sampled || facts.heardMs === 0) {
    return { state: missed ? 'NODE_STATE_NEVER_SEEN' : 'NODE_STATE_IDLE', sinceMs: facts.enrolledMs };
  }
  const { lateMs, silentMs } = patience(facts.intervalMs);
  const quietMs = nowMs - facts.heardMs;
  if (quietMs > lateMs && !missed) return { state: 'NODE_STATE_IDLE', sinceMs: facts.heardMs + lateMs };
  if (quietMs > silentMs) return { state: 'NODE_STATE_SILENT', sinceMs: facts.heardMs + silentMs };
  if (quietMs > lateMs) return { state: 'NODE_STATE_LATE', sinceMs: facts.heardMs + lateMs };
  return { state: 'NODE_STATE_LIVE', sinceMs: facts.liveSinceMs };
}

/** What a history says of a node needs more: what was heard for certain, and since when anybody listens. */
export interface WatchedFacts extends HeardFacts {
  /** As `heardMs`, without what a gateway only supposes when it begins. */
  provenMs: number;
}

/** What a node may be, judged by the longest and by the shortest time that it may have been quiet. */
export interface StateBounds {
  longest: StateSince;
  shortest: StateSince;
}

/** What is known of the time. */
export interface Watched {
  /** Since when all that nodes send is heard. */
  sinceMs: number;
  /** Of the time since a moment, how much nobody listened, ms. */
  lostSince(ms: number): number;
}

/**
 * The state at `nowMs` as far as it is known: quiet counts only while somebody listens, and before `sinceMs` the node may have been heard by nobody.
 * What was only late to be read comes by itself: once both bounds agree, it has come, and the state began when it should have been heard.
 */
export function watchedState(facts: WatchedFacts, nowMs: number, { sinceMs, lostSince }: Watched): StateBounds {
  const { enrolledMs, liveSinceMs, sampled, intervalMs, kind, gateway, quarantinedSinceMs, provenMs } = facts;
  const heard = { enrolledMs, liveSinceMs, sampled, intervalMs, kind, gateway, quarantinedSinceMs };
  const longest = stateOf({ ...heard, heardMs: provenMs }, nowMs);
  if (provenMs === 0) return { longest, shortest: longest };
  const fromMs = Math.max(provenMs, sinceMs);
  const quietFromMs = Math.min(nowMs, fromMs + lostSince(fromMs));
  const shortest = quietFromMs <= provenMs ? longest : stateOf({ ...heard, heardMs: quietFromMs }, nowMs);
  return { longest, shortest: provenMs >= sinceMs && shortest.state === longest.state ? longest : shortest };
}
