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
  /** It speaks gRPC. */
  awaited: boolean;
  /** Runs while no call is open. */
  idle: NodeJS.Timeout | undefined;
  cut(why: string): void;
}

export class UnprovenConnections {
  readonly #limits: UnprovenLimits;
  readonly #onProven: (address: string) => void;
  /** By `address:port` of the peer. */
  readonly #open = new Map<string, Unproven>();
  readonly #perAddress = new Map<string, number>();

  /** `onProven` is told of each address of which a connection has shown whose it is. */
  constructor(limits: UnprovenLimits, onProven: (address: string) => void = () => undefined) {
    this.#limits = limits;
    this.#onProven = onProven;
  }

  get size(): number {
    return this.#open.size;
  }

  has(peer: string): boolean {
    return this.#open.has(peer);
  }

  /**
   * Takes a new connection in, or says why not. Where all places are taken, the oldest of the address that has most of them goes: whoever fills
   * them, with calls that anybody may make, keeps nobody else out. `cut` is called for that, and for one that is idle.
   */
  admit(peer: string, remoteAddress: string, cut: (why: string) => void): string | undefined {
    const { total, perAddress } = this.#limits;
    const address = prefixOf(remoteAddress);
    const own = this.#perAddress.get(address) ?? 0;
    if (own >= perAddress) return `${perAddress} connections of ${address} have not shown yet who they are`;
    if (this.#open.size >= total && !this.#makeRoom(own)) return `${total} connections have not shown yet who they are`;
    this.#perAddress.set(address, own + 1);
    this.#open.set(peer, { address, calls: 0, awaited: false, idle: undefined, cut });
    return undefined;
  }

  /** It speaks gRPC from now on, and has to have a call. */
  expectCall(peer: string): void {
    const found = this.#open.get(peer);
    if (found === undefined) return;
    found.awaited = true;
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

  /** It has shown whose it is. */
  leave(peer: string): void {
    const found = this.#open.get(peer);
    if (found === undefined) return;
    this.closed(peer);
    this.#onProven(found.address);
  }

  /** It is closed, or has to go. */
  closed(peer: string): void {
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
    if (found.calls > 0 || !found.awaited) return;
    found.idle = setTimeout(
      () => found.cut(`no call for ${this.#limits.idleMs / 1000} s, and it is not known who it is`),
      this.#limits.idleMs,
    );
  }

  /** False where no address has clearly more than the one that asks. */
  #makeRoom(own: number): boolean {
    let most = ['', 0] as [string, number];
    for (const each of this.#perAddress) if (each[1] > most[1]) most = each;
    if (most[1] <= own + 1) return false;
    for (const [peer, { address, cut }] of this.#open) {
      if (address !== most[0]) continue;
      this.closed(peer);
      cut('others need its place, and it is not known who it is');
      return true;
    }
    return false;
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
