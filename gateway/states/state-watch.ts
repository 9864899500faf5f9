// Which changes of state are recorded: each once, with when it became true, compared with what stands recorded. Pure; the recorder writes them.
import { STANDING_AFTER_MS, type StateWord } from '../../core/common/state-events.ts';
import { type StateSince, type Watched, type WatchedFacts, watchedState } from '../fleet/directory/node-state.ts';

/** What is asked of a node; `NodeRecord` has it. */
export interface WatchedNode extends WatchedFacts {
  nodeId: string;
  /** False once it was taken out of the fleet. */
  registered: boolean;
  problem: string;
}

/** What a row says of a node. */
type RowNode = Pick<WatchedNode, 'nodeId' | 'provenMs' | 'gateway' | 'problem'>;

/** One row of the history. */
export interface StateRow {
  nodeId: string;
  /** What it was before; undefined where nothing was recorded. */
  from: StateWord | undefined;
  to: StateWord;
  /** Unix ms: when it became so, by the definition of the state. */
  atMs: number;
  /** It was so before: written for those who look for the newest row of a node. */
  standing: boolean;
  /** Changes before this one that have no row of their own. */
  folded: number;
  /** Of the newest sample, Unix ms; 0 where none is known. */
  heardMs: number;
  /** That holds its stream; empty for none. */
  gateway: string;
  /** Of one in quarantine, and of one of which nothing is known: why. */
  problem: string;
}

/** The newest recorded row of a node. */
export interface Recorded {
  state: StateWord;
  atMs: number;
}

interface Noted extends Recorded {
  /** It was heard once, whatever it is now. */
  heard: boolean;
  /** When it was heard last as far as the record tells; of one that was late already, no later than that. */
  heardMs: number;
  /** Of the newest row, a standing one too. */
  rowMs: number;
  minuteMs: number;
  /** Rows since then. */
  rows: number;
  folded: number;
}

/** A node that changes more often has its further changes counted, and written as one when the minute is over. */
export const ROWS_A_MINUTE = 10;
const MINUTE_MS = 60_000;
const UNREGISTERED = 'the registry has no entry of it that can be read, and none that says it was removed';
const HEARD: ReadonlySet<StateWord> = new Set(['live', 'late', 'silent', 'idle']);

export class StateWatch {
  readonly #noted = new Map<string, Noted>();
  /** Nodes of which it is not known yet what they are. */
  readonly #open = new Set<string>();
  /** Nodes that the record alone has heard: nothing else tells when they become late or silent. */
  readonly #unproven = new Set<string>();
  /** Nodes with changes that wait for the end of their minute. */
  readonly #folding = new Set<string>();
  readonly #lostSince: Watched['lostSince'];
  #sinceMs: number;
  #sweep: Iterator<[string, Noted]> | undefined;

  /** `recorded` is what the store has, of nodes that were removed too. */
  constructor(recorded: ReadonlyMap<string, Recorded>, { sinceMs, lostSince }: Watched) {
    this.#sinceMs = sinceMs;
    this.#lostSince = lostSince;
    for (const [nodeId, { state, atMs }] of recorded) {
      this.#noted.set(nodeId, { state, atMs, heard: HEARD.has(state), heardMs: atMs, rowMs: atMs, minuteMs: 0, rows: 0, folded: 0 });
    }
  }

  /** Nodes that may be one or another. */
  get open(): ReadonlySet<string> {
    return this.#open;
  }

  /** Nodes whose quiet nobody else tells: the caller notes them anew each beat. */
  get unproven(): ReadonlySet<string> {
    return this.#unproven;
  }

  /** Whether something is recorded of the node. */
  has(nodeId: string): boolean {
    return this.#noted.has(nodeId);
  }

  /** What was sent before `sinceMs` may have been heard by nobody. The caller notes every node anew. */
  listenAnew(sinceMs: number): void {
    this.#sinceMs = sinceMs;
  }

  /** Nodes that stand in the record and are not `known`: those that were `removed` while nobody watched, and those of which nothing is known any more. */
  *missing(known: (nodeId: string) => boolean, removed: (nodeId: string) => boolean, nowMs: number): Generator<StateRow> {
    for (const [nodeId, { state }] of this.#noted) {
      if (state === 'removed' || known(nodeId)) continue;
      if (removed(nodeId)) yield* this.#remove(nodeId, nowMs);
      else if (state !== 'unknown')
        yield* this.#row({ nodeId, provenMs: 0, gateway: '', problem: UNREGISTERED }, 'unknown', nowMs, nowMs, false);
    }
  }

  /** The rows that follow from what a node is now: none, or one. */
  note(node: WatchedNode, nowMs: number): StateRow[] {
    const { nodeId } = node;
    if (!node.registered) return this.#remove(nodeId, nowMs);
    // Nobody is missed but machines and simulated ones: a source is live while rows of it are stored, and idle else.
    if (node.kind !== 'NODE_KIND_MACHINE' && node.kind !== 'NODE_KIND_SIMULATION') return [];
    const noted = this.#noted.get(nodeId);
    const facts = remembered(node, noted);
    const { longest, shortest } = watchedState(facts, nowMs, { sinceMs: this.#sinceMs, lostSince: this.#lostSince });
    const state = wordOf(longest);
    if (facts !== node && shortest.state !== 'NODE_STATE_SILENT') this.#unproven.add(nodeId);
    else this.#unproven.delete(nodeId);
    // Who was silent and is not back by now is taken for silent still.
    const isSame = noted?.state === state && shortest.state !== 'NODE_STATE_LIVE';
    if (longest.state !== shortest.state && !isSame) {
      this.#open.add(nodeId);
      return [];
    }
    this.#open.delete(nodeId);
    if (noted?.state === state && noted.folded === 0) return [];
    // Of one that was there before, and of which nothing is recorded, nobody knows since when it is so.
    const began = noted === undefined && node.enrolledMs < this.#sinceMs;
    return this.#row(node, state, began ? nowMs : Math.max(shortest.sinceMs, this.#sinceMs), nowMs, began);
  }

  /** Says of each node that is still open that nobody knows, from `nowMs` on. */
  giveUp(node: WatchedNode, nowMs: number): StateRow[] {
    if (this.#noted.get(node.nodeId)?.state === 'unknown') return [];
    const { nodeId, provenMs, gateway } = node;
    return this.#row({ nodeId, provenMs, gateway, problem: '' }, 'unknown', nowMs, nowMs, false);
  }

  /** Nodes whose minute is over: the caller notes them anew. */
  unfolded(nowMs: number): string[] {
    const ready: string[] = [];
    for (const nodeId of this.#folding) {
      const noted = this.#noted.get(nodeId);
      if (noted !== undefined && nowMs - noted.minuteMs < MINUTE_MS) continue;
      this.#folding.delete(nodeId);
      ready.push(nodeId);
    }
    return ready;
  }

  /** Ids of nodes whose newest row is old, of the next `most` that are looked at. */
  aged(nowMs: number, most: number): string[] {
    const found: string[] = [];
    this.#sweep ??= this.#noted.entries();
    for (let looked = 0; looked < most; looked++) {
      const next = this.#sweep.next();
      if (next.done) {
        this.#sweep = undefined;
        break;
      }
      const [nodeId, { state, rowMs }] = next.value;
      if (state !== 'removed' && nowMs - rowMs > STANDING_AFTER_MS) found.push(nodeId);
    }
    return found;
  }

  /** The row that says that a node is still what it was. */
  standing(node: WatchedNode, nowMs: number): StateRow[] {
    const noted = this.#noted.get(node.nodeId);
    if (noted === undefined || noted.folded > 0 || this.#open.has(node.nodeId) || nowMs <= newestOf(noted)) return [];
    noted.rowMs = nowMs;
    return [toRow(node, { from: noted.state, to: noted.state, atMs: nowMs, standing: true, folded: 0 })];
  }

  #remove(nodeId: string, nowMs: number): StateRow[] {
    const noted = this.#noted.get(nodeId);
    this.#open.delete(nodeId);
    this.#unproven.delete(nodeId);
    this.#folding.delete(nodeId);
    this.#noted.delete(nodeId);
    if (noted === undefined || noted.state === 'removed') return [];
    const change = {
      from: noted.state,
      to: 'removed',
      atMs: Math.max(nowMs, newestOf(noted) + 1),
      standing: false,
      folded: noted.folded,
    } as const;
    return [toRow({ nodeId, provenMs: 0, gateway: '', problem: '' }, change)];
  }

  #row(node: RowNode, to: StateWord, becameMs: number, nowMs: number, standing: boolean): StateRow[] {
    const { nodeId } = node;
    const noted = this.#noted.get(nodeId);
    // Who asks for the newest row of a node finds this one, whatever was said of it before.
    const atMs = noted === undefined ? becameMs : Math.max(becameMs, newestOf(noted) + 1);
    const sameMinute = noted !== undefined && nowMs - noted.minuteMs < MINUTE_MS;
    if (noted !== undefined && sameMinute && noted.rows >= ROWS_A_MINUTE) {
      // Its state stays what was written last, so that the change that comes out of it all is found.
      noted.folded++;
      this.#folding.add(nodeId);
      return [];
    }
    // The last of those that were folded is this one.
    const folded = Math.max(0, (noted?.folded ?? 0) - 1);
    this.#noted.set(nodeId, {
      ...{
        state: to,
        atMs,
        heard: HEARD.has(to) || noted?.heard === true,
        heardMs: noted === undefined || to === 'live' ? atMs : noted.heardMs,
        rowMs: atMs,
        folded: 0,
      },
      ...(sameMinute ? { minuteMs: noted.minuteMs, rows: noted.rows + 1 } : { minuteMs: nowMs, rows: 1 }),
    });
    return [toRow(node, { from: noted?.state, to, atMs, standing, folded })];
  }
}

/** When the newest row of a node stands, one without a change too. */
function newestOf({ atMs, rowMs }: Noted): number {
  return Math.max(atMs, rowMs);
}

/** Who is recorded as heard once is not "never seen", though the ledger has nothing of it any more, or not yet. */
function remembered(node: WatchedNode, noted: Noted | undefined): WatchedFacts {
  if (noted?.heard !== true || (node.sampled && node.provenMs > 0)) return node;
  return { ...node, sampled: true, provenMs: node.provenMs || noted.heardMs };
}

function wordOf({ state }: StateSince): StateWord {
  return state.slice('NODE_STATE_'.length).toLowerCase() as StateWord;
}

function toRow(
  { nodeId, provenMs, gateway, problem }: RowNode,
  change: Pick<StateRow, 'from' | 'to' | 'atMs' | 'standing' | 'folded'>,
): StateRow {
  return { nodeId, ...change, heardMs: provenMs, gateway, problem: change.to === 'quarantined' || change.to === 'unknown' ? problem : '' };
}
