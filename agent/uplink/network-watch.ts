// Notices what a connection does not say by itself: that the machine has other addresses now, and that it slept.
import { networkInterfaces } from 'node:os';
import type { Component } from '../../core/node/lifecycle.ts';
import { type ClockSource, systemClock } from '../host/host-clock.ts';

const LOOK_EVERY_MS = 5000;
/** The wall clock went on so much further than the other: the machine slept, or its clock was set. */
const SLEPT_MS = 10_000;

export interface NetworkWatchOptions {
  /** An address is gone: a connection from it is dead, and does not know. */
  addressesLost(addresses: readonly string[]): void;
  /** There are others than before. */
  addressesAdded(): void;
  /** Peers may have given the connection up meanwhile. */
  slept(ms: number): void;
  addresses?: () => string[];
  clock?: ClockSource;
  everyMs?: number;
}

export class NetworkWatch implements Component {
  readonly name = 'network watch';
  readonly #options: NetworkWatchOptions;
  readonly #clock: ClockSource;
  #timer: NodeJS.Timeout | undefined;
  #before: ReadonlySet<string> = new Set();
  #offsetMs = 0;

  constructor(options: NetworkWatchOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
  }

  async start(): Promise<void> {
    this.#before = new Set(this.#read());
    this.#offsetMs = this.#clock.wallMs() - this.#clock.monotonicMs();
    this.#timer = setInterval(() => this.look(), this.#options.everyMs ?? LOOK_EVERY_MS);
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
  }

  look(): void {
    const offsetMs = this.#clock.wallMs() - this.#clock.monotonicMs();
    const sleptMs = offsetMs - this.#offsetMs;
    this.#offsetMs = offsetMs;
    const now = new Set(this.#read());
    const before = this.#before;
    this.#before = now;
    const lost = [...before].filter((address) => !now.has(address));
    if (sleptMs >= SLEPT_MS) this.#options.slept(Math.round(sleptMs));
    else if (lost.length > 0) this.#options.addressesLost(lost);
    else if (now.size > before.size) this.#options.addressesAdded();
  }

  #read(): string[] {
    try {
      return (this.#options.addresses ?? ownAddresses)();
    } catch {
      // A container may forbid it; then only the connection itself can tell.
      return [];
    }
  }
}

/** Without link-local ones, which come and go with each container. */
function ownAddresses(): string[] {
  const found: string[] = [];
  for (const [name, addresses = []] of Object.entries(networkInterfaces())) {
    for (const { address, internal } of addresses) if (!internal && !address.startsWith('fe80:')) found.push(`${name} ${address}`);
  }
  return found;
}
