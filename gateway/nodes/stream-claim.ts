// Whose stream is a node's, across gateways: each new stream claims the node with a higher number. Tells a process that restarted from a
// machine that has a twin: a process that another one replaced is dead, and does not come back. Pure.
import type { PresenceEntry } from '../../core/common/streams.ts';

type Claim = Required<Pick<PresenceEntry, 'stream' | 'instance' | 'earlier' | 'returnsMs'>>;

/** What a stream that opens finds out. */
export interface Claimed {
  claim: Claim;
  /** Two processes of two machines take turns: the newer stream may not have the node. */
  conflict: boolean;
}

/** Processes of one node that are remembered. */
const EARLIER = 8;
/**
 * So many returns within this time are two machines. One may be a hello of a process that was ended, which came late by another gateway; dead
 * processes send no second one.
 */
const RETURNS = 2;
const RETURNS_WITHIN_MS = 600_000;

/** `current` is what presence has of the node; `instance` is empty for an agent that does not say which process it is. */
export function claimStream(current: PresenceEntry | undefined, instance: string, nowMs: number): Claimed {
  const { stream = 0, instance: holder = '', earlier = [], returnsMs = [] } = current ?? {};
  const recent = returnsMs.filter((at) => at > nowMs - RETURNS_WITHIN_MS);
  if (instance === '' || instance === holder) {
    return { claim: { stream: stream + 1, instance, earlier: [...earlier], returnsMs: recent }, conflict: false };
  }
  const returns = earlier.includes(instance) ? [...recent, nowMs] : recent;
  const others = [...earlier, holder].filter((known, i, all) => known !== '' && known !== instance && all.lastIndexOf(known) === i);
  return {
    claim: { stream: stream + 1, instance, earlier: others.slice(-EARLIER), returnsMs: returns.slice(-RETURNS) },
    conflict: returns.length >= RETURNS,
  };
}
