// Looks at the records of the audit in their order and says whether any was altered, removed or put in. Reads nothing itself.
import { type AuditAnchor, type AuditKey, type ChainLink, isAsWritten } from './audit-chain.ts';
import { decodeAudit, type StoredAudit } from './audit-record.ts';

export type AuditVerdict = 'whole' | 'broken' | 'unknown';

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
}

/** What a gateway knows of the chain that it writes now. */
export interface LiveChain {
  id: string;
  /** The largest number that the stream has acknowledged. */
  stored: number;
}

/** Records that a gateway has on their way at most: they may come in another order, and are lost where it is killed. */
export const ON_THE_WAY = 64;
const MAX_PROBLEMS = 20;

interface Chain {
  gateway: string;
  /** The number that comes next; undefined before it is known where the chain begins. */
  next: number | undefined;
  prev: string;
  /** Came before their turn. */
  early: Map<number, { link: ChainLink; seq: number }>;
  newest: number;
  newestSeq: number;
}

export class AuditExamination {
  readonly #key: AuditKey;
  /** The first number that the stream has: what came before it left by age or size. */
  readonly #firstSeq: number;
  readonly #chains = new Map<string, Chain>();
  readonly #problems: string[] = [];
  /** Where the stream is to be asked: the records that chains begin after. */
  readonly anchors: (AuditAnchor & { gateway: string })[] = [];
  #more = 0;
  #records = 0;
  #unchained = 0;
  #late = 0;
  #foreign = 0;
  #brokenAt = 0;
  #isUnknown = false;

  constructor(key: AuditKey, firstSeq: number) {
    this.#key = key;
    this.#firstSeq = firstSeq;
  }

  add(seq: number, bytes: Uint8Array): void {
    this.#records += 1;
    const record = decodeAudit(bytes) as (StoredAudit & { chain?: ChainLink }) | undefined;
    if (record === undefined) {
      this.#broken(seq, `record ${seq} cannot be read`);
      return;
    }
    const { chain: link } = record;
    if (link === undefined) {
      this.#unchained += 1;
      if (this.#chains.size > 0) this.#late += 1;
      return;
    }
    if (link.key !== this.#key.id) {
      this.#foreign += 1;
      return;
    }
    if (isAsWritten(this.#key, { ...record, chain: link })) this.#place(record.gateway, link, seq);
    else this.#broken(seq, `record ${seq} is not as the gateway wrote it`);
  }

  /** A chain begins after a record that the stream does not have so any more. */
  anchorLost({ seq, gateway }: AuditAnchor & { gateway: string }): void {
    this.#broken(seq, `record ${seq}, the newest when ${gateway} started, is missing or altered`);
  }

  finish(live?: LiveChain): AuditAccount {
    for (const chain of this.#chains.values()) this.#end(chain);
    const own = live === undefined ? undefined : this.#chains.get(live.id);
    if (live !== undefined && live.stored > (own?.newest ?? 0))
      this.#broken(
        own?.newestSeq ?? 0,
        `the newest ${live.stored - (own?.newest ?? 0)} records that this gateway wrote are missing after record ${own?.newestSeq ?? 0}`,
      );
    if (this.#late > 0)
      this.#unknown(`${this.#late} records have no chain: a gateway of an older version wrote them, or somebody put them in`);
    if (this.#foreign > 0)
      this.#unknown(`${this.#foreign} records are of another key: the fleet's CA was another then, or somebody put them in`);
    if (this.#chains.size === 0) this.#unknown('no record has a chain that can be checked');
    return {
      verdict: this.#brokenAt > 0 ? 'broken' : this.#isUnknown ? 'unknown' : 'whole',
      ...{ records: this.#records, chains: this.#chains.size, unchained: this.#unchained, brokenAt: this.#brokenAt },
      problems: this.#more === 0 ? this.#problems : [...this.#problems, `and ${this.#more} more`],
    };
  }

  /** What could not be looked at. */
  unread(words: string): void {
    this.#unknown(words);
  }

  #place(gateway: string, link: ChainLink, seq: number): void {
    let chain = this.#chains.get(link.id);
    if (chain === undefined) {
      chain = { gateway, next: undefined, prev: '', early: new Map(), newest: 0, newestSeq: 0 };
      this.#chains.set(link.id, chain);
    }
    if (link.n > chain.newest) [chain.newest, chain.newestSeq] = [link.n, seq];
    if (link.n === 1) {
      chain.next = 1;
      if (link.after !== undefined) this.anchors.push({ ...link.after, gateway });
    }
    // The same record twice: its acknowledgement was lost, and the stream took it again.
    if (chain.next !== undefined && link.n < chain.next) return;
    chain.early.set(link.n, { link, seq });
    this.#goOn(chain);
    if (chain.early.size > ON_THE_WAY) this.#skip(chain);
  }

  #goOn(chain: Chain): void {
    while (chain.next !== undefined) {
      const found = chain.early.get(chain.next);
      if (found === undefined) return;
      if (chain.prev !== '' && found.link.prev !== chain.prev)
        this.#broken(found.seq, `record ${found.seq} does not follow the one before it in the chain of ${chain.gateway}`);
      chain.early.delete(chain.next);
      chain.prev = found.link.mac;
      chain.next += 1;
    }
  }

  /** What comes next in the chain does not come. */
  #skip(chain: Chain): void {
    const least = Math.min(...chain.early.keys());
    const seq = chain.early.get(least)?.seq ?? 0;
    const from = chain.next ?? 1;
    // The beginning of a chain leaves the stream by age or size, as all that is old.
    const isOld = chain.next === undefined && this.#firstSeq > 1;
    if (!isOld && least > from) {
      const words = `${least - from} records of ${chain.gateway} are missing before record ${seq}`;
      if (chain.next !== undefined && chain.newest - from < ON_THE_WAY)
        this.#unknown(`${words}: removed, or lost as the gateway was killed`);
      else this.#broken(seq, words);
    }
    chain.next = least;
    chain.prev = '';
    this.#goOn(chain);
  }

  #end(chain: Chain): void {
    while (chain.early.size > 0) this.#skip(chain);
  }

  #broken(seq: number, words: string): void {
    const at = Math.max(1, seq);
    this.#brokenAt = this.#brokenAt === 0 ? at : Math.min(this.#brokenAt, at);
    this.#say(words);
  }

  #unknown(words: string): void {
    this.#isUnknown = true;
    this.#say(words);
  }

  #say(words: string): void {
    if (this.#problems.length < MAX_PROBLEMS) this.#problems.push(words);
    else this.#more += 1;
  }
}
