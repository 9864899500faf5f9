// Tells agents where they are and which nodes of their mesh to probe, and tells them anew when that changes. Every gateway knows all nodes, so the agents of a
// mesh may hang on different ones.
import type { RegistryEntry } from '../../core/common/registry-entry.ts';
import type { Component } from '../../core/node/lifecycle.ts';
import type { Peer, Peers, PeersWish } from '../../proto/gen/messages.ts';
import { PeerRing } from './peer-ring.ts';

/** Changes of the registry are gathered for so long: after an outage a whole fleet says hello. */
const GATHER_MS = 2000;
const MAX_PEERS = 32;
const MAX_ADDRESSES = 8;
/** Where others reach this node, over what it says of its interfaces: behind a translation of addresses it cannot know. */
const ADDRESS_LABEL = 'mesh_address';

/** An open stream, as far as a mesh needs it. */
export interface MeshStream {
  readonly nodeId: string;
  sendPeers(peers: Peers): void;
}

/** The nodes that are registered, and word of each change. */
export interface MeshNodes {
  get(nodeId: string): RegistryEntry | undefined;
  all(): readonly RegistryEntry[];
  onChanged(listener: () => void): () => void;
  onRemoved(listener: () => void): () => void;
}

interface Wish {
  label: string;
  limit: number;
  /** What the agent was told last. */
  told: string;
}

export class Mesh implements Component {
  readonly name = 'mesh';
  readonly #nodes: MeshNodes;
  readonly #wishes = new Map<MeshStream, Wish>();
  readonly #rings = new Map<string, PeerRing>();
  #timer: NodeJS.Timeout | undefined;
  #unlisten = (): void => undefined;

  constructor(nodes: MeshNodes) {
    this.#nodes = nodes;
  }

  async start(): Promise<void> {
    this.#unlisten();
    const ends = [this.#nodes.onChanged(() => this.#changed()), this.#nodes.onRemoved(() => this.#changed())];
    this.#unlisten = () => {
      for (const end of ends) end();
    };
  }

  async stop(): Promise<void> {
    this.#unlisten();
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#wishes.clear();
    this.#rings.clear();
  }

  /** An agent asks; it is answered at once, and again after each change until `gone`. */
  wish(stream: MeshStream, { label, limit }: PeersWish): void {
    const wish = { label, limit: Math.max(1, Math.min(MAX_PEERS, limit)), told: '' };
    this.#wishes.set(stream, wish);
    this.#tell(stream, wish);
  }

  gone(stream: MeshStream): void {
    this.#wishes.delete(stream);
    if (this.#wishes.size === 0) this.#rings.clear();
  }

  #changed(): void {
    if (this.#wishes.size === 0 || this.#timer !== undefined) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#rings.clear();
      for (const [stream, wish] of this.#wishes) this.#tell(stream, wish);
    }, GATHER_MS);
  }

  #tell(stream: MeshStream, wish: Wish): void {
    const { label, limit } = wish;
    const peers = this.#ring(label)
      .peersOf(stream.nodeId, limit)
      .flatMap((nodeId) => this.#nodes.get(nodeId) ?? [])
      .map(toPeer);
    const answer = { label, peers, ...placeOf(this.#nodes.get(stream.nodeId)) };
    const told = JSON.stringify(answer);
    if (told === wish.told) return;
    wish.told = told;
    stream.sendPeers(answer);
  }

  #ring(label: string): PeerRing {
    let ring = this.#rings.get(label);
    if (ring === undefined) {
      const [, key = '', value] = /^([^=]*)=(.*)$/s.exec(label) ?? [];
      // What is simulated has addresses nobody is at.
      const bears = ({ info }: RegistryEntry): boolean =>
        value !== undefined && Object.hasOwn(info.labels, key) && info.labels[key] === value;
      const members = this.#nodes.all().filter((entry) => bears(entry) && !entry.info.simulated);
      ring = new PeerRing(members.map(({ nodeId }) => nodeId));
      this.#rings.set(label, ring);
    }
    return ring;
  }
}

function placeOf(entry: RegistryEntry | undefined): { country: string; region: string } {
  const { country = '', region = '' } = entry?.info.labels ?? {};
  return { country, region };
}

function toPeer(entry: RegistryEntry): Peer {
  const { nodeId, info } = entry;
  const { labels, addresses } = info;
  const own = labels[ADDRESS_LABEL];
  return {
    nodeId,
    addresses: own === undefined ? addresses.slice(0, MAX_ADDRESSES) : [own],
    ...placeOf(entry),
  };
}
