// The messages that this process holds or has stored. The server delivers one again whose acknowledgement it has waited for too long, although it is worked on
// or done: on a machine that is slower than its stream that would make it slower still.
import type { JsMsg } from 'nats';

/** What tells a message from any other, one of the same number in a stream that was made anew included. */
type Message = Pick<JsMsg, 'seq' | 'redelivered'> & { info: Pick<JsMsg['info'], 'timestampNanos'> };

/** More than may be unacknowledged at once. */
const REMEMBERED = 20_000;

export class KnownMessages {
  readonly #held = new Map<string, Message>();
  /** Oldest first. */
  readonly #stored = new Set<string>();

  /** Of a message that comes: new to us, or another copy of one that is held, or that was stored. A new one is held from now on. */
  take(message: Message): 'new' | 'held' | 'stored' {
    const key = keyOf(message);
    if (message.redelivered) {
      if (this.#held.has(key)) return 'held';
      if (this.#stored.has(key)) return 'stored';
    }
    this.#held.set(key, message);
    return 'new';
  }

  /** They are stored and acknowledged. */
  stored(messages: readonly Message[]): void {
    for (const message of messages) {
      const key = keyOf(message);
      if (this.#held.get(key) !== message) continue;
      this.#held.delete(key);
      this.#stored.add(key);
      if (this.#stored.size > REMEMBERED) this.#stored.delete(this.#stored.values().next().value as string);
    }
  }

  /** They were given back, and have to come again. */
  released(messages: readonly Message[]): void {
    for (const message of messages) if (this.#held.get(keyOf(message)) === message) this.#held.delete(keyOf(message));
  }

  /** What is delivered from now on is to be stored once more: what is held now may be stored in part, in a database that has lost that since. */
  clear(): void {
    this.#held.clear();
    this.#stored.clear();
  }
}

function keyOf({ seq, info: { timestampNanos } }: Message): string {
  return `${seq} ${timestampNanos}`;
}
