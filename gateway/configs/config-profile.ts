// One stored configuration, and which nodes it is for.
import { createHash } from 'node:crypto';
import { MusterError, toMusterError } from '../../core/common/muster-error.ts';
import { type FilterTerm, matchesFilter, parseFilter } from '../../core/common/node-filter.ts';
import type { FilterableNode } from '../../core/common/node-filter-keys.ts';
import { checkRemoteDocument } from '../../core/node/remote-settings.ts';

/** A document with its version. */
export interface ConfigVersion {
  version: number;
  document: string;
}

/** As the bucket holds it, under its name. */
export interface StoredProfile extends ConfigVersion {
  name: string;
  filter: string;
  /** 1 to 100. */
  sharePercent: number;
  /** Unix ms. */
  changedMs: number;
  /** The last version that all nodes had: those outside the share keep it. */
  base?: ConfigVersion;
}

/** What an operator asks for. */
export interface ProfileInput {
  name: string;
  document: string;
  filter: string;
  /** 0 means 100. */
  sharePercent: number;
}

const NAME = /^[a-z][a-z0-9-]{0,62}$/;
const MAX_DOCUMENT_BYTES = 64 * 1024;

/** Keys that tell what a machine is. How it does would make a configuration come and go. */
const STABLE_KEYS = new Set(
  ['id', 'name', 'country', 'region', 'city', 'platform', 'arch', 'os', 'kernel', 'model', 'virtualization', 'address', 'version'].concat(
    'simulated',
    'cores',
    'ram',
  ),
);

/** Throws `invalid_argument` with line and key, or what is wrong with name, filter or share. */
export function assertProfile({ name, document, filter, sharePercent }: ProfileInput): void {
  if (!NAME.test(name)) {
    throw new MusterError(
      'invalid_argument',
      `${JSON.stringify(name.slice(0, 80))} is not a name: lower-case words with dashes are needed`,
    );
  }
  const bytes = Buffer.byteLength(document);
  if (bytes > MAX_DOCUMENT_BYTES)
    throw new MusterError('invalid_argument', `the document has ${bytes} bytes: at most ${MAX_DOCUMENT_BYTES}`);
  if (document.trim() === '') throw new MusterError('invalid_argument', 'the document is empty: delete the configuration to take it away');
  if (sharePercent > 100) throw new MusterError('invalid_argument', `share_percent is ${sharePercent}: at most 100`);
  try {
    checkRemoteDocument(document);
  } catch (error) {
    throw new MusterError('invalid_argument', toMusterError(error).message, error);
  }
  for (const term of parseFilter(filter)) assertStable(term);
}

function assertStable(term: FilterTerm): void {
  if (term.kind === 'text' || term.key.startsWith('label.') || STABLE_KEYS.has(term.key)) return;
  throw new MusterError(
    'invalid_argument',
    `filter: ${term.key} changes with how a node does: a configuration is for what a node is, such as region:gh or label.role:db`,
  );
}

/** The profiles, ready to be asked for one node after the other. */
export class ProfileSet {
  readonly #profiles: { profile: StoredProfile; terms: FilterTerm[] }[];

  constructor(profiles: readonly StoredProfile[]) {
    this.#profiles = profiles
      .toSorted((a, b) => (a.name < b.name ? -1 : 1))
      .map((profile) => ({ profile, terms: parseFilter(profile.filter) }));
  }

  get profiles(): StoredProfile[] {
    return this.#profiles.map(({ profile }) => profile);
  }

  /** The first by name that is for this node, in the version the node should have; undefined where none is. */
  assign(node: FilterableNode): (ConfigVersion & { profile: StoredProfile }) | undefined {
    for (const { profile, terms } of this.#profiles) {
      if (!matchesFilter(terms, node)) continue;
      const { version, document, base } = profile;
      if (isInShare(node.nodeId, profile)) return { profile, version, document };
      if (base !== undefined) return { profile, ...base };
    }
    return undefined;
  }
}

/** By a hash of node and profile: who is in stays in when the share grows, and another profile begins with other nodes. */
export function isInShare(nodeId: string, { name, sharePercent }: Pick<StoredProfile, 'name' | 'sharePercent'>): boolean {
  if (sharePercent >= 100) return true;
  const hash = createHash('sha256').update(`${name} ${nodeId}`).digest().readUInt32BE(0);
  return hash / 2 ** 32 < sharePercent / 100;
}
