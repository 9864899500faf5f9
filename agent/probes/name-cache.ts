// Names of targets to addresses, each asked for once a minute: what a probe measures is the way to its target, not the resolver.
import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';

const KEEP_MS = 60_000;
/** More than one agent has targets; beyond it, names of targets that are gone. */
const MAX_NAMES = 512;

export type Lookup = (name: string) => Promise<string>;

const systemLookup: Lookup = async (name) => (await lookup(name)).address;

/** The system's look-up has four threads that the whole agent shares: names are asked one after the other. */
export class NameCache {
  readonly #lookup: Lookup;
  readonly #nowMs: () => number;
  readonly #known = new Map<string, { address: string; untilMs: number }>();
  readonly #asked = new Map<string, Promise<string>>();
  #last: Promise<unknown> = Promise.resolve();

  constructor(nowMs: () => number, ask: Lookup = systemLookup) {
    this.#nowMs = nowMs;
    this.#lookup = ask;
  }

  /** The address at once where it is one or is known; else a promise, which rejects as the system's look-up does. */
  resolve(name: string): string | Promise<string> {
    if (isIP(name) !== 0) return name;
    const known = this.#known.get(name);
    if (known !== undefined && known.untilMs > this.#nowMs()) return known.address;
    const asked = this.#asked.get(name) ?? this.#ask(name);
    this.#asked.set(name, asked);
    if (known === undefined) return asked;
    // While it is asked for again the old address is good: a slow resolver is no loss on the way to the target.
    asked.catch(() => this.#known.delete(name));
    return known.address;
  }

  #ask(name: string): Promise<string> {
    const turn = this.#last.then(() => this.#lookup(name));
    this.#last = turn.catch(() => undefined);
    return turn
      .then((address) => {
        if (this.#known.size >= MAX_NAMES) this.#known.clear();
        this.#known.set(name, { address, untilMs: this.#nowMs() + KEEP_MS });
        return address;
      })
      .finally(() => this.#asked.delete(name));
  }
}
