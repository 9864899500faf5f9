// Makes the streams at start, and again after each reconnect: a restarted nats-server has forgotten those in memory. What the gateway can do
// without it is made later, in the background, and named meanwhile.
import { NEEDED_PAYLOAD_BYTES } from '../core/common/batch-size.ts';
import { MusterError, toMusterError } from '../core/common/muster-error.ts';
import { fault } from '../core/node/faults.ts';
import type { Component } from '../core/node/lifecycle.ts';
import type { StreamLimits } from '../core/node/stream-policy.ts';
import { ensureStreams, type MissingStream } from '../core/node/streams.ts';
import type { NatsLink } from './nats-link.ts';

export interface StreamsOptions {
  link: Pick<NatsLink, 'connected' | 'connection' | 'onReconnect'>;
  limits: StreamLimits;
  events: { retried(what: { what: 'streams'; error: string }): void };
  /** Called when all that is needed is there again. */
  afterReconnect(): void;
}

export interface Streams extends Component {
  /** What does not work for want of a stream, a sentence each. */
  problems(): string[];
}

const AGAIN_MS = 1000;
/** Of what is not needed to serve agents: each attempt waits twice as long as the one before, up to this. */
const MAX_PAUSE_MS = 60_000;

/** Throws `failed_precondition` at its start where nats-server takes no messages of the size that batches have. */
export function createStreams({ link, limits, events, afterReconnect }: StreamsOptions): Streams {
  let missing: readonly MissingStream[] = [];
  let unlisten = (): unknown => undefined;
  let timer: NodeJS.Timeout | undefined;
  let reconnects = 0;
  /** The newest reconnect after which all that is needed was there. An attempt counts for those before it began, whatever its cause. */
  let settled = 0;
  let pauseMs = AGAIN_MS;
  let stopped = true;

  const later = (ms: number): void => {
    clearTimeout(timer);
    if (!stopped) timer = setTimeout(() => attempt().catch(fault), ms);
  };

  const ensure = async (): Promise<void> => {
    missing = await ensureStreams(link.connection, limits);
    clearTimeout(timer);
    if (missing.length === 0) {
      pauseMs = AGAIN_MS;
      return;
    }
    events.retried({ what: 'streams', error: missing.map(words).join('; ') });
    later(pauseMs);
    pauseMs = Math.min(2 * pauseMs, MAX_PAUSE_MS);
  };

  const attempt = async (): Promise<void> => {
    const upTo = reconnects;
    try {
      await ensure();
    } catch (error) {
      events.retried({ what: 'streams', error: toMusterError(error).message });
      // The next connection asks again.
      if (link.connected) later(AGAIN_MS);
      return;
    }
    if (stopped) return;
    // An attempt from before the newest reconnect may have ended the wait for the next one.
    if (upTo < reconnects) later(AGAIN_MS);
    if (settled >= upTo) return;
    settled = upTo;
    afterReconnect();
  };

  return {
    name: 'streams',
    problems: () => missing.map(words),
    async start() {
      const maxPayload = link.connection.info?.max_payload ?? 0;
      if (maxPayload < NEEDED_PAYLOAD_BYTES) {
        throw new MusterError(
          'failed_precondition',
          `nats-server takes messages of ${maxPayload} bytes: set max_payload to ${NEEDED_PAYLOAD_BYTES}`,
        );
      }
      stopped = false;
      pauseMs = AGAIN_MS;
      await ensure();
      unlisten = link.onReconnect(() => {
        pauseMs = AGAIN_MS;
        reconnects++;
        attempt().catch(fault);
      });
    },
    async stop() {
      stopped = true;
      clearTimeout(timer);
      unlisten();
    },
  };
}

function words({ name, without, error }: MissingStream): string {
  return `${without}: nats-server does not make ${name} (${error}); an older nats-server process has the rights of its start, restart it`;
}
