// The nodes that need a look: silent, late or quarantined. The window's title, its mark and two keys go by them.
import type { FleetNode, NodeStateName } from '../../common/fleet-node.ts';
import { STATE_ORDER } from '../widgets/state-mark.tsx';

const AILING: ReadonlySet<NodeStateName> = new Set(['silent', 'late', 'quarantined']);

export function countNotLive(counts: Readonly<Record<NodeStateName, number>>): number {
  let sum = 0;
  for (const state of AILING) sum += counts[state];
  return sum;
}

/** The next of them after `nodeId`, worst first and then by name, round and round; `step` -1 goes back. Undefined where there is none. */
export function nextNotLive(nodes: Iterable<FleetNode>, nodeId: string, step: 1 | -1): FleetNode | undefined {
  const ailing = [...nodes]
    .filter(({ state }) => AILING.has(state))
    .sort((a, b) => STATE_ORDER.indexOf(a.state) - STATE_ORDER.indexOf(b.state) || a.name.localeCompare(b.name, 'en', { numeric: true }));
  const at = ailing.findIndex((node) => node.nodeId === nodeId);
  if (at < 0) return step === 1 ? ailing[0] : ailing.at(-1);
  return ailing[(at + step + ailing.length) % ailing.length];
}

/** `All 61 live · 100 % complete · nothing changed for 12 min`, as far as each part is known. */
export function fleetVerdict(parts: {
  nodes: ReadonlyMap<string, FleetNode>;
  counts: Readonly<Record<NodeStateName, number>>;
  /** Undefined where it is not known. */
  completePercent: number | undefined;
  nowMs: number;
  age: (ms: number) => string;
}): string {
  const { nodes, counts, completePercent, nowMs, age } = parts;
  if (nodes.size === 0) return '';
  const others = STATE_ORDER.filter((state) => state !== 'live' && counts[state] > 0);
  const words = others.map((state) => `${counts[state].toLocaleString('en-US')} ${state.replace('_', ' ')}`);
  const live = counts.live.toLocaleString('en-US');
  const said =
    others.length === 0 ? [`All ${live} live`] : countNotLive(counts) === 0 ? [`${live} live`, ...words] : [...words, `${live} live`];
  const complete = completePercent === undefined ? [] : [`${shortPercent(completePercent)} % complete`];
  let changedMs = 0;
  for (const { stateSinceMs } of nodes.values()) changedMs = Math.max(changedMs, stateSinceMs ?? 0);
  const changed =
    changedMs === 0 ? [] : [nowMs - changedMs < 60_000 ? 'a state changed just now' : `no state changed for ${age(nowMs - changedMs)}`];
  return [said.join(', '), ...complete, ...changed].join(' · ');
}

/** Never rounded up to all. */
function shortPercent(percent: number): string {
  return percent === 100 ? '100' : (Math.floor(percent * 100) / 100).toFixed(2);
}
