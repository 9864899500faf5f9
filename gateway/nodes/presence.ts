// Which gateway holds the stream of which node, and what is wrong with it: a KV bucket in memory, written on change only.
import { type KV, type KvEntry, NatsError } from 'nats';
import { MusterError, messageOf } from '../../core/common/muster-error.ts';
import { PRESENCE_BUCKET, type PresenceEntry } from '../../core/common/streams.ts';
import { fault } from '../../core/node/faults.ts';
import type { Component } from '../../core/node/lifecycle.ts';
import type { NatsLink } from '../nats-link.ts';
import { WatchedBucket } from '../watched-bucket.ts';
import { claimStream } from './stream-claim.ts';

export interface PresenceOptions {
  link: NatsLink;
  /** Name of this gateway. */
  gateway: string;
  events: { retried(what: { what: 'presence'; error: string }): void; entryUnreadable(entry: { bucket: string; key: string }): void };
  now?: () => number;
}

/** Of which epoch (hex) a stream is, and up to which number it is acknowledged. */
export type StreamNumbers = Required<Pick<PresenceEntry, 'epoch' | 'acknowledgedSeq'>>;

/** What becomes of the stream that this gateway holds of a node, told from what others say. */
export interface StreamFate {
  nodeId: string;
  session: string;
  /** `superseded`: a newer stream has the node. `conflict`: this one takes turns with another machine's. */
  kind: 'superseded' | 'conflict';
  /** What presence has of the other one. */
  other: PresenceEntry;
}

const MAX_WRITERS = 32;
/** The port opens only when all are: one after the other, 50,000 took 10 to 25 s. */
const TAKEN_BACK_AT_ONCE = 256;
const CLAIM_ATTEMPTS = 8;
const RETRY_MS = 1000;
const WRONG_LAST_SEQUENCE = 10071;

export class Presence implements Component {
  readonly name = 'presence';
  readonly #options: PresenceOptions;
  readonly #now: () => number;
  /** What this gateway says of each node whose stream it holds, or held last. */
  readonly #entries = new Map<string, PresenceEntry>();
  /** Nodes whose entry is to be written; a later change before the write takes its place. */
  readonly #dirty = new Set<string>();
  #kv: KV | undefined;
  #writers = 0;
  #retry: NodeJS.Timeout | undefined;
  #onIdle: (() => void) | undefined;
  /** Sessions whose claim is written. */
  readonly #claimed = new Set<string>();
  readonly #watch: WatchedBucket<PresenceEntry>;
  #onFate: ((fate: StreamFate) => void) | undefined;

  constructor(options: PresenceOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
    this.#watch = new WatchedBucket<PresenceEntry>({
      connection: options.link.connection,
      bucket: PRESENCE_BUCKET,
      parse: parseEntry,
      onUnreadable: (key) => options.events.entryUnreadable({ bucket: PRESENCE_BUCKET, key }),
      onChange: (nodeId, entry) => this.#heard(nodeId, entry),
    });
  }

  /** Told of streams that others have taken over; one listener. Returns what ends it. */
  onFate(listener: (fate: StreamFate) => void): () => void {
    this.#onFate = listener;
    return () => {
      if (this.#onFate === listener) this.#onFate = undefined;
    };
  }

  /** Takes back what an earlier life of this gateway said and could not take back itself. */
  async start(): Promise<void> {
    this.#kv = await this.#options.link.connection.jetstream().views.kv(PRESENCE_BUCKET, { bindOnly: true });
    const stale = new Map<string, { said: PresenceEntry; revision: number }>();
    for await (const entry of await this.#kv.history({ key: '>' })) {
      const said = readEntry(entry);
      if (said?.gateway === this.#options.gateway) stale.set(entry.key, { said, revision: entry.revision });
    }
    const entries = [...stale];
    const kv = this.#kv;
    for (let from = 0; from < entries.length; from += TAKEN_BACK_AT_ONCE) {
      await Promise.all(
        entries.slice(from, from + TAKEN_BACK_AT_ONCE).map(([nodeId, { said, revision }]) => {
          const text = JSON.stringify({ ...said, gateway: '', sinceMs: this.#now(), session: '', problem: '', supposed: true });
          // Where another gateway has the node by now, its word stands.
          return kv.update(nodeId, text, revision).catch(unlessOvertaken);
        }),
      );
    }
    await this.#watch.start();
  }

  /** Writes what is left to write, as long as the server answers. */
  async stop(): Promise<void> {
    clearTimeout(this.#retry);
    if (this.#options.link.connected && (this.#dirty.size > 0 || this.#writers > 0)) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, RETRY_MS);
        this.#onIdle = () => {
          clearTimeout(timer);
          resolve();
        };
        this.#write();
      });
    }
    this.#onIdle = undefined;
    await this.#watch.stop();
    this.#dirty.clear();
    this.#entries.clear();
    this.#claimed.clear();
    this.#kv = undefined;
  }

  /** What is known of the node's stream: what this gateway said last, or another one after it. */
  current(nodeId: string): PresenceEntry | undefined {
    const [own, seen] = [this.#entries.get(nodeId), this.#watch.get(nodeId)];
    return (own?.stream ?? 0) >= (seen?.stream ?? 0) ? (own ?? seen) : seen;
  }

  /** Claims the node for a stream. False where that takes turns with another machine's: then nothing is said of it. */
  connected(nodeId: string, session: string, instance: string, numbers: StreamNumbers): boolean {
    const problem = this.#entries.get(nodeId)?.problem ?? '';
    const { claim, conflict } = claimStream(this.current(nodeId), instance, this.#now());
    if (conflict) return false;
    this.#set(nodeId, { gateway: this.#options.gateway, sinceMs: this.#now(), session, problem, ...claim, ...numbers });
    return true;
  }

  /** Up to which number the stream's epoch is acknowledged is known better by now. */
  numbers(nodeId: string, session: string, numbers: StreamNumbers): void {
    const entry = this.#entries.get(nodeId);
    if (entry?.session === session && entry.acknowledgedSeq !== numbers.acknowledgedSeq) this.#set(nodeId, { ...entry, ...numbers });
  }

  /** Says so only where the last word on the node is of this very session. */
  disconnected(nodeId: string, session: string, numbers: StreamNumbers): void {
    const entry = this.#entries.get(nodeId);
    this.#claimed.delete(session);
    if (entry?.session === session) this.#set(nodeId, { ...entry, gateway: '', sinceMs: this.#now(), ...numbers });
  }

  /** Flags a node, or with an empty text takes the flag back. */
  setProblem(nodeId: string, problem: string): void {
    const entry = this.#entries.get(nodeId);
    if (entry !== undefined && entry.problem !== problem) this.#set(nodeId, { ...entry, problem });
  }

  /** Says everything again: a restarted nats-server has forgotten what it held in memory. */
  rewrite(): void {
    for (const nodeId of this.#entries.keys()) this.#dirty.add(nodeId);
    this.#write();
  }

  #set(nodeId: string, entry: PresenceEntry): void {
    this.#entries.set(nodeId, entry);
    this.#dirty.add(nodeId);
    this.#write();
  }

  #write(): void {
    while (this.#kv !== undefined && this.#writers < MAX_WRITERS) {
      const [nodeId] = this.#dirty;
      if (nodeId === undefined) break;
      this.#dirty.delete(nodeId);
      this.#writers += 1;
      this.#writeOne(this.#kv, nodeId)
        .finally(() => {
          this.#writers -= 1;
          if (this.#retry === undefined) this.#write();
        })
        .catch(fault);
    }
    if (this.#writers === 0 && this.#dirty.size === 0) this.#onIdle?.();
  }

  async #writeOne(kv: KV, nodeId: string): Promise<void> {
    const entry = this.#entries.get(nodeId);
    if (entry === undefined) return;
    try {
      if (entry.gateway === '') await this.#release(kv, nodeId, entry);
      else await this.#hold(kv, nodeId, entry);
    } catch (error) {
      this.#options.events.retried({ what: 'presence', error: messageOf(error) });
      this.#dirty.add(nodeId);
      this.#retry ??= setTimeout(() => {
        this.#retry = undefined;
        this.#write();
      }, RETRY_MS);
    }
  }

  /** Writes what this gateway says of a stream that is open, unless a newer one has the node. */
  async #hold(kv: KV, nodeId: string, wanted: PresenceEntry): Promise<void> {
    for (let attempt = 0; attempt < CLAIM_ATTEMPTS; attempt++) {
      const found = await kv.get(nodeId);
      const other = readEntry(found);
      let entry = wanted;
      if (other !== undefined && other.session !== wanted.session && (other.stream ?? 0) >= (wanted.stream ?? 0)) {
        // It was written before: somebody has taken the node since. Else another gateway's claim came between, and ours is the newer.
        if (this.#claimed.has(wanted.session)) return this.#lose(nodeId, wanted, 'superseded', other);
        const { claim, conflict } = claimStream(other, wanted.instance ?? '', this.#now());
        if (conflict) return this.#lose(nodeId, wanted, 'conflict', other);
        entry = { ...wanted, ...claim };
      }
      try {
        if (found === null) await kv.create(nodeId, JSON.stringify(entry));
        else await kv.update(nodeId, JSON.stringify(entry), found.revision);
      } catch (error) {
        unlessOvertaken(error);
        continue;
      }
      // What was said meanwhile keeps the number of the claim.
      const newest = this.#entries.get(nodeId);
      if (newest?.session === entry.session) {
        const { stream = 0, instance = '', earlier = [], returnsMs = [] } = entry;
        this.#entries.set(nodeId, { ...newest, stream, instance, earlier, returnsMs });
        this.#claimed.add(entry.session);
      }
      return;
    }
    throw new MusterError('unavailable', `presence of ${nodeId} was changed by others ${CLAIM_ATTEMPTS} times in a row`);
  }

  #heard(nodeId: string, other: PresenceEntry | undefined): void {
    const own = this.#entries.get(nodeId);
    if (own === undefined || own.gateway === '' || other === undefined || other.gateway === '' || other.session === own.session) return;
    if (this.#claimed.has(own.session) && (other.stream ?? 0) > (own.stream ?? 0)) this.#lose(nodeId, own, 'superseded', other);
  }

  #lose(nodeId: string, { session }: PresenceEntry, kind: StreamFate['kind'], other: PresenceEntry): void {
    if (this.#entries.get(nodeId)?.session === session) {
      this.#entries.delete(nodeId);
      this.#dirty.delete(nodeId);
    }
    this.#claimed.delete(session);
    this.#onFate?.({ nodeId, session, kind, other });
  }

  /** Another gateway may hold the node by now: its word stands. */
  async #release(kv: KV, nodeId: string, entry: PresenceEntry): Promise<void> {
    const found = await kv.get(nodeId);
    const current = readEntry(found);
    if (current !== undefined && current.session !== entry.session) this.#entries.delete(nodeId);
    else if (found === null) await kv.create(nodeId, JSON.stringify(entry)).catch(unlessOvertaken);
    else await kv.update(nodeId, JSON.stringify(entry), found.revision).catch(unlessOvertaken);
    if (entry.problem === '' && this.#entries.get(nodeId) === entry) this.#entries.delete(nodeId);
  }
}

/** Undefined too for what cannot be read: who holds a stream writes over it, and the bucket is in memory. */
function readEntry(entry: KvEntry | null): PresenceEntry | undefined {
  return entry === null || entry.operation !== 'PUT' ? undefined : presenceOf(() => entry.json());
}

function parseEntry(text: string): PresenceEntry | undefined {
  return presenceOf(() => JSON.parse(text));
}

function presenceOf(read: () => unknown): PresenceEntry | undefined {
  try {
    const entry = read() as PresenceEntry | null;
    return typeof entry?.session === 'string' ? entry : undefined;
  } catch {
    return undefined;
  }
}

function unlessOvertaken(error: unknown): void {
  if (!(error instanceof NatsError) || error.api_error?.err_code !== WRONG_LAST_SEQUENCE) throw error;
}
