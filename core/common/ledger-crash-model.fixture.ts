// A small simulated Muster for the property tests of the ledger: what spool, gateway, stream, ETL and database keep over a kill.
// Owns no clock and no randomness: a test chooses the steps. Faults of the design are staged by `mutation`.
import type { LedgerInput } from './ledger.ts';

export type Mutation =
  | 'none'
  | 'acknowledge_before_puback'
  | 'acknowledge_before_store'
  | 'purge_beyond_floor'
  | 'skip_numbers'
  | 'forget_drops'
  | 'no_dedup'
  | 'no_rewind';

export type Step =
  | { do: 'collect'; rows: number }
  | { do: 'send' }
  | { do: 'publish'; ackLost: boolean }
  | { do: 'refuse' }
  | { do: 'fetch'; messages: number }
  | { do: 'store'; dieAfterRows: boolean }
  | { do: 'acknowledge' }
  | { do: 'sync' }
  | { do: 'purge' }
  | { do: 'kill'; part: 'agent' | 'gateway' | 'etl' | 'database' }
  | { do: 'replace_spool' };

interface Drop {
  epoch: string;
  seq: number;
  reason: string;
}

interface Batch {
  epoch: string;
  seq: number;
  rowIds: number[];
  drops: Drop[];
}

interface Message {
  sequence: number;
  batches: Batch[];
}

const SPOOL_LIMIT = 6;
const WINDOW = 4;

export class CrashModel {
  readonly #mutation: Mutation;
  /** On the agent's disk. */
  #epoch = 1;
  /** As the gateways remember it. */
  readonly #nextOf = new Map<string, number>();
  #nextSeq = 1;
  #spool: Batch[] = [];
  #pendingDrops: Drop[] = [];
  /** The open stream: forgotten by a kill of either side. */
  #sentUpTo = 0;
  #held: Batch[] = [];
  #expected = 0;
  /** On the stream's disk. */
  #stream: Message[] = [];
  #lastSequence = 0;
  #acknowledged = new Set<number>();
  #floor = 0;
  /** In the ETL's memory. */
  #fetched: Message[] = [];
  #nextFetch = 1;
  #storedMessages: number[] = [];
  /** The database: what was synced, and what a crash takes. */
  #durable = { rows: [] as number[], ledger: new Map<string, Batch>(), drops: new Map<string, Drop>() };
  #volatile: (() => void)[] = [];
  #visible = { rows: [] as number[], ledger: new Map<string, Batch>(), drops: new Map<string, Drop>() };
  #syncedSequence = 0;
  #rowId = 0;
  /** What the model, which sees all, knows of every batch ever numbered. */
  readonly #made = new Map<string, Batch>();
  readonly #toldDropped = new Set<string>();

  constructor(mutation: Mutation) {
    this.#mutation = mutation;
  }

  step(step: Step): void {
    if (step.do === 'collect') this.#collect(step.rows);
    else if (step.do === 'send') this.#send();
    else if (step.do === 'publish') this.#publish(step.ackLost);
    else if (step.do === 'refuse') this.#refuse();
    else if (step.do === 'fetch') this.#fetch(step.messages);
    else if (step.do === 'store') this.#store(step.dieAfterRows);
    else if (step.do === 'acknowledge') this.#acknowledgeMessages();
    else if (step.do === 'sync') this.#sync();
    else if (step.do === 'purge') this.#purge();
    else if (step.do === 'kill') this.#kill(step.part);
    else this.#replaceSpool();
  }

  /** Lets everything that can still arrive arrive, and trims the stream. */
  settle(): void {
    this.#reopen();
    this.#collect(1);
    while (this.#spool.length > 0) {
      this.#send();
      this.#publish(false);
    }
    for (let i = 0; i < 2; i++) {
      while (this.#nextFetch <= this.#lastSequence || this.#fetched.length > 0) {
        this.#fetch(8);
        this.#store(false);
      }
      this.#acknowledgeMessages();
    }
    this.#sync();
    this.#purge();
  }

  #collect(rows: number): void {
    if (this.#spool.length >= SPOOL_LIMIT) {
      // A batch that is sent may arrive: the stream is opened again before the oldest is dropped.
      this.#reopen();
      this.#drop(this.#spool.shift() as Batch, 'spool_limit');
    }
    if (this.#mutation === 'skip_numbers' && this.#nextSeq % 5 === 0) this.#nextSeq++;
    const rowIds = Array.from({ length: rows }, () => ++this.#rowId);
    const batch = { epoch: `e${this.#epoch}`, seq: this.#nextSeq++, rowIds, drops: this.#pendingDrops };
    this.#pendingDrops = [];
    this.#nextOf.set(batch.epoch, this.#nextSeq);
    this.#spool.push(batch);
    this.#made.set(keyOf(batch), batch);
  }

  #drop(batch: Batch, reason: string): void {
    if (this.#mutation === 'forget_drops') return;
    // The batch that carried the word of other drops takes it to the next one.
    this.#pendingDrops.push(...batch.drops, { epoch: batch.epoch, seq: batch.seq, reason });
    this.#toldDropped.add(keyOf(batch));
  }

  #send(): void {
    if (this.#expected === 0) this.#expected = this.#spool[0]?.seq ?? this.#nextSeq;
    const batch = this.#spool.find((candidate) => candidate.seq > this.#sentUpTo);
    if (batch === undefined || this.#held.length >= WINDOW) return;
    this.#sentUpTo = batch.seq;
    this.#held.push(batch);
    if (this.#mutation === 'acknowledge_before_puback') this.#acknowledgeBatch(batch.seq);
  }

  #publish(ackLost: boolean): void {
    if (this.#held.length === 0) return;
    this.#stream.push({ sequence: ++this.#lastSequence, batches: this.#held });
    const last = (this.#held.at(-1) as Batch).seq;
    this.#held = [];
    if (ackLost) this.#reopen();
    else this.#acknowledgeBatch(last);
  }

  #acknowledgeBatch(seq: number): void {
    this.#spool = this.#spool.filter((batch) => batch.seq > seq);
  }

  #refuse(): void {
    const batch = this.#held.pop();
    if (batch === undefined) return;
    this.#spool = this.#spool.filter((kept) => kept !== batch);
    this.#drop(batch, 'refused: batch_too_large');
  }

  #reopen(): void {
    this.#held = [];
    this.#sentUpTo = 0;
    this.#expected = 0;
  }

  #replaceSpool(): void {
    this.#reopen();
    for (const batch of this.#spool) this.#drop(batch, 'spool_corrupt');
    this.#spool = [];
    this.#epoch++;
    this.#nextSeq = 1;
  }

  #fetch(messages: number): void {
    const next = this.#stream.filter((message) => message.sequence >= this.#nextFetch).slice(0, messages);
    for (const message of next) {
      if (!this.#acknowledged.has(message.sequence)) this.#fetched.push(message);
      this.#nextFetch = message.sequence + 1;
      if (this.#mutation === 'acknowledge_before_store') this.#confirm(message.sequence);
    }
    if (next.length === 0) this.#nextFetch = this.#lastSequence + 1;
  }

  #store(dieAfterRows: boolean): void {
    const messages = this.#fetched;
    const batches = messages.flatMap((message) => message.batches);
    this.#write(() => {
      for (const id of batches.flatMap((batch) => batch.rowIds)) {
        if (this.#mutation === 'no_dedup' || !this.#visible.rows.includes(id)) this.#visible.rows.push(id);
      }
    });
    if (dieAfterRows) {
      this.#kill('etl');
      return;
    }
    this.#write(() => {
      for (const batch of batches) {
        this.#visible.ledger.set(keyOf(batch), batch);
        for (const drop of batch.drops) this.#visible.drops.set(keyOf(drop), drop);
      }
    });
    this.#storedMessages.push(...messages.map((message) => message.sequence));
    this.#fetched = [];
  }

  #write(change: () => void): void {
    change();
    this.#volatile.push(change);
  }

  #acknowledgeMessages(): void {
    for (const sequence of this.#storedMessages) this.#confirm(sequence);
    this.#storedMessages = [];
  }

  #confirm(sequence: number): void {
    this.#acknowledged.add(sequence);
    while (this.#acknowledged.has(this.#floor + 1)) this.#floor++;
  }

  #sync(): void {
    this.#durable = {
      rows: [...this.#visible.rows],
      ledger: new Map(this.#visible.ledger),
      drops: new Map(this.#visible.drops),
    };
    this.#volatile = [];
    this.#syncedSequence = this.#floor;
  }

  #purge(): void {
    // Stored is not yet safe from a crash of the database: what may have to be replayed stays.
    const upTo = this.#mutation === 'purge_beyond_floor' ? this.#nextFetch - 1 : this.#syncedSequence;
    this.#stream = this.#stream.filter((message) => message.sequence > upTo);
  }

  #kill(part: 'agent' | 'gateway' | 'etl' | 'database'): void {
    if (part === 'agent' || part === 'gateway') {
      this.#reopen();
      return;
    }
    this.#fetched = [];
    this.#storedMessages = [];
    this.#nextFetch = this.#floor + 1;
    if (part === 'etl') return;
    this.#visible = { rows: [...this.#durable.rows], ledger: new Map(this.#durable.ledger), drops: new Map(this.#durable.drops) };
    this.#volatile = [];
    if (this.#mutation === 'no_rewind') return;
    this.#acknowledged = new Set([...this.#acknowledged].filter((sequence) => sequence <= this.#syncedSequence));
    this.#floor = this.#syncedSequence;
    this.#nextFetch = this.#floor + 1;
  }

  /** What `muster verify` would be able to read now. */
  ledger(): LedgerInput {
    const epochs = Array.from({ length: this.#epoch }, (_, i) => `e${i + 1}`);
    const ranges = (batches: Iterable<{ epoch: string; seq: number }>, epoch: string) =>
      [...batches].filter((batch) => batch.epoch === epoch).map((batch) => ({ first: batch.seq, last: batch.seq }));
    return {
      epochs: epochs.map((epoch) => ({
        nodeId: 'n',
        epoch,
        next: this.#nextOf.get(epoch) ?? 1,
        ...(epoch === `e${this.#epoch}` ? { spool: { oldest: this.#spool[0]?.seq ?? this.#nextSeq, next: this.#nextSeq } } : {}),
        stored: ranges(this.#visible.ledger.values(), epoch),
        inStream: ranges(
          this.#stream.flatMap((message) => message.batches),
          epoch,
        ),
        dropped: [...this.#visible.drops.values()]
          .filter((drop) => drop.epoch === epoch)
          .map((drop) => ({ first: drop.seq, last: drop.seq, reason: drop.reason })),
      })),
      rows: [
        {
          scope: 'n',
          ledger: [...this.#visible.ledger.values()].reduce((sum, batch) => sum + batch.rowIds.length, 0),
          counted: this.#visible.rows.length,
        },
      ],
    };
  }

  /** Batches that were made and are nowhere, and of which nobody said that they were dropped. */
  trulyLost(): string[] {
    const somewhere = new Set<string>(this.#visible.ledger.keys());
    for (const message of this.#stream) for (const batch of message.batches) somewhere.add(keyOf(batch));
    for (const batch of this.#spool) somewhere.add(keyOf(batch));
    return [...this.#made.keys()].filter((key) => !somewhere.has(key) && !this.#toldDropped.has(key)).sort();
  }

  /** Drops that wait on the agent for its next batch to carry them. */
  untold(): string[] {
    return this.#pendingDrops.map(keyOf);
  }

  /** Row ids in the database against row ids of every batch that was made and not dropped for good. */
  rows(): { stored: number[]; expected: number[] } {
    const dropped = [...this.#made.values()].filter(
      (batch) => this.#toldDropped.has(keyOf(batch)) && !this.#visible.ledger.has(keyOf(batch)),
    );
    const gone = new Set(dropped.flatMap((batch) => batch.rowIds));
    const expected = [...this.#made.values()].flatMap((batch) => batch.rowIds).filter((id) => !gone.has(id));
    return { stored: [...this.#visible.rows].sort((a, b) => a - b), expected };
  }
}

function keyOf(batch: { epoch: string; seq: number }): string {
  return `${batch.epoch}/${batch.seq}`;
}
