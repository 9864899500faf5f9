// Which gateway holds the stream of which node, and what is wrong with it: a KV bucket in memory, written on change only.
import { type KV, NatsError } from 'nats';
import { PRESENCE_BUCKET, type PresenceEntry } from '../../core/common/streams.ts';
import { fault } from '../../core/node/faults.ts';
import type { Component } from '../../core/node/lifecycle.ts';
import type { NatsLink } from '../nats-link.ts';

export interface PresenceOptions {
  link: NatsLink;
  /** Name of this gateway. */
  gateway: string;
  events: { retried(what: { what: 'presence'; error: string }): void };
  now?: () => number;
}

/** Of which epoch (hex) a stream is, and up to which number it is acknowledged. */
export type StreamNumbers = Required<Pick<PresenceEntry, 'epoch' | 'acknowledgedSeq'>>;

const MAX_WRITERS = 32;
/** The port opens only when all are: one after the other, 50,000 took 10 to 25 s. */
const TAKEN_BACK_AT_ONCE = 256;
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

  constructor(options: PresenceOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
  }

  /** Takes back what an earlier life of this gateway said and could not take back itself. */
  async start(): Promise<void> {
    this.#kv = await this.#options.link.connection.jetstream().views.kv(PRESENCE_BUCKET, { bindOnly: true });
    const stale = new Map<string, PresenceEntry>();
    for await (const entry of await this.#kv.history({ key: '>' })) {
      if (entry.operation !== 'PUT') continue;
      const said = entry.json<PresenceEntry>();
      if (said.gateway === this.#options.gateway) stale.set(entry.key, said);
    }
    const entries = [...stale];
    const kv = this.#kv;
    for (let from = 0; from < entries.length; from += TAKEN_BACK_AT_ONCE) {
      await Promise.all(
        entries
          .slice(from, from + TAKEN_BACK_AT_ONCE)
          .map(([nodeId, said]) =>
            kv.put(nodeId, JSON.stringify({ ...said, gateway: '', sinceMs: this.#now(), session: '', problem: '' })),
          ),
      );
    }
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
    this.#dirty.clear();
    this.#entries.clear();
    this.#kv = undefined;
  }

  connected(nodeId: string, session: string, numbers: StreamNumbers): void {
    const problem = this.#entries.get(nodeId)?.problem ?? '';
    this.#set(nodeId, { gateway: this.#options.gateway, sinceMs: this.#now(), session, problem, ...numbers });
  }

  /** Says so only where the last word on the node is of this very session. */
  disconnected(nodeId: string, session: string, numbers: StreamNumbers): void {
    const entry = this.#entries.get(nodeId);
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
      else await kv.put(nodeId, JSON.stringify(entry));
    } catch (error) {
      this.#options.events.retried({ what: 'presence', error: error instanceof Error ? error.message : String(error) });
      this.#dirty.add(nodeId);
      this.#retry ??= setTimeout(() => {
        this.#retry = undefined;
        this.#write();
      }, RETRY_MS);
    }
  }

  /** Another gateway may hold the node by now: its word stands. */
  async #release(kv: KV, nodeId: string, entry: PresenceEntry): Promise<void> {
    const found = await kv.get(nodeId);
    const current = found === null || found.operation !== 'PUT' ? undefined : found.json<PresenceEntry>();
    if (current !== undefined && current.session !== entry.session) this.#entries.delete(nodeId);
    else if (found === null) await kv.create(nodeId, JSON.stringify(entry)).catch(unlessOvertaken);
    else await kv.update(nodeId, JSON.stringify(entry), found.revision).catch(unlessOvertaken);
    if (entry.problem === '' && this.#entries.get(nodeId) === entry) this.#entries.delete(nodeId);
  }
}

function unlessOvertaken(error: unknown): void {
  if (!(error instanceof NatsError) || error.api_error?.err_code !== WRONG_LAST_SEQUENCE) throw error;
}
