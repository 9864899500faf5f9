// Publishes dead letters and waits until the stream has them.

import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { headers, type JetStreamClient, type NatsConnection, NatsError } from 'nats';
import { toMusterError } from '../../core/common/muster-error.ts';
import { deadLetterSubject } from '../../core/common/streams.ts';
import type { EtlEvents } from '../events.ts';
import type { DeadLetter } from '../telemetry/dead-letter.ts';

const IN_FLIGHT = 64;
const ATTEMPTS = 5;
/** A nats-server that starts again answers at once that nobody is there. */
const PAUSE_MS = 500;
/**
 * "maximum bytes exceeded", "insufficient storage resources available", "maximum messages exceeded", "message size exceeds maximum allowed", and what
 * the client says of a message that is too large: no other attempt would end otherwise.
 */
const FULL = new Set<string | number>([10077, 10047, 10083, 10023, 10054, 'MAX_PAYLOAD_EXCEEDED']);

export class DeadLetterStream {
  readonly #jetstream: JetStreamClient;
  readonly #events: Pick<EtlEvents, 'deadLetterLost'>;
  readonly #pauseMs: number;

  constructor(nc: Pick<NatsConnection, 'jetstream'>, events: Pick<EtlEvents, 'deadLetterLost'>, pauseMs = PAUSE_MS) {
    this.#jetstream = nc.jetstream({ timeout: 3000 });
    this.#events = events;
    this.#pauseMs = pauseMs;
  }

  /**
   * Resolves when the stream has them. A letter for which it is full, or that it does not take within some attempts, is counted and
   * given up: a single node that sends nothing but bad rows must not stop the flow of all others.
   */
  async store(letters: readonly DeadLetter[]): Promise<void> {
    for (let from = 0; from < letters.length; from += IN_FLIGHT) {
      await Promise.all(letters.slice(from, from + IN_FLIGHT).map((letter) => this.#publish(letter)));
    }
  }

  async #publish(letter: DeadLetter): Promise<void> {
    const bytes = Buffer.from(JSON.stringify(letter));
    const header = headers();
    // A replay makes the same letter again: within the dedupe window it is stored once.
    header.set('Nats-Msg-Id', createHash('sha256').update(bytes).digest('base64url'));
    for (let attempt = 1; ; attempt++) {
      try {
        await this.#jetstream.publish(deadLetterSubject(letter.reason), bytes, { headers: header });
        return;
      } catch (error) {
        const code = error instanceof NatsError ? (error.api_error?.err_code ?? error.code) : '';
        if (FULL.has(code) || attempt === ATTEMPTS) {
          this.#events.deadLetterLost(letter.reason, toMusterError(error));
          return;
        }
        await sleep(this.#pauseMs * attempt);
      }
    }
  }
}
