// Proves from the ledger that nothing acknowledged was lost or doubled. Collects; the judgement is core/common/ledger.ts.
import { setTimeout as delay } from 'node:timers/promises';
import type { NatsConnection } from 'nats';
import { doorOf } from '../../../core/common/door-epoch.ts';
import { type LedgerEpoch, type Reconciliation, type RowCount, reconcile } from '../../../core/common/ledger.ts';
import { highest, type SeqRange } from '../../../core/common/ledger-ranges.ts';
import { MusterError } from '../../../core/common/muster-error.ts';
import { isMachine } from '../../../core/common/node-kind.ts';
import type { EtlStatus } from '../../../core/common/streams.ts';
import { assertVerifyWait, DEFAULT_VERIFY_WAIT_MS, VERIFY_LOOK_MS } from '../../../core/common/verify-wait.ts';
import type { LedgerHole, VerifyRequest, VerifyResponse } from '../../../proto/gen/messages.ts';
import { answerWithin } from '../../access/answer-bound.ts';
import type { Directory } from '../directory/directory.ts';
import { toTimestamp } from '../directory/node-record.ts';
import type { ReadDatabase } from '../query/read-database.ts';
import { type EpochSums, LedgerReader, type Scope, type StoredNumbers } from './ledger-reader.ts';
import { epochKey, readBacklog, type StreamBacklog } from './stream-backlog.ts';

export interface VerifierOptions {
  connection: NatsConnection;
  database: Pick<ReadDatabase, 'rows'>;
  directory: Pick<Directory, 'nodes' | 'get' | 'find'>;
  /** What the ETL says of itself; undefined where none has reported. */
  etlStatus(): Promise<Pick<EtlStatus, 'telemetryTtlDays'> | undefined>;
  /** How long an account may be read beside the wait that a caller asks for, default 100 s. */
  lookWithinMs?: number;
}

const BETWEEN_PASSES_MS = 300;
const APPLY_WAIT_MS = 10_000;
const LEDGER_TABLES = ['deliveries', 'drops'];
const MAX_HOLES = 1000;
const HOUR_US = 3_600_000_000;
const DAY_US = 24 * HOUR_US;

/** What a node said of its spool. */
interface SpoolSaid {
  nodeId: string;
  epoch: string;
  oldest: number;
  next: number;
  connected: boolean;
}

interface Pass {
  account: Reconciliation;
  ledgerRows: number;
  tableRows: number;
  badRows: number;
  nodes: { nodes: number; machines: number; sources: number };
  repeated: LedgerHole[];
  /** Unix µs: rows of older batches were not compared; 0 where all were. */
  rowsSinceUs: number;
  /** Rows of which nobody looked whether tables lack them. */
  uncomparedRows: number;
  /** Nothing is on its way that the wait could still bring home. */
  settled: boolean;
}

export class Verifier {
  readonly #options: VerifierOptions;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(options: VerifierOptions) {
    this.#options = options;
  }

  /**
   * Looks until the account is clean and what was in flight at the start is stored, at most `wait_ms`; the last look is the answer.
   * Only numbers known at the start are judged, so that a busy fleet comes to an end. One at a time: it reads whole tables.
   */
  verify(request: VerifyRequest): Promise<VerifyResponse> {
    const waitMs = request.waitMs || DEFAULT_VERIFY_WAIT_MS;
    assertVerifyWait(waitMs);
    const nodeId = this.#idOf(request.nodeId);
    const result = this.#turn.then(() => this.#verify(nodeId, waitMs));
    this.#turn = result.catch(() => {
      // Whoever asked is told; the next one has a question of its own.
    });
    return result;
  }

  /** The ledger knows nodes that are no longer in the fleet, and Muster's own parts: what is not found is taken for an id. */
  #idOf(idOrName: string): string {
    if (idOrName === '') return '';
    try {
      return this.#options.directory.find(idOrName).nodeId;
    } catch (error) {
      if (error instanceof MusterError && error.code === 'not_found') return idOrName;
      throw error;
    }
  }

  /** Throws `deadline_exceeded`, with what the last whole look said, where the account cannot be read to its end in time. */
  async #verify(nodeId: string, waitMs: number): Promise<VerifyResponse> {
    const { database, lookWithinMs = VERIFY_LOOK_MS } = this.#options;
    const untilMs = performance.now() + waitMs + lookWithinMs;
    const left = (): number => Math.max(1, Math.ceil(untilMs - performance.now()));
    const ledger = new LedgerReader({ rows: (sql) => database.rows(sql, left()) });
    let last: { pass: Pass; atMs: number } | undefined;
    const look = async (): Promise<VerifyResponse> => {
      const deadlineMs = Date.now() + waitMs;
      const bounds = await this.#bounds(ledger, nodeId);
      // Throws where the fleet does not know it either: of nobody's batches none is missing.
      if (nodeId !== '' && bounds.size === 0) this.#options.directory.find(nodeId);
      for (;;) {
        const pass = await this.#pass(ledger, nodeId, bounds);
        if (pass.settled || Date.now() + BETWEEN_PASSES_MS > deadlineMs) return toResponse(pass);
        last = { pass, atMs: Date.now() };
        await delay(BETWEEN_PASSES_MS);
      }
    };
    try {
      return await answerWithin(left(), 'Verify', look);
    } catch (error) {
      if (!(error instanceof MusterError && error.code === 'deadline_exceeded')) throw error;
      const known = last === undefined ? 'nothing is known yet' : wordsOf(last.pass, last.atMs);
      const words = `the account could not be read to its end within ${Math.round((waitMs + lookWithinMs) / 1000)} s: ${known}; ask for one node, or look at muster pipeline`;
      throw new MusterError('deadline_exceeded', words, error);
    }
  }

  /** The largest number of each epoch that is known now: said by a spool, in the stream, or in the ledger. */
  async #bounds(ledger: LedgerReader, nodeId: string): Promise<Map<string, number>> {
    const bounds = new Map<string, number>();
    const know = (key: string, last: number): unknown => bounds.set(key, Math.max(bounds.get(key) ?? 0, last));
    for (const [key, spool] of this.#spools(nodeId)) know(key, spool.next - 1);
    const { ranges } = await readBacklog(this.#options.connection);
    for (const [key, inStream] of ranges) if (nodeId === '' || key.startsWith(epochKey(nodeId, ''))) know(key, highest(inStream));
    await ledger.untilApplied(LEDGER_TABLES, Date.now() + APPLY_WAIT_MS);
    for (const [key, last] of await ledger.lastNumbers(nodeId)) know(key, last);
    return bounds;
  }

  #spools(nodeId: string): Map<string, SpoolSaid> {
    const spools = new Map<string, SpoolSaid>();
    for (const node of this.#options.directory.nodes()) {
      if (!node.spool || (nodeId !== '' && node.nodeId !== nodeId)) continue;
      const epoch = Buffer.from(node.spool.epoch).toString('hex');
      const { oldestSeq: oldest, nextSeq: next } = node.spool;
      spools.set(epochKey(node.nodeId, epoch), { nodeId: node.nodeId, epoch, oldest, next, connected: node.gateway !== '' });
    }
    return spools;
  }

  /**
   * The order is the proof. A number that left its spool before `spools` was read is in the stream or in the ledger from then on, and
   * whatever leaves the stream unseen is in the ledger when that is read after it. Rows counted lie between the ledger read before and the one
   * read after plus what the ETL had in hand: at rest these are the same number.
   */
  async #pass(ledger: LedgerReader, nodeId: string, bounds: ReadonlyMap<string, number>): Promise<Pass> {
    const spools = this.#spools(nodeId);
    const tables = await ledger.telemetryTables();
    const cutUs = await this.#expiryCutUs(ledger, tables);
    const rowsCutUs = await this.#rowsCutUs(ledger, tables, cutUs);
    const scope: Scope = { nodeId, sinceUs: rowsCutUs };
    // A batch made just after the cut may have rows from just before it.
    const sure = rowsCutUs === 0 ? scope : { nodeId, sinceUs: rowsCutUs + HOUR_US };
    const young = rowsCutUs > cutUs ? await ledger.agentRows(sure) : undefined;
    const surely = young?.agents ?? (await ledger.storedRows(sure, 'least'));
    await ledger.untilApplied(tables, Date.now() + APPLY_WAIT_MS);
    const counted = await ledger.countRows(tables, scope);
    const backlog = await readBacklog(this.#options.connection);
    await ledger.untilApplied(LEDGER_TABLES, Date.now() + APPLY_WAIT_MS);
    const possibly = await ledger.storedRows(scope);
    const all = await ledger.epochs(nodeId);
    const drops = await ledger.drops(nodeId);
    const stored = await ledger.storedNumbers(all.values());
    const epochs = toEpochs({ bounds, spools, all, stored, backlog, drops, cutUs });
    // What came by a door to a version that did not look for rows of the same key may have been sent twice, under two numbers: its rows are fewer
    // than the ledger's sum then, and none is missing. A replayed dead letter may be a batch that was stored but for some rows: so many rows of its
    // node, and no more, may be there already. Sums of agents alone hold nothing of that.
    for (const { nodeId: node, epoch, storedRows, ownRows, uncompared } of young === undefined ? all.values() : []) {
      const door = doorOf(epoch);
      if (door === undefined) continue;
      // Restored rows were counted when they came first, and had left the tables since.
      const twice = door === 'restore' ? ownRows : uncompared > 0 && door === 'replay' ? storedRows : 0;
      if (twice > 0) surely.set(node, Math.max(0, (surely.get(node) ?? 0) - twice));
      else if (uncompared > 0) surely.delete(node);
    }
    const rows = toRowCounts(surely, possibly, counted, backlog.handedOutRows);
    const account = reconcile({ epochs, rows });
    return {
      account,
      ledgerRows: rows.reduce((sum, row) => sum + row.ledger, 0),
      tableRows: rows.reduce((sum, row) => sum + row.counted, 0),
      badRows: [...all.values()].reduce((sum, { badRows }) => sum + badRows, 0),
      nodes: countKinds(new Set(epochs.map((epoch) => epoch.nodeId)), (id) => this.#options.directory.get(id)),
      repeated: toRepeated(stored),
      rowsSinceUs: sure.sinceUs,
      uncomparedRows: young?.doorRows ?? 0,
      settled: isSettled(account, epochs, spools),
    };
  }

  /**
   * Tables lose their oldest days by their TTL, the ledger too, but not at the same moment. Where anything is so old that this may have
   * begun, only what is younger than two days above that horizon is compared; 0 means that nothing can have expired yet.
   */
  async #expiryCutUs(ledger: LedgerReader, tables: readonly string[]): Promise<number> {
    const timeToLiveUs = await ledger.timeToLiveUs();
    if (timeToLiveUs === 0) return 0;
    const horizonUs = Date.now() * 1000 - timeToLiveUs;
    const cutUs = (Math.floor(horizonUs / DAY_US) + 2) * DAY_US;
    return (await ledger.oldestUs([...tables, 'deliveries'])) < cutUs ? cutUs : 0;
  }

  /**
   * The same for rows where a table keeps them for less time than the ledger has its own. The database removes what is older than the time to live, by the
   * newest row, which may be an hour ahead. Tables with cold files have no time to live: their rows leave by that of the ETL.
   */
  async #rowsCutUs(ledger: LedgerReader, tables: readonly string[], cutUs: number): Promise<number> {
    const { telemetryTtlDays = Number.POSITIVE_INFINITY } = (await this.#options.etlStatus()) ?? {};
    const shortestUs = Math.min(telemetryTtlDays * DAY_US, await ledger.shortestTtlUs(tables));
    const ledgerUs = await ledger.timeToLiveUs();
    if (shortestUs === Number.POSITIVE_INFINITY || (ledgerUs !== 0 && shortestUs >= ledgerUs)) return cutUs;
    const rowsUs = (Math.floor((Date.now() * 1000 - shortestUs) / HOUR_US) + 2) * HOUR_US;
    return (await ledger.oldestUs([...tables, 'deliveries'])) < rowsUs ? Math.max(cutUs, rowsUs) : cutUs;
  }
}

interface Collected {
  bounds: ReadonlyMap<string, number>;
  spools: ReadonlyMap<string, SpoolSaid>;
  all: ReadonlyMap<string, EpochSums>;
  stored: ReadonlyMap<string, StoredNumbers>;
  backlog: StreamBacklog;
  drops: ReadonlyMap<string, LedgerEpoch['dropped']>;
  cutUs: number;
}

function toEpochs({ bounds, spools, all, stored, backlog, drops, cutUs }: Collected): LedgerEpoch[] {
  // In one order, so that two answers can be compared: the database gives its groups in any.
  return [...bounds.keys()].sort().map((key) => {
    const bound = bounds.get(key) as number;
    const [nodeId = '', epoch = ''] = key.split(' ');
    const spool = spools.get(key);
    const sums = all.get(key);
    const clip = <R extends SeqRange>(ranges: readonly R[] = []): R[] =>
      ranges.filter(({ first }) => first <= bound).map((range) => ({ ...range, last: Math.min(range.last, bound) }));
    return {
      nodeId,
      epoch,
      // An epoch that began before the cut may have lost its first ledger rows to the TTL.
      ...(sums !== undefined && sums.oldestUs < cutUs ? { from: sums.first } : {}),
      ...(spool === undefined ? {} : { spool: { oldest: Math.min(spool.oldest, bound + 1), next: Math.min(spool.next, bound + 1) } }),
      next: bound + 1,
      stored: clip([...(stored.get(key)?.repeated ?? []), ...(stored.get(key)?.runs ?? [])]),
      inStream: clip(backlog.ranges.get(key)),
      dropped: clip(drops.get(key)),
    };
  });
}

/** A count between the bounds is right; one outside differs from the nearer bound. */
function toRowCounts(
  least: ReadonlyMap<string, number>,
  most: ReadonlyMap<string, number>,
  counted: ReadonlyMap<string, number>,
  handedOut: ReadonlyMap<string, number>,
): RowCount[] {
  return [...new Set([...most.keys(), ...counted.keys()])].map((nodeId) => {
    const count = counted.get(nodeId) ?? 0;
    const from = least.get(nodeId) ?? 0;
    const to = (most.get(nodeId) ?? 0) + (handedOut.get(nodeId) ?? 0);
    return { scope: nodeId, ledger: Math.min(Math.max(count, from), to), counted: count };
  });
}

function toRepeated(stored: ReadonlyMap<string, StoredNumbers>): LedgerHole[] {
  return [...stored.keys()].sort().flatMap((key) => {
    const [nodeId = '', epoch = ''] = key.split(' ');
    return (stored.get(key)?.repeated ?? []).map((range) => toHole({ nodeId, epoch, ...range }, 'has more than one row in the ledger'));
  });
}

/** What is not in the fleet is neither machine nor source. */
export function countKinds(
  nodeIds: ReadonlySet<string>,
  find: (nodeId: string) => { kind: string } | undefined,
): { nodes: number; machines: number; sources: number } {
  const known = [...nodeIds].flatMap((id) => find(id) ?? []);
  const machines = known.filter(isMachine).length;
  return { nodes: nodeIds.size, machines, sources: known.length - machines };
}

function isSettled(account: Reconciliation, epochs: readonly LedgerEpoch[], spools: ReadonlyMap<string, SpoolSaid>): boolean {
  if (account.lost + account.undecided + account.doubled + account.missing + account.inFlight > 0) return false;
  // What a node holds that is away cannot be waited for.
  const connected = epochs.filter(({ nodeId, epoch }) => spools.get(epochKey(nodeId, epoch))?.connected === true);
  return reconcile({ epochs: connected, rows: [] }).inSpools === 0;
}

function wordsOf({ account: { stored, lost, doubled, missing, undecided, inFlight } }: Pass, atMs: number): string {
  const seconds = Math.round((Date.now() - atMs) / 1000);
  return `${seconds} s ago ${stored} batches were stored, ${lost} lost, ${undecided} not found yet, ${inFlight} in flight, ${doubled} rows doubled and ${missing} missing`;
}

function toResponse({ account, ledgerRows, tableRows, badRows, nodes, repeated, rowsSinceUs, uncomparedRows }: Pass): VerifyResponse {
  const holes = [
    ...account.lostHoles.map((hole) => toHole(hole, 'acknowledged, and neither stored nor in the stream')),
    ...account.undecidedHoles.map((hole) => toHole(hole, 'not found yet: a batch on its way may still say that it was dropped')),
    ...repeated,
  ];
  return {
    stored: account.stored,
    inFlight: account.inFlight,
    inSpools: account.inSpools,
    dropped: account.dropped,
    lost: account.lost,
    doubled: account.doubled,
    ledgerRows,
    tableRows,
    badRows,
    ...nodes,
    holes: holes.slice(0, MAX_HOLES),
    asOf: toTimestamp(Date.now()),
    missingRows: account.missing,
    droppedByReason: account.droppedByReason,
    undecided: account.undecided,
    rowsSince: toTimestamp(rowsSinceUs / 1000),
    uncomparedRows,
  };
}

function toHole(hole: SeqRange & { nodeId: string; epoch: string }, reason: string): LedgerHole {
  return { nodeId: hole.nodeId, epoch: hole.epoch, firstSeq: hole.first, lastSeq: hole.last, reason };
}
