// Why a node may be silent, in words: what the gateway and the fleet show of it. Pure. It names facts and where to look, and claims no cause.
import type { FleetNode } from '../../common/fleet-node.ts';
import { formatAge, formatMoment, formatNumber, plural } from '../widgets/format.ts';
import { eventTitle, type NodeEvent } from './node-event.ts';

/** Nodes that were heard last within so much of each other fell silent together. */
const TOGETHER_MS = 10_000;
/** What happened so shortly before belongs to it. */
const BEFORE_MS = 600_000;
/** An event of the same second as the last sample was told with it or after it. */
const SLACK_MS = 5000;

export interface SilenceFacts {
  node: FleetNode;
  nodes: ReadonlyMap<string, FleetNode>;
  events: readonly NodeEvent[];
  nowMs: number;
}

/** Empty where the node is not silent, or was never heard. */
export function silenceInWords({ node, nodes, events, nowMs }: SilenceFacts): string {
  const { state, lastSeenMs } = node;
  if ((state !== 'silent' && state !== 'late') || lastSeenMs === null) return '';
  const word = state === 'late' ? 'Late' : 'Silent';
  const since = `${word}: no samples for ${formatAge(nowMs - lastSeenMs)}. Last sample ${formatMoment(lastSeenMs, nowMs)}.`;
  return [since, connectionOf(node), spoolOf(node), togetherWith(node, nodes), beforeIt(lastSeenMs, events, nowMs)]
    .filter(Boolean)
    .join(' ');
}

function connectionOf({ gateway, agentVersion }: FleetNode): string {
  if (agentVersion === '') return 'It has no agent that holds a connection: check what pushes or imports its samples.';
  if (gateway === '') return "The gateway sees no connection: check the machine, its network and the agent's service.";
  // A gateway that was killed cannot say that the connection is gone.
  return `${gateway} has not said that its connection ended, but no samples arrive: check the agent's log, and that ${gateway} runs.`;
}

function spoolOf({ spool }: FleetNode): string {
  if (spool === null) return '';
  if (spool.problem !== '') return `Its spool last reported: ${spool.problem}.`;
  return spool.lastError === '' ? '' : `Its spool last reported: ${spool.lastError}.`;
}

function togetherWith(node: FleetNode, nodes: ReadonlyMap<string, FleetNode>): string {
  const lastMs = node.lastSeenMs ?? 0;
  const others: FleetNode[] = [];
  for (const other of nodes.values()) {
    if (other.nodeId === node.nodeId || (other.state !== 'silent' && other.state !== 'late') || other.lastSeenMs === null) continue;
    if (Math.abs(other.lastSeenMs - lastMs) <= TOGETHER_MS) others.push(other);
  }
  if (others.length === 0) return '';
  const shared = Object.entries(node.labels).filter(
    ([name, value]) => name !== 'latitude' && name !== 'longitude' && others.every((other) => other.labels[name] === value),
  );
  const words = shared.slice(0, 2).map(([name, value]) => `${name} ${value}`);
  const common = words.length === 0 ? '' : `, all of ${words.join(' and ')}`;
  return `${plural(others.length, 'other node')} fell silent within ${formatNumber(TOGETHER_MS / 1000)} s of it${common}.`;
}

function beforeIt(lastSeenMs: number, events: readonly NodeEvent[], nowMs: number): string {
  const last = events
    .filter(({ timeMs, kind }) => kind !== 'silent' && timeMs > lastSeenMs - BEFORE_MS && timeMs <= lastSeenMs + SLACK_MS)
    .sort((a, b) => b.timeMs - a.timeMs)[0];
  return last === undefined ? '' : `Last event, ${formatMoment(last.timeMs, nowMs)}: ${last.text || eventTitle(last)}.`;
}

/** The mark of a node that is silent now: nothing in the store can tell of it. */
export function silentNow(node: Pick<FleetNode, 'state' | 'lastSeenMs'>): NodeEvent[] {
  const { state, lastSeenMs } = node;
  if (lastSeenMs === null || (state !== 'silent' && state !== 'maintenance')) return [];
  const text = state === 'silent' ? 'Last sample: silent since' : 'Last sample: not heard since, under maintenance';
  return [{ timeMs: lastSeenMs, kind: 'silent', severity: state === 'silent' ? 'error' : 'info', text }];
}
