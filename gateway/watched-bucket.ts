// A KV bucket kept in memory: read at start, current by a watch, written by compare-and-set. Knows nothing of what the values mean.
import { Empty, type KV, type KvEntry, type NatsConnection, Events as NatsEvents } from 'nats';
import { MusterError } from '../core/common/muster-error.ts';
import { fault } from '../core/node/faults.ts';
import type { Component } from '../core/node/lifecycle.ts';
import { entryTooLarge, isConflict, isTooLarge, reachable, unlessConflict, unreadableEntry } from './bucket-errors.ts';
import { NODE_KEYS } from './node-keys.ts';

export interface WatchedBucketOptions<T> {
  connection: NatsConnection;
  bucket: string;
  /** Undefined where the bytes are not a value of ours: such an entry is passed over and told to `onUnreadable`. */
  parse(text: string): T | undefined;
  onUnreadable(key: string): void;
  /** After each change that came by the watch. */
  onChange?(key: string, value: T | undefined, change: BucketChange): void;
  /** An entry that cannot be read serves as it was read last. Not where a value grants something: that ends with what nobody can read. */
  keepsReadable?: boolean;
  /** Where the bucket was lost and made anew, what this process still knows is written back, unless somebody else has written it. */
  restore?: boolean;
}

/** What became of an entry. `unreadable`: its bytes are no value of ours, so nobody knows. `lost`: it went with the bucket. */
export type BucketChange = 'put' | 'deleted' | 'unreadable' | 'lost';

interface Read<T> {
  value: T | undefined;
  /** The mark of a deletion is kept, as it says more than absence does. */
  kind: Exclude<BucketChange, 'lost'>;
  /** Of one that cannot be read: the bytes go back into a bucket that was made anew. */
  text?: string;
}

interface Cached<T> extends Read<T> {
  revision: number;
}

/** A change of a key that is asked for. */
interface Writer<T> {
  change(value: T | undefined): T | undefined;
  resolve(value: T | undefined): void;
  reject(error: unknown): void;
}

type Watch = Awaited<ReturnType<KV['watch']>>;

const REWATCH_MS = 500;
const SWAP_ATTEMPTS = 16;
/** How often it is asked whether the bucket is the one that was read: one made anew counts its revisions from 1 again. */
const LOOK_MS = 1000;
/** The same at once after a reconnect. */
const SOON_MS = 50;
const QUICK_MS = 1500;
const RESTORED_AT_ONCE = 32;

export class WatchedBucket<T> implements Component {
  readonly name: string;
  readonly #options: WatchedBucketOptions<T>;
  #entries = new Map<string, Cached<T>>();
  /** Who waits to change a key within this process while another change of it is being written. */
  readonly #writers = new Map<string, Writer<T>[]>();
  /** Where entries go while a bucket that was made anew is read; what was known before serves until then. */
  #incoming: Map<string, Cached<T>> | undefined;
  /** Lost with the bucket and not yet written back. */
  readonly #lost = new Map<string, Read<T>>();
  /** When the bucket that was read was made. */
  #created = '';
  #looking: NodeJS.Timeout | undefined;
  /** No look is on the way. */
  #idle = true;
  /** Set by a reconnect: what the watch missed meanwhile it finds out by itself only after ten seconds of silence. */
  #behind = false;
  /** Ends the wait for an answer that went with the connection. */
  #interrupt: ((reason: Error) => void) | undefined;
  #kv: KV | undefined;
  #quickKv: KV | undefined;
  #watch: Watch | undefined;
  /** Counts what is followed: an earlier one whose end is still to come changes nothing. */
  #generation = 0;
  #stopped = true;
  #rewatch: NodeJS.Timeout | undefined;

  constructor(options: WatchedBucketOptions<T>) {
    this.#options = options;
    this.name = `bucket ${options.bucket}`;
  }

  /** Resolves when all that was in the bucket is read. */
  async start(): Promise<void> {
    this.#stopped = false;
    const { connection, bucket } = this.#options;
    this.#kv = await connection.jetstream().views.kv(bucket, { bindOnly: true, codec: NODE_KEYS });
    this.#quickKv = await connection.jetstream({ timeout: QUICK_MS }).views.kv(bucket, { bindOnly: true, codec: NODE_KEYS });
    this.#created = await this.#createdAt();
    await this.#follow();
    this.#lookLater();
    this.#noteReconnects().catch(fault);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#generation++;
    clearTimeout(this.#rewatch);
    clearTimeout(this.#looking);
    this.#watch?.stop();
    this.#entries.clear();
    this.#incoming = undefined;
    this.#lost.clear();
  }

  get(key: string): T | undefined {
    return this.#entries.get(key)?.value;
  }

  /** As `get`; asks the server about a key that is not known yet, as the watch may be a moment behind another gateway's write. */
  async find(key: string): Promise<T | undefined> {
    if (!this.#entries.has(key)) {
      const entry = await reachable(this.#bucket().get(key));
      if (entry !== null) this.#keep(key, this.#read(entry), entry.revision);
    }
    return this.get(key);
  }

  /** True for a key that was deleted and not written again, false for one that never was, or whose entry cannot be read. */
  isDeleted(key: string): boolean {
    return this.#entries.get(key)?.kind === 'deleted';
  }

  /** True for a key whose entry is there and cannot be read. */
  isUnreadable(key: string): boolean {
    return this.#entries.get(key)?.kind === 'unreadable';
  }

  /** Keys of entries that cannot be read. */
  unreadable(): string[] {
    return [...this.#entries].flatMap(([key, { kind }]) => (kind === 'unreadable' ? [key] : []));
  }

  values(): T[] {
    return [...this.#entries.values()].flatMap((entry) => (entry.value === undefined ? [] : [entry.value]));
  }

  /** Writes a key that is not there. Throws `already_exists`. */
  async create(key: string, value: T): Promise<void> {
    const revision = await reachable(this.#put(key, value, undefined)).catch((error: unknown) => {
      if (isConflict(error)) throw new MusterError('already_exists', `${this.#options.bucket} has an entry ${key} already`, error);
      throw error;
    });
    this.#keep(key, { value, kind: 'put' }, revision);
  }

  /**
   * Replaces the value of a key by what `change` makes of it, however many others write at the same time. `change` sees the value in
   * the server, not the one in memory, and what others here change in the same write; it may be asked again, may throw, and returns
   * undefined to leave everything as it is. Throws `failed_precondition` where the entry cannot be read: nobody knows what would be lost with it.
   */
  swap(key: string, change: (value: T | undefined) => T | undefined): Promise<T | undefined> {
    return new Promise((resolve, reject) => {
      const writer: Writer<T> = { change, resolve, reject };
      const waiting = this.#writers.get(key);
      if (waiting !== undefined) waiting.push(writer);
      else this.#swapAll(key, [writer]).catch(fault);
    });
  }

  /**
   * Our own writers of a key wait for each other, and all that wait are written together: a thousand agents that enrol with one token would
   * only refuse each other's writes, or wait for a thousand of them.
   */
  async #swapAll(key: string, first: Writer<T>[]): Promise<void> {
    const waiting: Writer<T>[] = [];
    this.#writers.set(key, waiting);
    for (let writers = first; writers.length > 0; writers = waiting.splice(0)) {
      try {
        for (const tell of await this.#swapTogether(key, writers)) tell();
      } catch (error) {
        for (const writer of writers) writer.reject(error);
      }
    }
    this.#writers.delete(key);
  }

  /** What each writer is told, when the changes of all are in the server. */
  async #swapTogether(key: string, writers: readonly Writer<T>[]): Promise<(() => void)[]> {
    for (let attempt = 0; attempt < SWAP_ATTEMPTS; attempt++) {
      const entry = await reachable(this.#bucket().get(key));
      const found = entry === null ? undefined : this.#read(entry);
      if (found?.kind === 'unreadable') throw unreadableEntry(this.#options.bucket, key);
      let value = found?.value;
      let changed = false;
      const outcomes = writers.map(({ change, resolve, reject }) => {
        try {
          const after = change(value);
          changed ||= after !== undefined;
          value = after ?? value;
          const seen = value;
          return () => resolve(seen);
        } catch (error) {
          return () => reject(error);
        }
      });
      if (!changed || value === undefined) return outcomes;
      try {
        this.#keep(key, { value, kind: 'put' }, await reachable(this.#put(key, value, entry?.revision)));
        return outcomes;
      } catch (error) {
        if (!isConflict(error)) throw error;
      }
    }
    throw new MusterError(
      'unavailable',
      `${this.#options.bucket}: ${key} was changed by others ${SWAP_ATTEMPTS} times in a row: try again`,
    );
  }

  /** Deletes a key; the mark of it stays, so that everybody knows that it was there. */
  async remove(key: string): Promise<void> {
    await reachable(this.#bucket().delete(key));
  }

  /** `revision` is the one to replace; undefined where there is none. */
  #put(key: string, value: T, revision: number | undefined): Promise<number> {
    return this.#putText(key, JSON.stringify(value), revision);
  }

  async #putText(key: string, text: string, revision: number | undefined): Promise<number> {
    try {
      return await (revision === undefined ? this.#bucket().create(key, text) : this.#bucket().update(key, text, revision));
    } catch (error) {
      if (!isTooLarge(error)) throw error;
      const { bucket, connection } = this.#options;
      throw entryTooLarge(`${key} of ${bucket}`, Buffer.byteLength(text), connection.info?.max_payload, error);
    }
  }

  /** For questions that are asked again soon: a server that begins may not answer the first. */
  #quick(): KV {
    if (this.#quickKv === undefined) throw new MusterError('internal', `${this.name} was used before it was started`);
    return this.#quickKv;
  }

  #bucket(): KV {
    if (this.#kv === undefined) throw new MusterError('internal', `${this.name} was used before it was started`);
    return this.#kv;
  }

  #read(entry: KvEntry): Read<T> {
    if (entry.operation !== 'PUT') return { value: undefined, kind: 'deleted' };
    const text = Buffer.from(entry.value ?? Empty).toString('utf8');
    const value = this.#options.parse(text);
    if (value !== undefined) return { value, kind: 'put' };
    this.#options.onUnreadable(entry.key);
    return { value: this.#options.keepsReadable === true ? this.get(entry.key) : undefined, kind: 'unreadable', text };
  }

  #keep(key: string, read: Read<T>, revision: number): boolean {
    const entries = this.#incoming ?? this.#entries;
    const known = entries.get(key);
    if (known !== undefined && known.revision >= revision) return false;
    entries.set(key, { ...read, revision });
    return true;
  }

  #lookLater(ms = LOOK_MS): void {
    clearTimeout(this.#looking);
    this.#looking = setTimeout(() => {
      // A server that does not answer, or has no such bucket yet, is asked again.
      this.#idle = false;
      this.#look()
        .catch(() => undefined)
        .finally(() => {
          this.#idle = true;
          if (!this.#stopped) this.#lookLater();
        });
    }, ms);
  }

  async #look(): Promise<void> {
    const created = await this.#whileConnected(this.#createdAt());
    if (created !== this.#created) await this.#readAnew(created);
    else if (this.#behind) await this.#watchAnew();
    await this.#writeBack();
  }

  /** The work, or a refusal when the connection is lost: an answer that went with it never comes. */
  #whileConnected<R>(work: Promise<R>): Promise<R> {
    return new Promise((resolve, reject) => {
      this.#interrupt = reject;
      work.then(resolve, reject);
    });
  }

  async #createdAt(): Promise<string> {
    const { streamInfo } = await this.#quick().status();
    return streamInfo.created;
  }

  async #noteReconnects(): Promise<void> {
    for await (const { type } of this.#options.connection.status()) {
      if (this.#stopped) return;
      if (type === NatsEvents.Reconnect) {
        this.#behind = true;
        if (this.#idle) this.#lookLater(SOON_MS);
      }
      if (type === NatsEvents.Disconnect) this.#interrupt?.(new Error('the connection to nats-server is lost'));
    }
  }

  async #watchAnew(): Promise<void> {
    this.#behind = false;
    try {
      await this.#whileConnected(this.#follow());
    } catch (error) {
      this.#behind = true;
      throw error;
    }
  }

  async #readAnew(created: string): Promise<void> {
    this.#incoming = new Map();
    await this.#watchAnew();
    if (this.#stopped) return;
    const before = this.#entries;
    this.#entries = this.#incoming;
    this.#incoming = undefined;
    this.#created = created;
    for (const [key, read] of before) {
      if (this.#entries.has(key)) continue;
      if (this.#options.restore === true) this.#lost.set(key, read);
      else if (read.kind !== 'deleted') this.#options.onChange?.(key, undefined, 'lost');
    }
  }

  /** Marks of deletion too: else what was removed would be let in again. */
  async #writeBack(): Promise<void> {
    while (this.#lost.size > 0) {
      const some = [...this.#lost].slice(0, RESTORED_AT_ONCE);
      await Promise.all(
        some.map(async ([key, { value, kind, text = JSON.stringify(value) }]) => {
          if (!this.#entries.has(key)) {
            if (kind === 'deleted') await this.remove(key);
            else await this.#putText(key, text, undefined).catch(unlessConflict);
          }
          this.#lost.delete(key);
        }),
      );
    }
  }

  /** Resolves when all that is in the bucket is read. What was followed before is not any more, and does not come back: only the newest is. */
  async #follow(): Promise<void> {
    clearTimeout(this.#rewatch);
    this.#generation++;
    const generation = this.#generation;
    this.#watch?.stop();
    this.#watch = undefined;
    await new Promise<void>((resolve, reject) => {
      this.#quick()
        .watch({ initializedFn: resolve })
        .then((watch) => {
          if (this.#stopped || generation !== this.#generation) {
            watch.stop();
            return;
          }
          this.#watch = watch;
          return this.#consume(watch, generation);
        })
        // No refusal where all was read before.
        .then(() => reject(new Error('the watch ended')), reject);
    });
  }

  /** A watch heals itself over reconnects; one that ends all the same (its bucket was made anew) is begun again. */
  async #consume(watch: Watch, generation: number): Promise<void> {
    for await (const entry of watch) {
      if (generation !== this.#generation) return;
      const read = this.#read(entry);
      if (this.#keep(entry.key, read, entry.revision)) this.#options.onChange?.(entry.key, read.value, read.kind);
    }
    if (!this.#stopped && generation === this.#generation) this.#followLater();
  }

  #followLater(): void {
    clearTimeout(this.#rewatch);
    this.#rewatch = setTimeout(() => {
      const generation = this.#generation + 1;
      this.#follow().catch(() => {
        if (!this.#stopped && generation === this.#generation) this.#followLater();
      });
    }, REWATCH_MS);
  }
}
