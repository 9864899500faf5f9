// Who may use the identity of a node: judges certificates by their generation, quarantines and locks what two machines use, and finds the
// node that a key belongs to. Owns the part of the registry's entries that says so.
import { MusterError, toMusterError } from '../../core/common/muster-error.ts';
import type { RegistryEntry, SharedIdentity } from '../../core/common/registry-entry.ts';
import { fault } from '../../core/node/faults.ts';
import type { NodeIdentity } from '../identity/peer-identity.ts';
import type { WatchedBucket } from '../watched-bucket.ts';
import { judgeGeneration, next, used } from './identity-record.ts';

export interface NodeIdentityEvents {
  identityLocked(what: { nodeId: string; peer: string; reason: string }): void;
  retried(what: { what: 'registry'; error: string }): void;
}

export interface NodeIdentitiesOptions {
  bucket: Pick<WatchedBucket<RegistryEntry>, 'get' | 'swap'>;
  events: NodeIdentityEvents;
  /** What a flag says has changed, here. */
  changed(nodeId: string): void;
  now(): number;
}

/** A certificate that asks to be renewed. */
export interface RenewalWish {
  identity: NodeIdentity;
  /** Of the key that the new one is for. */
  keyHash: string;
  peer: string;
  /** The entry to begin with where the registry has lost its own. */
  lost(): RegistryEntry;
}

const RETRY_MS = 1000;

export class NodeIdentities {
  readonly #options: NodeIdentitiesOptions;
  /** Flags that are not written yet. */
  readonly #unwritten = new Map<string, SharedIdentity>();
  /** Key hash → node id. */
  readonly #keys = new Map<string, string>();
  #retry: NodeJS.Timeout | undefined;

  constructor(options: NodeIdentitiesOptions) {
    this.#options = options;
  }

  stop(): void {
    clearTimeout(this.#retry);
    this.#retry = undefined;
    this.#unwritten.clear();
    this.#keys.clear();
  }

  /** An entry as it is now. */
  learn(nodeId: string, entry: RegistryEntry | undefined): void {
    const keyHash = entry?.identity?.keyHash;
    if (keyHash) this.#keys.set(keyHash, nodeId);
    if (entry === undefined) this.#unwritten.delete(nodeId);
  }

  /** The registered node that has this key. */
  ofKey(keyHash: string): RegistryEntry | undefined {
    const nodeId = this.#keys.get(keyHash);
    const entry = nodeId === undefined ? undefined : this.#options.bucket.get(nodeId);
    if (entry?.identity?.keyHash === keyHash) return entry;
    this.#keys.delete(keyHash);
    return undefined;
  }

  /** Undefined while nobody says that two machines use the identity. */
  sharedOf(nodeId: string): SharedIdentity | undefined {
    const written = this.#options.bucket.get(nodeId)?.shared;
    return written?.locked === true ? written : (this.#unwritten.get(nodeId) ?? written);
  }

  /** Throws `permission_denied` for a node that is locked, `unauthenticated` for a certificate that was replaced; locks where two are in use. */
  assertMayConnect({ nodeId, generation }: NodeIdentity, peer: string): void {
    const shared = this.sharedOf(nodeId);
    if (shared?.locked === true) throw lockedError(nodeId, shared);
    const record = this.#options.bucket.get(nodeId)?.identity;
    const standing = judgeGeneration(record, generation);
    if (standing === 'superseded') throw supersededError(nodeId, generation, record?.generation ?? 0);
    if (standing === 'stale') throw this.#lock(nodeId, peer, staleWords(peer, 'opened a stream', generation, record?.generation ?? 0));
  }

  /** The generation of the certificate to issue. Throws `permission_denied` as above, and for a node in quarantine, which it locks. */
  async renew({ identity, keyHash, peer, lost }: RenewalWish): Promise<number> {
    const { nodeId, generation } = identity;
    const shared = this.sharedOf(nodeId);
    if (shared?.locked === true) throw lockedError(nodeId, shared);
    if (shared !== undefined)
      throw this.#lock(nodeId, peer, `${peer} asked for a new certificate while the identity was in quarantine (${shared.problem})`);
    let words = '';
    const entry = await this.#options.bucket.swap(nodeId, (found) => {
      const before = found ?? lost();
      const standing = judgeGeneration(before.identity, generation);
      words = '';
      if (standing === 'superseded') throw supersededError(nodeId, generation, before.identity?.generation ?? 0);
      if (standing === 'stale') {
        words = staleWords(peer, 'asked for a new certificate', generation, before.identity?.generation ?? 0);
        return undefined;
      }
      const record = before.identity ?? used(undefined, generation, '');
      const shown = standing === 'current' ? used(record, generation, '') : record;
      return { ...before, identity: next(shown, keyHash), updatedMs: this.#options.now() };
    });
    if (words !== '') throw this.#lock(nodeId, peer, words);
    this.learn(nodeId, entry);
    return entry?.identity?.generation ?? 0;
  }

  /** Quarantines a node whose identity two machines use, until `release`. Known at once, written as soon as nats-server takes it. */
  flag(nodeId: string, problem: string, locked = false): void {
    const before = this.sharedOf(nodeId);
    if (before !== undefined && (!locked || before.locked === true)) return;
    this.#unwritten.set(nodeId, { problem, sinceMs: before?.sinceMs ?? this.#options.now(), ...(locked ? { locked } : {}) });
    this.#options.changed(nodeId);
    this.#write().catch(fault);
  }

  /**
   * Takes the flag back; certificates older than the newest are refused from then on, and no cause for a lock. The entry as it is then;
   * undefined where the node has no flag. Throws `unavailable`.
   */
  async release(nodeId: string): Promise<RegistryEntry | undefined> {
    let flagged = this.#unwritten.delete(nodeId);
    const entry = await this.#options.bucket.swap(nodeId, (before) => {
      if (before?.shared === undefined) return undefined;
      flagged = true;
      const { shared: _, identity, ...rest } = before;
      const settled = identity === undefined ? {} : { identity: { ...identity, floor: identity.generation } };
      return { ...rest, ...settled, updatedMs: this.#options.now() };
    });
    return flagged ? entry : undefined;
  }

  #lock(nodeId: string, peer: string, reason: string): MusterError {
    this.#options.events.identityLocked({ nodeId, peer, reason });
    this.flag(
      nodeId,
      `locked: ${reason}; enrol the machine that is right again with a new key and token, then \`muster nodes release\``,
      true,
    );
    return lockedError(nodeId, this.sharedOf(nodeId));
  }

  /** Never rejects: what is not written is tried again. */
  async #write(): Promise<void> {
    for (const [nodeId, shared] of this.#unwritten) {
      try {
        await this.#options.bucket.swap(nodeId, (before) =>
          before === undefined || (before.shared !== undefined && (before.shared.locked === true || shared.locked !== true))
            ? undefined
            : { ...before, shared, updatedMs: this.#options.now() },
        );
        if (this.#unwritten.get(nodeId) === shared) this.#unwritten.delete(nodeId);
      } catch (error) {
        // One entry that cannot be written must not keep those behind it from being written.
        this.#failed(nodeId, error);
      }
    }
  }

  #failed(nodeId: string, error: unknown): void {
    if (!this.#unwritten.has(nodeId)) return;
    this.#options.events.retried({ what: 'registry', error: `quarantine of node ${nodeId}: ${toMusterError(error).message}` });
    this.#retry ??= setTimeout(() => {
      this.#retry = undefined;
      this.#write().catch(fault);
    }, RETRY_MS);
  }
}

function staleWords(peer: string, what: string, generation: number, newest: number): string {
  return `${peer} ${what} with certificate ${generation || 'without a number'}, while number ${newest} of the same node is in use`;
}

function lockedError(nodeId: string, shared: SharedIdentity | undefined): MusterError {
  return new MusterError('permission_denied', `node ${nodeId} is ${shared?.problem ?? 'locked'}`);
}

function supersededError(nodeId: string, generation: number, newest: number): MusterError {
  // As one that expired: an agent that has a join token enrols again by itself.
  return new MusterError(
    'unauthenticated',
    `certificate ${generation} of node ${nodeId} was replaced by number ${newest}: enrol this machine again with a join token`,
  );
}
