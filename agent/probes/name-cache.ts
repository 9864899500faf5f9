// Names of targets to addresses, each asked for once a minute: what a probe measures is the way to its target, not the resolver.
import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';

const KEEP_MS = 60_000;
/** More than one agent has targets; beyond it, names of targets that are gone. */
const MAX_NAMES = 512;

/** One address or more, the best first. */
export type Lookup = (name: string) => Promise<string | readonly string[]>;

// In the resolver's own order, which knows the ways of this machine (RFC 6724).
const systemLookup: Lookup = async (name) => (await lookup(name, { all: true, order: 'verbatim' })).map(({ address }) => address);

/** The system's look-up has four threads that the whole agent shares: names are asked one after the other. */
export class NameCache {
  readonly #lookup: Lookup;
  readonly #nowMs: () => number;
  readonly #known = new Map<string, { addresses: readonly string[]; untilMs: number }>();
  readonly #asked = new Map<string, Promise<readonly string[]>>();
  #last: Promise<unknown> = Promise.resolve();

  constructor(nowMs: () => number, ask: Lookup = systemLookup) {
    this.#nowMs = nowMs;
    this.#lookup = ask;
  }

  /** The first address at once where it is one or is known; else a promise, which rejects as the system's look-up does. */
  resolve(name: string): string | Promise<string> {
    const addresses = this.resolveAll(name);
    return addresses instanceof Promise ? addresses.then(([first]) => first as string) : addresses[0]!;
  }

  /** All addresses, likewise; at least one. */
  resolveAll(name: string): readonly string[] | Promise<readonly string[]> {
    if (isIP(name) !== 0) return [name];
    const known = this.#known.get(name);
    if (known !== undefined && known.untilMs > this.#nowMs()) return known.addresses;
    const asked = this.#asked.get(name) ?? this.#ask(name);
    this.#asked.set(name, asked);
    if (known === undefined) return asked;
    // While it is asked for again the old addresses are good: a slow resolver is no loss on the way to the target.
    asked.catch(() => this.#known.delete(name));
    return known.addresses;
  }

  #ask(name: string): Promise<readonly string[]> {
    const turn = this.#last.then(() => this.#lookup(name));
    this.#last = turn.catch(() => undefined);
    return turn
      .then((found) => {
        const addresses = typeof found === 'string' ? [found] : [...new Set(found)];
        if (addresses.length === 0) throw Object.assign(new Error(`${name} has no address`), { code: 'ENODATA' });
        if (this.#known.size >= MAX_NAMES) this.#known.clear();
        this.#known.set(name, { addresses, untilMs: this.#nowMs() + KEEP_MS });
        return addresses;
      })
      .finally(() => this.#asked.delete(name));
  }
}
