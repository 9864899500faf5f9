// Whose TLS handshake is next. Each costs about a millisecond of the thread that all streams share, before anybody has shown who they are: so many
// begin in a moment, fewer while the thread is busy, and those that wait take turns by their address. Where all places to wait are taken, the address
// that has most of them gives one up: a few addresses keep nobody else out.
import { PlaceCounts } from './place-counts.ts';
import { prefixOf } from './unproven-connections.ts';

export interface HandshakeTurnsOptions {
  /** Begun in 10 ms at most; the same while the thread is busy. */
  perMoment?: number;
  perBusyMoment?: number;
  /** Connections that wait, of all addresses and of one. */
  waiting?: number;
  waitingOfAddress?: number;
  /** How long one waits. Whoever waits longer has turned to another attempt. */
  waitMs?: number;
  /** Whether the thread is busy now; default by its utilization. */
  busy?: () => boolean;
}

const MOMENT_MS = 10;
/** 800 a second is about what a core can do; 200 take less than a third of it. */
const PER_MOMENT = 8;
const PER_BUSY_MOMENT = 2;
const WAITING = 4096;
const WAITING_OF_ADDRESS = 2048;
const WAIT_MS = 3000;
/** Addresses of which somebody has shown who he is. */
const KNOWN = 10_000;

interface Waiting {
  address: string;
  sinceMs: number;
  begin(): void;
  refuse(why: string): void;
}

export class HandshakeTurns {
  readonly #perMoment: number;
  readonly #perBusyMoment: number;
  readonly #most: number;
  readonly #mostOfAddress: number;
  readonly #waitMs: number;
  readonly #busy: () => boolean;
  /** By address, in the order of their turns. */
  readonly #waiting = new Map<string, Set<Waiting>>();
  readonly #places = new PlaceCounts();
  readonly #known = new Set<string>();
  #count = 0;
  #begun = 0;
  #momentMs = 0;
  /** Every other turn is that of an address that is known, where one waits. */
  #knownIsNext = true;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: HandshakeTurnsOptions = {}) {
    this.#perMoment = options.perMoment ?? PER_MOMENT;
    this.#perBusyMoment = options.perBusyMoment ?? PER_BUSY_MOMENT;
    this.#most = options.waiting ?? WAITING;
    this.#mostOfAddress = options.waitingOfAddress ?? WAITING_OF_ADDRESS;
    this.#waitMs = options.waitMs ?? WAIT_MS;
    this.#busy = options.busy ?? createBusyLook();
  }

  /** How many wait. */
  get size(): number {
    return this.#count;
  }

  /** Calls `begin` at once or later, or `refuse`; neither any more once the function returned was called. */
  ask(remoteAddress: string, begin: () => void, refuse: (why: string) => void): () => void {
    if (this.#count === 0 && this.#hasTurn()) {
      this.#begun++;
      begin();
      return () => undefined;
    }
    const address = prefixOf(remoteAddress);
    const own = this.#waiting.get(address) ?? new Set();
    if (own.size >= this.#mostOfAddress) {
      refuse(`${own.size} connections of ${address} wait for their TLS handshake`);
      return () => undefined;
    }
    if (this.#count >= this.#most && !this.#makeRoom(address)) {
      refuse(`${this.#count} connections wait for their TLS handshake`);
      return () => undefined;
    }
    const one: Waiting = { address, sinceMs: performance.now(), begin, refuse };
    this.#waiting.set(address, own.add(one));
    this.#places.add(address);
    this.#count++;
    this.#timer ??= setInterval(() => this.#moment(), MOMENT_MS);
    return () => this.#leave(one);
  }

  /** Somebody of this address has shown who he is: every other turn is for such ones. */
  known(address: string): void {
    this.#known.delete(address);
    this.#known.add(address);
    for (const oldest of this.#known) {
      if (this.#known.size <= KNOWN) break;
      this.#known.delete(oldest);
    }
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#waiting.clear();
    this.#places.clear();
    this.#count = 0;
  }

  #hasTurn(): boolean {
    const nowMs = performance.now();
    if (nowMs - this.#momentMs >= MOMENT_MS) {
      this.#momentMs = nowMs;
      this.#begun = 0;
    }
    return this.#begun < this.#perBusyMoment || (this.#begun < this.#perMoment && !this.#busy());
  }

  #moment(): void {
    this.#refuseLate();
    this.#momentMs = performance.now();
    this.#begun = 0;
    while (this.#count > 0 && this.#hasTurn()) {
      const one = this.#next();
      if (one === undefined) break;
      this.#leave(one);
      this.#begun++;
      one.begin();
    }
    if (this.#count > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** The oldest of the address whose turn it is, which goes to the end of the row. */
  #next(): Waiting | undefined {
    let chosen: string | undefined;
    for (const address of this.#waiting.keys()) {
      chosen ??= address;
      if (!this.#knownIsNext) break;
      if (!this.#known.has(address)) continue;
      chosen = address;
      break;
    }
    this.#knownIsNext = !this.#knownIsNext;
    if (chosen === undefined) return undefined;
    const own = this.#waiting.get(chosen);
    if (own === undefined) return undefined;
    this.#waiting.delete(chosen);
    this.#waiting.set(chosen, own);
    const [oldest] = own;
    return oldest;
  }

  /**
   * Sends the oldest away of the address that has clearly more places than the one that asks; for an address that is known, of a stranger who has as many.
   * False where there is none.
   */
  #makeRoom(address: string): boolean {
    const own = this.#places.of(address);
    const most = this.#places.most();
    const giver = most !== undefined && this.#places.of(most) > own + 1 ? most : this.#strangerBefore(address, own);
    const [oldest] = (giver === undefined ? undefined : this.#waiting.get(giver)) ?? [];
    if (oldest === undefined) return false;
    this.#leave(oldest);
    oldest.refuse('another address needs its place to wait for a TLS handshake');
    return true;
  }

  /** For an address that is known: the next stranger that has more places than it. */
  #strangerBefore(address: string, own: number): string | undefined {
    if (!this.#known.has(address)) return undefined;
    for (const each of this.#waiting.keys()) if (!this.#known.has(each) && this.#places.of(each) > own) return each;
    return undefined;
  }

  #refuseLate(): void {
    const beforeMs = performance.now() - this.#waitMs;
    for (const own of [...this.#waiting.values()]) {
      for (const one of own) {
        if (one.sinceMs > beforeMs) break;
        this.#leave(one);
        one.refuse(`it waited ${this.#waitMs / 1000} s for its TLS handshake, as too many came at once`);
      }
    }
  }

  #leave(one: Waiting): void {
    const own = this.#waiting.get(one.address);
    if (own === undefined || !own.delete(one)) return;
    this.#places.remove(one.address);
    this.#count--;
    if (own.size === 0) this.#waiting.delete(one.address);
  }
}

const BUSY_SHARE = 0.6;
const BUSY_LOOK_MS = 50;

/** Whether the thread had little rest in the last moments. */
function createBusyLook(): () => boolean {
  let before = performance.eventLoopUtilization();
  let lookedMs = performance.now();
  let isBusy = false;
  return () => {
    const nowMs = performance.now();
    if (nowMs - lookedMs < BUSY_LOOK_MS) return isBusy;
    const now = performance.eventLoopUtilization();
    isBusy = performance.eventLoopUtilization(now, before).utilization > BUSY_SHARE;
    before = now;
    lookedMs = nowMs;
    return isBusy;
  };
}
