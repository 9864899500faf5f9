// The configurations for agents: one a name, in a bucket that every gateway follows.
import type { NatsConnection } from 'nats';
import { z } from 'zod';
import { MusterError } from '../../core/common/muster-error.ts';
import type { FilterableNode } from '../../core/common/node-filter-keys.ts';
import { CONFIGS_BUCKET } from '../../core/common/streams.ts';
import type { Component } from '../../core/node/lifecycle.ts';
import { unreadableProblems } from '../bucket-errors.ts';
import { WatchedBucket } from '../watched-bucket.ts';
import { type ConfigVersion, type ProfileInput, ProfileSet, type StoredProfile } from './config-profile.ts';

export interface ConfigStoreOptions {
  connection: NatsConnection;
  events: { entryUnreadable(entry: { bucket: string; key: string }): void };
  now?: () => number;
}

/** Counts the versions of all configurations. No profile can have this name. */
const COUNTER = '_version';

const VERSIONED = { version: z.number(), document: z.string() };
const ENTRY = z.union([
  z.object({
    ...VERSIONED,
    name: z.string(),
    filter: z.string(),
    sharePercent: z.number(),
    changedMs: z.number(),
    base: z.object(VERSIONED).optional(),
  }),
  z.object({ last: z.number() }),
]);

type Entry = StoredProfile | { last: number };

export class ConfigStore implements Component {
  readonly name = 'configurations';
  readonly #bucket: WatchedBucket<Entry>;
  readonly #now: () => number;
  readonly #listeners = new Set<() => void>();
  #set = new ProfileSet([]);

  constructor(options: ConfigStoreOptions) {
    this.#now = options.now ?? Date.now;
    this.#bucket = new WatchedBucket<Entry>({
      connection: options.connection,
      bucket: CONFIGS_BUCKET,
      // People still see it; nothing is sent meanwhile.
      keepsReadable: true,
      parse: parseEntry,
      onUnreadable: (key) => options.events.entryUnreadable({ bucket: CONFIGS_BUCKET, key }),
      onChange: () => this.#refresh(),
    });
  }

  async start(): Promise<void> {
    await this.#bucket.start();
    this.#refresh();
  }

  stop(): Promise<void> {
    return this.#bucket.stop();
  }

  /** What is wrong with its entries, a sentence each. */
  problems(): string[] {
    const sent = this.held ? ['no configuration is sent until then: agents keep what they have'] : [];
    return unreadableProblems(CONFIGS_BUCKET, this.#bucket.unreadable()).map((words) => [words, ...sent].join('; '));
  }

  /** While a configuration cannot be read nobody knows which nodes it is for, and none may be sent another instead, or have theirs taken away. */
  get held(): boolean {
    return this.#bucket.unreadable().some((key) => key !== COUNTER);
  }

  /** Called after each change, here or at another gateway; returns what ends it. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** By name. */
  list(): StoredProfile[] {
    return this.#set.profiles;
  }

  /** What a node should have; undefined where no configuration is for it. */
  assign(node: FilterableNode): (ConfigVersion & { profile: StoredProfile }) | undefined {
    return this.#set.assign(node);
  }

  /**
   * Stores a checked configuration. Its version stays where the document does (another share, another filter); a new one is above all
   * that were and above `aboveVersion`, which agents may still know from a bucket that was lost. Throws `unavailable`.
   */
  async put(input: ProfileInput, aboveVersion: number): Promise<StoredProfile> {
    const before = this.#bucket.get(input.name);
    const known = before !== undefined && 'document' in before ? before : undefined;
    const version = known?.document === input.document ? known.version : await this.#nextVersion(aboveVersion);
    const profile = await this.#bucket.swap(input.name, (current) => {
      const stored = current !== undefined && 'document' in current ? current : undefined;
      if (stored !== undefined && stored.version > version) {
        throw new MusterError('unavailable', `configuration ${input.name} was put by somebody else just now: look at it and try again`);
      }
      return toProfile(input, version, stored, this.#now());
    });
    this.#refresh();
    return profile as StoredProfile;
  }

  /** Throws `not_found`, `unavailable`. */
  async remove(name: string): Promise<void> {
    if (!this.list().some((profile) => profile.name === name) && !this.#bucket.unreadable().includes(name)) {
      throw new MusterError(
        'not_found',
        `there is no configuration ${JSON.stringify(name.slice(0, 80))}: list them with \`muster config list\``,
      );
    }
    await this.#bucket.remove(name);
  }

  async #nextVersion(above: number): Promise<number> {
    const entry = await this.#bucket.swap(COUNTER, (before) => {
      const last = before !== undefined && 'last' in before ? before.last : 0;
      return { last: Math.max(last, above, ...this.list().map(({ version }) => version)) + 1 };
    });
    return (entry as { last: number }).last;
  }

  #refresh(): void {
    this.#set = new ProfileSet(this.#bucket.values().filter((entry): entry is StoredProfile => 'document' in entry));
    for (const listener of this.#listeners) listener();
  }
}

/** Nodes outside the share keep what all had before, until the share is whole. */
function toProfile(input: ProfileInput, version: number, before: StoredProfile | undefined, nowMs: number): StoredProfile {
  const { name, document, filter } = input;
  const sharePercent = input.sharePercent === 0 ? 100 : input.sharePercent;
  const whole = before?.sharePercent === 100 && before.version !== version;
  const base = whole ? { version: before.version, document: before.document } : before?.base;
  return { name, version, document, filter, sharePercent, changedMs: nowMs, ...(sharePercent < 100 && base !== undefined && { base }) };
}

function parseEntry(text: string): Entry | undefined {
  try {
    const result = ENTRY.safeParse(JSON.parse(text));
    return result.success ? (result.data as Entry) : undefined;
  } catch {
    return undefined;
  }
}
