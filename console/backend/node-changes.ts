// Which nodes fell silent or came back, gathered into few notifications. Pure: it is told what came, and asked what to say.
import { stateUnderMaintenance } from '../../core/common/maintenance.ts';
import type { NodesEvent } from '../common/console-api.ts';
import type { FleetNode, NodeStateName } from '../common/fleet-node.ts';
import type { ChangeNote } from '../host/backend-message.ts';

const NAMES_SHOWN = 5;
/** Of a storm only the first are named; all are counted. */
const MAX_PENDING = 1000;

export class NodeChanges {
  readonly #now: () => number;
  readonly #states = new Map<string, NodeStateName>();
  /** Late or silent nodes under maintenance: it ends by the clock, without a word of theirs. */
  readonly #held = new Map<string, FleetNode>();
  readonly #pending = new Map<string, { node: FleetNode; silent: boolean }>();
  #uncounted = 0;
  /** False while an answer that begins anew is under way: the console was away, and what changed meanwhile is no news. */
  #settled = false;

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  receive({ begins, complete, nodes, removed }: NodesEvent): void {
    if (begins) {
      this.#settled = false;
      this.#states.clear();
      this.#held.clear();
      this.#pending.clear();
      this.#uncounted = 0;
    }
    for (const nodeId of removed) {
      this.#states.delete(nodeId);
      this.#held.delete(nodeId);
      this.#pending.delete(nodeId);
    }
    for (const node of nodes) this.#note(node);
    for (const node of [...this.#held.values()]) this.#note(node);
    if (complete) this.#settled = true;
  }

  /** The console lost its gateway: what it hears next begins anew. */
  forget(): void {
    this.#settled = false;
    this.#pending.clear();
    this.#uncounted = 0;
  }

  get counts(): Partial<Record<NodeStateName, number>> {
    const counts: Partial<Record<NodeStateName, number>> = {};
    for (const state of this.#states.values()) counts[state] = (counts[state] ?? 0) + 1;
    return counts;
  }

  get pending(): boolean {
    return this.#pending.size > 0;
  }

  /** What there is to say of all that is pending, which is then said. Silent ones before those that are back. */
  take(): ChangeNote[] {
    const all = [...this.#pending.values()];
    const uncounted = this.#uncounted;
    this.#pending.clear();
    this.#uncounted = 0;
    const silent = all.filter((change) => change.silent).map(({ node }) => node);
    const back = all.filter((change) => !change.silent).map(({ node }) => node);
    return [...noteOf(silent, uncounted, 'silent'), ...noteOf(back, 0, 'back')];
  }

  #note(node: FleetNode): void {
    const before = this.#states.get(node.nodeId);
    const state = stateUnderMaintenance(node.state, node.labels, this.#now());
    if (state === 'maintenance') this.#held.set(node.nodeId, node);
    else this.#held.delete(node.nodeId);
    this.#states.set(node.nodeId, state);
    if (!this.#settled || before === undefined || before === state) return;
    const fell = state === 'silent';
    const rose = before === 'silent' && state === 'live';
    if (!fell && !rose) return;
    // There and back before anybody was told: nothing to tell.
    if (this.#pending.get(node.nodeId)?.silent === !fell) this.#pending.delete(node.nodeId);
    else if (this.#pending.size < MAX_PENDING) this.#pending.set(node.nodeId, { node, silent: fell });
    else if (fell) this.#uncounted++;
  }
}

function noteOf(nodes: readonly FleetNode[], uncounted: number, kind: 'silent' | 'back'): ChangeNote[] {
  const [first] = nodes;
  if (first === undefined) return [];
  const count = nodes.length + uncounted;
  if (count === 1) {
    return [
      {
        title: kind === 'silent' ? `${first.name} is silent` : `${first.name} is back`,
        body: kind === 'silent' ? 'The gateway hears nothing of it: check the network or its agent.' : 'Its samples come in again.',
        fragment: `#/node/${encodeURIComponent(first.nodeId)}`,
      },
    ];
  }
  const names = nodes.slice(0, NAMES_SHOWN).map(({ name }) => name);
  return [
    {
      title: kind === 'silent' ? `${count} nodes are silent` : `${count} nodes are back`,
      body: `${names.join(', ')}${count > names.length ? ` and ${count - names.length} more` : ''}`,
      fragment: kind === 'silent' ? '#/fleet?filter=state%3Asilent' : '#/fleet',
    },
  ];
}
