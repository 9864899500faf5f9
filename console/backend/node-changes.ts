// Which nodes fell silent or came back, gathered into few notifications. Pure: it is told what came, and asked what to say.
import { stateUnderMaintenance } from '../../core/common/maintenance.ts';
import type { NodesEvent } from '../common/console-api.ts';
import type { FleetNode, NodeStateName } from '../common/fleet-node.ts';
import type { ChangeNote } from '../host/backend-message.ts';
import { NodeFlaps } from './node-flaps.ts';

const NAMES_SHOWN = 5;
/** Of a storm only the first are named; all are counted. */
const MAX_PENDING = 1000;
/** How often the note of those that flap is renewed, at most. */
const FLAPS_APART_MS = 10 * 60_000;

interface Change {
  nodeId: string;
  name: string;
  silent: boolean;
}

interface Known {
  name: string;
  state: NodeStateName;
}

export class NodeChanges {
  readonly #now: () => number;
  readonly #known = new Map<string, Known>();
  /** Late or silent nodes under maintenance: it ends by the clock, without a word of theirs. */
  readonly #held = new Map<string, FleetNode>();
  readonly #pending = new Map<string, Change>();
  readonly #flaps = new NodeFlaps();
  #flapsToldMs = Number.NEGATIVE_INFINITY;
  #flapsTold = 0;
  #uncounted = 0;
  /** False until a whole answer was heard since the console was away: what changed meanwhile is no news. */
  #settled = false;
  /** Ids named since an answer began; undefined while none is under way. */
  #named: Set<string> | undefined;

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /** Another stream of the same fleet begins anew too: what it says is compared with what was known. */
  receive({ begins, complete, nodes, removed }: NodesEvent): void {
    if (begins) {
      this.#named = new Set();
      if (!this.#settled) this.#known.clear();
    }
    for (const nodeId of removed) this.#remove(nodeId);
    for (const node of nodes) {
      this.#named?.add(node.nodeId);
      this.#note(node);
    }
    for (const node of [...this.#held.values()]) this.#note(node);
    if (complete) {
      if (this.#named !== undefined) for (const id of this.#known.keys()) if (!this.#named.has(id)) this.#remove(id);
      // Only what began after the console was away is whole.
      this.#settled ||= this.#named !== undefined;
      this.#named = undefined;
    }
    for (const nodeId of this.#flaps.settle(this.#now())) this.#tell(nodeId, this.#known.get(nodeId)?.name ?? nodeId, true);
    // Fewer are no news, and more than then are.
    this.#flapsTold = Math.min(this.#flapsTold, this.#flaps.size);
  }

  /** The console lost its gateway: what it hears next begins anew. */
  forget(): void {
    this.#settled = false;
    this.#named = undefined;
    this.#held.clear();
    this.#pending.clear();
    this.#flaps.clear();
    this.#uncounted = 0;
  }

  get counts(): Partial<Record<NodeStateName, number>> {
    const counts: Partial<Record<NodeStateName, number>> = {};
    for (const { state } of this.#known.values()) counts[state] = (counts[state] ?? 0) + 1;
    return counts;
  }

  get pending(): boolean {
    return this.#pending.size > 0 || this.#flapsDue;
  }

  /** What there is to say of all that is pending, which is then said. Silent ones before those that are back. */
  take(): ChangeNote[] {
    const all = [...this.#pending.values()];
    const uncounted = this.#uncounted;
    this.#pending.clear();
    this.#uncounted = 0;
    const silent = all.filter((change) => change.silent);
    const back = all.filter((change) => !change.silent);
    return [...noteOf(silent, uncounted, 'silent'), ...noteOf(back, 0, 'back'), ...this.#flapNote()];
  }

  #note(node: FleetNode): void {
    const before = this.#known.get(node.nodeId)?.state;
    const state = stateUnderMaintenance(node.state, node.labels, this.#now());
    if (state === 'maintenance') this.#held.set(node.nodeId, node);
    else this.#held.delete(node.nodeId);
    this.#known.set(node.nodeId, { name: node.name, state });
    if (!this.#settled || before === undefined || before === state) return;
    const fell = state === 'silent';
    const rose = before === 'silent' && state === 'live';
    if (!fell && !rose) return;
    if (this.#flaps.changed(node.nodeId, fell, this.#now())) this.#pending.delete(node.nodeId);
    else this.#tell(node.nodeId, node.name, fell);
  }

  #tell(nodeId: string, name: string, silent: boolean): void {
    // There and back before anybody was told: nothing to tell.
    if (this.#pending.get(nodeId)?.silent === !silent) this.#pending.delete(nodeId);
    else if (this.#pending.size < MAX_PENDING) this.#pending.set(nodeId, { nodeId, name, silent });
    else if (silent) this.#uncounted++;
  }

  #remove(nodeId: string): void {
    this.#known.delete(nodeId);
    this.#held.delete(nodeId);
    this.#pending.delete(nodeId);
    this.#flaps.remove(nodeId);
  }

  get #flapsDue(): boolean {
    return this.#flaps.size > this.#flapsTold && this.#now() - this.#flapsToldMs >= FLAPS_APART_MS;
  }

  #flapNote(): ChangeNote[] {
    if (!this.#flapsDue) return [];
    this.#flapsToldMs = this.#now();
    this.#flapsTold = this.#flaps.size;
    const names = [...this.#flaps.ids()].map((nodeId) => this.#known.get(nodeId)?.name ?? nodeId);
    return [
      {
        kind: 'flapping',
        title: names.length === 1 ? `${names[0]} keeps falling silent` : `${names.length} nodes keep falling silent`,
        body: `${listed(names, names.length)} ${names.length === 1 ? 'keeps' : 'keep'} going silent and coming back. Further changes are not notified one by one.`,
        fragment: '#/fleet',
      },
    ];
  }
}

function noteOf(changes: readonly Change[], uncounted: number, kind: 'silent' | 'back'): ChangeNote[] {
  const [first] = changes;
  if (first === undefined) return [];
  const count = changes.length + uncounted;
  if (count === 1) {
    return [
      {
        kind,
        title: kind === 'silent' ? `${first.name} is silent` : `${first.name} is back`,
        body: kind === 'silent' ? 'The gateway hears nothing of it: check the network or its agent.' : 'Its samples come in again.',
        fragment: `#/node/${encodeURIComponent(first.nodeId)}`,
      },
    ];
  }
  return [
    {
      kind,
      title: kind === 'silent' ? `${count} nodes are silent` : `${count} nodes are back`,
      body: listed(
        changes.map(({ name }) => name),
        count,
      ),
      fragment: kind === 'silent' ? '#/fleet?filter=state%3Asilent' : '#/fleet',
    },
  ];
}

/** `a, b and 7 more`. */
function listed(names: readonly string[], count: number): string {
  const shown = names.slice(0, NAMES_SHOWN);
  return `${shown.join(', ')}${count > shown.length ? ` and ${count - shown.length} more` : ''}`;
}
