// All nodes of the fleet as last heard, fed by one subscription; snapshots for React at most four times a second.
import { stateUnderMaintenance } from '../../../core/common/maintenance.ts';
import type { NodesEvent } from '../../common/console-api.ts';
import type { FleetNode, NodeStateName } from '../../common/fleet-node.ts';
import { formatMoment } from '../widgets/format.ts';
import type { CpuTrends } from './cpu-trends.ts';
import { FleetTally, type NodeTest } from './fleet-tally.ts';
import { GatewayClock } from './gateway-clock.ts';
import type { Painter } from './painter.ts';
import { Store } from './store.ts';

const PUBLISH_APART_MS = 250;
/** An update of a large fleet comes in parts, right after each other: they show together. */
const GATHER_MS = 40;

const SENT_AGAIN = 'yet: the gateway is sending the states again';

export type StateCounts = Readonly<Record<NodeStateName, number>>;

/** `nodes` is shared and goes on changing: a snapshot is another when its `version` is. */
export interface FleetSnapshot {
  version: number;
  nodes: ReadonlyMap<string, FleetNode>;
  counts: StateCounts;
  /** Another one where some node has other labels, or is another machine than before: what choices are made of. */
  described: number;
  /** Whether the whole fleet was received at least once. */
  complete: boolean;
  /** By the gateway's clock; 0 before the first answer. */
  asOfMs: number;
  /** Why this is not of now though the gateway is connected, as it follows "not known"; empty where it is of now. */
  outdated: string;
}

export const NO_COUNTS: StateCounts = { live: 0, late: 0, silent: 0, maintenance: 0, never_seen: 0, quarantined: 0, unknown: 0, idle: 0 };

export class FleetStore {
  readonly snapshot = new Store<FleetSnapshot>({
    version: 0,
    described: 0,
    nodes: new Map(),
    counts: NO_COUNTS,
    complete: false,
    asOfMs: 0,
    outdated: '',
  });
  readonly #nodes = new Map<string, FleetNode>();
  /** Nodes under maintenance as the gateway sent them: it ends by the clock, without a word of theirs. */
  readonly #held = new Map<string, FleetNode>();
  readonly #tallies = new Map<NodeTest, FleetTally>();
  readonly #painter: Painter;
  readonly #trends: CpuTrends;
  /** Ids named since an answer began; undefined while none is under way. */
  #named: Set<string> | undefined;
  #complete = false;
  #asOfMs = 0;
  #outdated = '';
  /** Since when no states come though the gateway is there; empty where they do. */
  #interrupted = '';
  #refused = '';
  readonly #clock = new GatewayClock();
  #version = 0;
  #described = 0;
  #gathering: ReturnType<typeof setTimeout> | undefined;

  constructor(painter: Painter, trends: CpuTrends) {
    this.#painter = painter;
    this.#trends = trends;
  }

  /** The gateway's clock, going on from its last word. */
  now(): number {
    return this.#clock.now();
  }

  /** How many nodes are so, from now on; one tally for each test, which is to be made once. */
  tally(holds: NodeTest): FleetTally {
    let tally = this.#tallies.get(holds);
    if (tally === undefined) {
      tally = new FleetTally(holds, this.#nodes.values());
      this.#tallies.set(holds, tally);
    }
    return tally;
  }

  /** Nobody asks for that tally any more. */
  release(holds: NodeTest): void {
    this.#tallies.delete(holds);
  }

  /** The gateway is gone: its next whole answer tells how the nodes are, and nothing before it does. */
  lost(): void {
    if (this.#asOfMs === 0 || this.#outdated === SENT_AGAIN) return;
    this.#outdated = SENT_AGAIN;
    this.#painter.request(this.#publish, 0);
  }

  /** Nothing of the nodes will come any more, for this reason. */
  refused(reason: string): void {
    this.#refused = `any more: ${reason}`;
    this.#painter.request(this.#publish, 0);
  }

  readonly receive = (event: NodesEvent): void => {
    if (event.interrupted !== undefined) {
      // The first one says since when.
      if (this.#interrupted === '') this.#interrupted = this.#asOfMs === 0 ? 'yet' : `since ${formatMoment(this.#asOfMs, this.now())}`;
      this.#outdated = `${this.#interrupted}: the gateway sends no states (${event.interrupted})`;
      this.#painter.request(this.#publish, 0);
      return;
    }
    if (event.begins) {
      this.#named = new Set();
      this.#trends.begin();
    }
    this.#clock.hear(event);
    for (const sent of event.nodes) {
      const node = this.#shown(sent, event.asOfMs + event.heardMs);
      this.#named?.add(node.nodeId);
      const before = this.#nodes.get(node.nodeId);
      // Where only numbers moved, the labels are the same object.
      if (before === undefined || before.labels !== node.labels) this.#described++;
      this.#put(node);
      const { values } = node;
      if (values !== null && values.cpuPercent !== null && before?.values?.timeMs !== values.timeMs) {
        this.#trends.add(node.nodeId, node.lastSeenMs ?? event.asOfMs, values.cpuPercent);
      }
    }
    for (const id of event.removed) this.#remove(id);
    const first = !this.#complete;
    if (event.complete) {
      if (this.#named !== undefined) for (const id of this.#nodes.keys()) if (!this.#named.has(id)) this.#remove(id);
      this.#named = undefined;
      this.#complete = true;
      this.#outdated = '';
      this.#interrupted = '';
    }
    this.#asOfMs = event.asOfMs;
    if (first) this.#painter.request(this.#publish, event.complete ? 0 : PUBLISH_APART_MS);
    else this.#gathering ??= setTimeout(this.#gathered, GATHER_MS);
  };

  readonly #gathered = (): void => {
    this.#gathering = undefined;
    this.#painter.request(this.#publish, PUBLISH_APART_MS);
  };

  #shown(sent: FleetNode, nowMs: number): FleetNode {
    const state = stateUnderMaintenance(sent.state, sent.labels, nowMs);
    if (state === sent.state) {
      this.#held.delete(sent.nodeId);
      return sent;
    }
    this.#held.set(sent.nodeId, sent);
    return { ...sent, state };
  }

  #put(node: FleetNode): void {
    this.#nodes.set(node.nodeId, node);
    for (const tally of this.#tallies.values()) tally.put(node);
  }

  #remove(id: string): void {
    for (const tally of this.#tallies.values()) tally.remove(id);
    if (this.#nodes.delete(id)) this.#described++;
    this.#held.delete(id);
    this.#trends.remove(id);
  }

  readonly #publish = (): void => {
    for (const sent of this.#held.values()) {
      const node = this.#shown(sent, this.now());
      if (node === sent) this.#put(sent);
    }
    const counts = { ...NO_COUNTS };
    for (const node of this.#nodes.values()) counts[node.state]++;
    this.#version++;
    this.snapshot.set({
      version: this.#version,
      described: this.#described,
      nodes: this.#nodes,
      counts,
      complete: this.#complete,
      asOfMs: this.#asOfMs,
      outdated: this.#refused || this.#outdated,
    });
  };
}
