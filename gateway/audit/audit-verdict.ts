// Looks at the records of the audit in their order and says whether any was altered, removed or put in. Reads nothing itself.
import { auditSubject } from '../../core/common/streams.ts';
import { type AuditStreamFacts, type GoneRecord, judgeBeginning, trustedMs } from './audit-beginning.ts';
import { type AuditAnchor, type AuditKey, type ChainLink, isAsWritten } from './audit-chain.ts';
import { AuditFindings, type AuditVerdict } from './audit-findings.ts';
import { ChainOrder, ON_THE_WAY, type PlacedRecord } from './audit-order.ts';
import { decodeAudit, type StoredAudit } from './audit-record.ts';

export interface AuditAccount {
  verdict: AuditVerdict;
  records: number;
  chains: number;
  /** Of an older version, which made no chain. */
  unchained: number;
  /** The first record in the stream that is altered or follows a missing one; 0 where none is. */
  brokenAt: number;
  /** One sentence each, bounded. */
  problems: string[];
  /** How the oldest records left, one sentence; empty where the stream has its first one, and where a problem says it. */
  beginning: string;
}

/** What a gateway knows of the chain that it writes now. */
export interface LiveChain {
  id: string;
  /** The largest number that the stream has acknowledged, and when that record was made, Unix ms. */
  stored: number;
  storedMs: number;
  /** The stream has acknowledged each one up to this number. */
  through: number;
}

/** A message of the stream. */
export interface AuditMessage {
  seq: number;
  subject: string;
  data: Uint8Array;
  /** When the stream took it, Unix ms. */
  takenMs: number;
}

/** The record that a chain begins after. */
export type ChainAnchor = AuditAnchor & { gateway: string };

export class AuditExamination {
  readonly #key: AuditKey;
  readonly #live: LiveChain | undefined;
  readonly #chains = new Map<string, ChainOrder>();
  readonly #findings = new AuditFindings();
  /** Where the stream is to be asked: the records that chains begin after. */
  readonly anchors: ChainAnchor[] = [];
  readonly #absent: ChainAnchor[] = [];
  #records = 0;
  #unchained = 0;
  #late = 0;
  #foreign = 0;

  /** `live` is what the gateway knew of its own chain before the stream was read. */
  constructor(key: AuditKey, live?: LiveChain) {
    this.#key = key;
    this.#live = live;
  }

  /** How many were looked at. */
  get records(): number {
    return this.#records;
  }

  /** In the order of the stream. */
  add({ seq, subject, data, takenMs }: AuditMessage): void {
    this.#records += 1;
    const record = decodeAudit(data) as (StoredAudit & { chain?: ChainLink }) | undefined;
    if (record === undefined) {
      this.#findings.broken(seq, `record ${seq} cannot be read`);
      return;
    }
    const { chain: link, timeMs, gateway } = record;
    if (link === undefined) {
      this.#unchained += 1;
      if (this.#chains.size > 0) this.#late += 1;
      return;
    }
    if (link.key !== this.#key.id) {
      this.#foreign += 1;
      return;
    }
    if (!isAsWritten(this.#key, { ...record, chain: link })) {
      this.#findings.broken(seq, `record ${seq} is not as the gateway wrote it`);
      return;
    }
    // The list of one node's records is read by the subject, which the store keeps beside the record.
    if (subject !== auditSubject(record.nodeId ?? '')) this.#findings.broken(seq, `record ${seq} was moved to another node`);
    this.#place(gateway, { link, seq, timeMs, takenMs });
  }

  /** What the stream answered to one of `anchors`: the hash of what it has there, undefined where it has nothing. */
  anchorFound(anchor: ChainAnchor, hash: string | undefined): void {
    if (hash === undefined) this.#absent.push(anchor);
    else if (hash !== anchor.hash) this.#findings.broken(anchor.seq, anchorWords(anchor, 'altered'));
  }

  /** What could not be looked at: what is not seen may then be there. */
  unread(words: string): void {
    this.#findings.unread(words);
  }

  /** `stream` is asked for after all was read: the oldest records may leave meanwhile. */
  finish(stream: AuditStreamFacts): AuditAccount {
    const beginning = judgeBeginning(this.#gone(stream), stream);
    if (beginning?.verdict === 'cut') this.#findings.broken(stream.firstSeq, beginning.words);
    if (beginning?.verdict === 'unknown') this.#findings.unknown(beginning.words);
    if (this.#late > 0)
      this.#findings.unknown(`${this.#late} records have no chain: a gateway of an older version wrote them, or somebody put them in`);
    if (this.#foreign > 0)
      this.#findings.unknown(`${this.#foreign} records are of another key: the fleet's CA was another then, or somebody put them in`);
    if (this.#chains.size === 0) this.#findings.unknown('no record has a chain that can be checked');
    return {
      ...this.#findings.result(),
      ...{ records: this.#records, chains: this.#chains.size, unchained: this.#unchained },
      beginning: beginning?.verdict === 'left' ? beginning.words : '',
    };
  }

  #place(gateway: string, record: PlacedRecord): void {
    const { link, seq } = record;
    let chain = this.#chains.get(link.id);
    if (chain === undefined) {
      chain = new ChainOrder(link.id, gateway, {
        hole: (order, from, next) => this.#miss(order, from, next),
        unconnected: (_, { seq: at }) =>
          this.#findings.broken(at, `record ${at} does not follow the one before it in the chain of ${gateway}`),
      });
      this.#chains.set(link.id, chain);
    }
    if (link.n === 1) this.#begin(gateway, link, seq);
    chain.place(record);
  }

  /** What the first record of a chain says of those before it. */
  #begin(gateway: string, { after }: ChainLink, seq: number): void {
    if (after !== undefined && after !== null) {
      if (after.hash !== '') this.anchors.push({ ...after, gateway });
    } else if (after === null || seq > 1) {
      const who = `${gateway} did not know the newest record when it began with record ${seq}`;
      this.#findings.unknown(`${who}: whether one before that is missing is not known`);
    }
  }

  #miss(chain: ChainOrder, from: number, { link: { n }, seq }: PlacedRecord): void {
    if (this.#mayBeLost(chain, from)) {
      const what = `${n - from} records of ${chain.gateway} are missing before record ${seq}`;
      this.#findings.unknown(`${what}: removed, or lost as the gateway was killed`);
    } else this.#findings.missing(seq, n - from, `of ${chain.gateway}`, `before record ${seq}`);
  }

  /** A killed gateway loses what is on its way; not what it was told to be stored. */
  #mayBeLost(chain: ChainOrder, n: number): boolean {
    const isStored = this.#live?.id === chain.id && this.#live.through >= n;
    return !isStored && chain.newest - n < ON_THE_WAY;
  }

  /** The records that are known of and gone with the beginning of the stream; the others that are not there are findings. */
  #gone(stream: AuditStreamFacts): GoneRecord[] {
    const gone: GoneRecord[] = [];
    for (const chain of this.#chains.values()) {
      chain.end();
      if (chain.head === undefined) continue;
      const record = { timeMs: trustedMs(chain.head.link.prevMs, chain.head) };
      const isCut = judgeBeginning([record], stream)?.verdict === 'cut';
      if (stream.firstSeq <= 1 || (isCut && this.#mayBeLost(chain, 1))) this.#miss(chain, 1, chain.head);
      else gone.push(record);
    }
    for (const anchor of this.#absent) {
      if (anchor.seq < stream.firstSeq) gone.push({ timeMs: anchor.timeMs });
      else this.#findings.broken(anchor.seq, anchorWords(anchor, 'missing'));
    }
    const own = this.#live === undefined ? undefined : this.#chains.get(this.#live.id);
    const lacks = (this.#live?.stored ?? 0) - (own?.newest ?? 0);
    // An idle gateway's records grow old, all of them.
    if (lacks > 0 && own === undefined && stream.firstSeq > 1) gone.push({ timeMs: this.#live?.storedMs });
    else if (lacks > 0)
      this.#findings.missing(own?.newestSeq ?? 0, lacks, 'that this gateway wrote', `after record ${own?.newestSeq ?? 0}`);
    return gone;
  }
}

function anchorWords({ seq, gateway }: ChainAnchor, how: string): string {
  return `record ${seq}, the newest when ${gateway} started, is ${how}`;
}
