// Finds out that nats-server takes large messages again: it tells its limit at a connect alone, and a connection that stands keeps the old one.
import { NEEDED_PAYLOAD_BYTES } from '../core/common/batch-size.ts';
import { fault } from '../core/node/faults.ts';
import type { Component } from '../core/node/lifecycle.ts';
import type { NatsLink } from './nats-link.ts';

export interface PayloadWatchOptions {
  link: Pick<NatsLink, 'connected' | 'maxPayload' | 'connectAnew'>;
  /** The limit that a new connection is told. May reject. */
  ask(): Promise<number>;
  events: {
    payloadLow(what: { maxPayload: number; needed: number }): void;
    payloadEnough(what: { maxPayload: number }): void;
  };
}

/** A connection of its own each time, while the limit is low. */
const LOOK_MS = 10_000;

export function createPayloadWatch({ link, ask, events }: PayloadWatchOptions): Component {
  let timer: NodeJS.Timeout | undefined;
  let low = false;
  let asking = false;

  const look = async (): Promise<void> => {
    if (!link.connected) return;
    const { maxPayload } = link;
    if (maxPayload >= NEEDED_PAYLOAD_BYTES) {
      if (low) events.payloadEnough({ maxPayload });
      low = false;
      return;
    }
    if (!low) events.payloadLow({ maxPayload, needed: NEEDED_PAYLOAD_BYTES });
    low = true;
    if ((await ask()) > link.maxPayload) await link.connectAnew();
  };

  const beat = (): void => {
    if (asking) return;
    asking = true;
    look()
      // A server that does not answer is asked again.
      .catch(() => undefined)
      .finally(() => {
        asking = false;
      })
      .catch(fault);
  };

  return {
    name: 'payload limit',
    async start() {
      low = false;
      timer = setInterval(beat, LOOK_MS);
    },
    async stop() {
      clearInterval(timer);
    },
  };
}
