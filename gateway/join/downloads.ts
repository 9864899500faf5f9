// How many downloads of the agent run at once: anybody may ask for one, and none may keep the port from those who bring samples.
import { MusterError } from '../../core/common/muster-error.ts';
import { prefixOf } from '../server/unproven-connections.ts';

const AT_ONCE = 64;
/** Behind one address there may be a whole site. */
const OF_ONE_ADDRESS = 16;

export class Downloads {
  readonly #open = new Map<string, number>();
  #total = 0;

  /** Takes a place. Call what it returns when the download ended; more than once does no harm. Throws `resource_exhausted`. */
  begin(remoteAddress: string): () => void {
    const address = prefixOf(remoteAddress);
    const own = this.#open.get(address) ?? 0;
    if (own >= OF_ONE_ADDRESS) throw full(`${own} downloads to ${address} are under way`);
    if (this.#total >= AT_ONCE) throw full(`${this.#total} downloads are under way`);
    this.#open.set(address, own + 1);
    this.#total++;
    let ended = false;
    return () => {
      if (ended) return;
      ended = true;
      this.#total--;
      const left = (this.#open.get(address) ?? 1) - 1;
      if (left === 0) this.#open.delete(address);
      else this.#open.set(address, left);
    };
  }
}

function full(why: string): MusterError {
  return new MusterError('resource_exhausted', `${why}: try again in a moment`);
}
