// Publishes dead letters and waits until the stream has them.

import { createHash } from 'node:crypto';
import { headers, type JetStreamClient, type NatsConnection } from 'nats';
import { toMusterError } from '../../core/common/muster-error.ts';
import { deadLetterSubject } from '../../core/common/streams.ts';
import type { EtlEvents } from '../events.ts';
import type { DeadLetter } from '../telemetry/dead-letter.ts';

const IN_FLIGHT = 64;
const ATTEMPTS = 5;

export class DeadLetterStream {
  readonly #jetstream: JetStreamClient;
  readonly #events: EtlEvents;

  constructor(nc: NatsConnection, events: EtlEvents) {
    this.#jetstream = nc.jetstream({ timeout: 3000 });
    this.#events = events;
  }

  /**
   * Resolves when the stream has them. A letter that it does not take within some attempts (it is full) is counted and given up: a
   * single node that sends nothing but bad rows must not stop the flow of all others.
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
        if (attempt < ATTEMPTS) continue;
        this.#events.deadLetterLost(letter.reason, toMusterError(error));
        return;
      }
    }
  }
}
