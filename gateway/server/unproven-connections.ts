// Connections of which it is not known yet whose they are: no certificate of the fleet, and no call that was let in. They cost memory all the
// same, so there are few of them, fewer still of one address, and one without an open call is closed soon.

export interface UnprovenLimits {
  /** At once. */
  total: number;
  /** Of one address at once; of IPv6 the first 64 bits, which is what one household gets. */
  perAddress: number;
  /** Without a call. */
  idleMs: number;
}

interface Unproven {
  address: string;
  calls: number;
  /** Runs while it may speak gRPC and no call is open. */
  idle: NodeJS.Timeout | undefined;
  cut: (() => void) | undefined;
}

export class UnprovenConnections {
  readonly #limits: UnprovenLimits;
  /** By `address:port` of the peer. */
  readonly #open = new Map<string, Unproven>();
  readonly #perAddress = new Map<string, number>();

  constructor(limits: UnprovenLimits) {
    this.#limits = limits;
  }

  get size(): number {
    return this.#open.size;
  }

  has(peer: string): boolean {
    return this.#open.has(peer);
  }

  /** Takes a new connection in, or says why not. */
  admit(peer: string, remoteAddress: string): string | undefined {
    const { total, perAddress } = this.#limits;
    const address = prefixOf(remoteAddress);
    const own = this.#perAddress.get(address) ?? 0;
    if (own >= perAddress) return `${perAddress} connections of ${address} have not shown yet who they are`;
    if (this.#open.size >= total) return `${total} connections have not shown yet who they are`;
    this.#perAddress.set(address, own + 1);
    this.#open.set(peer, { address, calls: 0, idle: undefined, cut: undefined });
    return undefined;
  }

  /** It speaks gRPC from now on: where no call is open for so long, `cut` is called. */
  expectCall(peer: string, cut: () => void): void {
    const found = this.#open.get(peer);
    if (found === undefined) return;
    found.cut = cut;
    this.#wait(found);
  }

  callBegan(peer: string): void {
    const found = this.#open.get(peer);
    if (found === undefined) return;
    found.calls++;
    clearTimeout(found.idle);
  }

  callEnded(peer: string): void {
    const found = this.#open.get(peer);
    if (found === undefined) return;
    found.calls--;
    this.#wait(found);
  }

  /** It has shown whose it is, or is closed. */
  leave(peer: string): void {
    const found = this.#open.get(peer);
    if (found === undefined) return;
    clearTimeout(found.idle);
    this.#open.delete(peer);
    const own = (this.#perAddress.get(found.address) ?? 1) - 1;
    if (own === 0) this.#perAddress.delete(found.address);
    else this.#perAddress.set(found.address, own);
  }

  #wait(found: Unproven): void {
    clearTimeout(found.idle);
    if (found.calls === 0 && found.cut !== undefined) found.idle = setTimeout(found.cut, this.#limits.idleMs);
  }
}

/** What is counted as one address. */
export function prefixOf(address: string): string {
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, '').replace(/%.*$/, '');
  if (!plain.includes(':')) return plain;
  const [before = '', after] = plain.split('::');
  const groups = before === '' ? [] : before.split(':');
  const rest = after === undefined || after === '' ? [] : after.split(':');
  const all = [...groups, ...Array<string>(Math.max(0, 8 - groups.length - rest.length)).fill('0'), ...rest];
  return `${all.slice(0, 4).join(':')}::/64`;
}
