// The durable stream as the publisher sees it, and JetStream behind it.
import { type JetStreamClient, NatsError } from 'nats';
import { NEEDED_PAYLOAD_BYTES } from '../../core/common/batch-size.ts';
import { MusterError, messageOf } from '../../core/common/muster-error.ts';
import type { NatsLink } from '../nats-link.ts';

/** Why a publish did not succeed. Bounded: it is a label. */
export type PublishFailure = 'disconnected' | 'timeout' | 'stream_full' | 'stream_missing' | 'refused' | 'too_large';

export class PublishError extends MusterError {
  readonly reason: PublishFailure;

  /** `permanent`: the message itself is at fault. What is wrong with the way there or with the stream passes, by itself or by somebody's hand. */
  constructor(reason: PublishFailure, message: string, cause?: unknown, permanent = false) {
    super(permanent ? 'limit_exceeded' : 'unavailable', message, cause);
    this.reason = reason;
  }

  /** No other attempt can succeed. */
  get permanent(): boolean {
    return !this.retryable;
  }
}

export interface DurableStream {
  /**
   * Resolves only after the stream has acknowledged the message. Rejects with a `PublishError` when it is not known to be stored: it
   * may be all the same, so the same message is sent again with the same id, which the stream stores once; not where the error is permanent.
   */
  publish(subject: string, payload: Uint8Array, messageId: string): Promise<{ duplicate: boolean }>;
  /** Bytes that the payload of a message may have now. Absent where that is not known: an attempt tells. */
  maxBytes?(): number;
}

const TIMEOUT_MS = 5000;
/** "maximum bytes exceeded", "insufficient storage resources available", "maximum messages exceeded", and what an account or the memory is short of. */
const FULL = new Set([10077, 10047, 10083, 10023, 10002, 10028]);
/** "message size exceeds maximum allowed", "header size exceeds maximum allowed of 64k". */
const TOO_LARGE = new Set([10054, 10097]);
/** What a message has beside its payload: the header with its id. */
const HEADER_BYTES = 256;
const MAX_PAYLOAD_EXCEEDED = 'MAX_PAYLOAD_EXCEEDED';
const NO_RESPONDERS = '503';
const TIMEOUT = 'TIMEOUT';

export function createJetStream(link: NatsLink): DurableStream {
  const client: JetStreamClient = link.connection.jetstream();
  /** Of the publishes without an answer. An answer comes on the connection that took the question, or never. */
  const unanswered = new Set<(error: PublishError) => void>();
  link.onChange(() => {
    if (link.connected) return;
    for (const reject of unanswered) reject(new PublishError('disconnected', 'nats-server went away before it acknowledged'));
    unanswered.clear();
  });
  const maxBytes = (): number => link.maxPayload - HEADER_BYTES;
  return {
    maxBytes,
    publish(subject, payload, messageId) {
      if (!link.connected) return Promise.reject(new PublishError('disconnected', 'nats-server cannot be reached'));
      if (payload.length > maxBytes()) return Promise.reject(tooLarge(payload.length, `its max_payload is ${link.maxPayload}`));
      return new Promise((resolve, reject) => {
        unanswered.add(reject);
        client
          .publish(subject, payload, { msgID: messageId, timeout: TIMEOUT_MS })
          .then(
            ({ duplicate }) => resolve({ duplicate }),
            (error) => reject(toPublishError(error, payload.length)),
          )
          .finally(() => unanswered.delete(reject));
      });
    },
  };
}

/** A limit that was lowered is raised again; a message that needs more than it has to be never passes. */
function tooLarge(bytes: number, said: string, cause?: unknown): PublishError {
  const permanent = bytes + HEADER_BYTES > NEEDED_PAYLOAD_BYTES;
  const words = permanent
    ? `a message of ${bytes} bytes is larger than any that nats-server has to take (${NEEDED_PAYLOAD_BYTES}): ${said}`
    : `nats-server takes no message of ${bytes} bytes, ${said}: set it to ${NEEDED_PAYLOAD_BYTES}`;
  return new PublishError('too_large', words, cause, permanent);
}

/** What a failed publish of so many bytes says, in the words of the publisher. */
export function toPublishError(error: unknown, bytes: number): PublishError {
  const words = messageOf(error);
  if (error instanceof NatsError) {
    const code = error.api_error?.err_code ?? 0;
    if (error.code === MAX_PAYLOAD_EXCEEDED) return tooLarge(bytes, 'its max_payload is less', error);
    if (TOO_LARGE.has(code)) return tooLarge(bytes, `the max_msg_size of the stream is less (${words})`, error);
    if (FULL.has(code)) return new PublishError('stream_full', `the telemetry stream is full (${words})`, error);
    if (error.code === TIMEOUT) return new PublishError('timeout', `nats-server did not acknowledge within ${TIMEOUT_MS / 1000} s`, error);
    // The server words this as "jetstream is not enabled", which is not the trouble.
    if (error.code === NO_RESPONDERS) return new PublishError('stream_missing', 'no stream takes the subject of telemetry', error);
  }
  return new PublishError('refused', words, error);
}
