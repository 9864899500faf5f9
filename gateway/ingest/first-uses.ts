// Which idempotency keys were used, for what, when, and what was answered: in a bucket, so that it holds at every gateway and over a restart.
import { createHash } from 'node:crypto';
import { type KV, type NatsConnection, NatsError, StorageType } from 'nats';
import { z } from 'zod';
import { MusterError, toMusterError } from '../../core/common/muster-error.ts';
import { IDEMPOTENCY_BUCKET } from '../../core/common/streams.ts';
import { IDEMPOTENCY_KEPT_MS, IDEMPOTENCY_MAX_BYTES } from '../../core/node/stream-policy.ts';
import type { HttpAnswer } from '../http/http-answer.ts';
import { json } from '../http/http-answer.ts';

/** How long a key is remembered from its first use on. */
export const KEPT_MS = IDEMPOTENCY_KEPT_MS;
/** Of an answer; a longer one is made anew, which gives the same rows. */
const MAX_ANSWER = 64 * 1024;
/** "wrong last sequence": the key is there. */
const WRONG_LAST_SEQUENCE = 10071;

const USE = z.object({
  /** Of route and body. */
  content: z.string(),
  /** Unix µs. */
  firstUs: z.number(),
  answer: z.object({ status: z.number(), body: z.string() }).optional(),
});
type Use = z.output<typeof USE>;

export interface KeyedRequest {
  tokenId: string;
  key: string;
  /** Method and path. */
  route: string;
  body: Uint8Array;
}

/** What was made of a request. */
export interface UseAnswer extends HttpAnswer {
  /** A part of it failed that may succeed later: only the time of the first use is kept, so that the same request tries that part again. */
  unfinished?: boolean;
}

/** Where first uses are kept. */
export interface UseStore {
  /** Undefined where the key was free; else what is there. Throws `unavailable`. */
  claim(key: string, value: string): Promise<string | undefined>;
  put(key: string, value: string): Promise<void>;
}

/** The bucket is made where it is missing. */
export function createUseStore(connection: () => NatsConnection): UseStore {
  const bucket = (): Promise<KV> =>
    connection()
      .jetstream({ timeout: 5000 })
      .views.kv(IDEMPOTENCY_BUCKET, { history: 1, storage: StorageType.File, ttl: KEPT_MS, max_bytes: IDEMPOTENCY_MAX_BYTES });
  let opened: Promise<KV> | undefined;
  const open = (): Promise<KV> => {
    opened ??= bucket().catch((error: unknown) => {
      opened = undefined;
      throw error;
    });
    return opened;
  };
  const trying = async <T>(work: (kv: KV) => Promise<T>): Promise<T> => {
    try {
      return await work(await open());
    } catch (error) {
      // A nats-server that lost the bucket gets it again with the next request.
      opened = undefined;
      throw new MusterError('unavailable', `the idempotency key cannot be kept: ${toMusterError(error).message}: send it again`, error);
    }
  };
  return {
    claim: (key, value) =>
      trying(async (kv) => {
        try {
          await kv.create(key, value);
          return undefined;
        } catch (error) {
          if (!(error instanceof NatsError) || error.api_error?.err_code !== WRONG_LAST_SEQUENCE) throw error;
          return (await kv.get(key))?.string();
        }
      }),
    put: (key, value) =>
      trying(async (kv) => {
        await kv.put(key, value);
      }),
  };
}

export class FirstUses {
  readonly #store: UseStore;
  readonly #now: () => number;
  /** Requests of this process that are being answered. */
  readonly #open = new Map<string, { content: string; answer: Promise<HttpAnswer> }>();

  /** `now` gives Unix µs that it gives to nobody else. */
  constructor(store: UseStore, now: () => number) {
    this.#store = store;
    this.#now = now;
  }

  /**
   * The answer that this key was given; else that of `work`, which is told when the key was first used: what it makes of the same body then is the
   * same each time. 422 where the key was used for another request. A failure is not kept, nor an unfinished answer. Throws `unavailable`.
   */
  async once(request: KeyedRequest, work: (firstUs: number) => Promise<UseAnswer>): Promise<HttpAnswer> {
    const key = hash(request.tokenId, request.key);
    const content = hash(request.route, request.body);
    const open = this.#open.get(key);
    if (open !== undefined) return open.content === content ? open.answer : otherRequest();
    const answer = this.#answer(key, content, work);
    this.#open.set(key, { content, answer });
    try {
      return await answer;
    } finally {
      this.#open.delete(key);
    }
  }

  async #answer(key: string, content: string, work: (firstUs: number) => Promise<UseAnswer>): Promise<HttpAnswer> {
    const mine: Use = { content, firstUs: this.#now() };
    const found = await this.#store.claim(key, JSON.stringify(mine));
    const use = found === undefined ? mine : parseUse(found);
    if (use === undefined || use.content !== content) return otherRequest();
    if (use.answer !== undefined) return { ...json(use.answer.status, {}), body: use.answer.body };
    const { unfinished = false, ...answer } = await work(use.firstUs);
    const { status, body } = answer;
    // Without it the rows are made anew, and are the same.
    if (!unfinished && typeof body === 'string' && body.length <= MAX_ANSWER)
      await this.#store.put(key, JSON.stringify({ ...use, answer: { status, body } } satisfies Use)).catch(() => undefined);
    return answer;
  }
}

function otherRequest(): HttpAnswer {
  const message = `the idempotency key was used within ${KEPT_MS / 60_000} minutes for another request: send this one with a key of its own`;
  return json(422, { error: { code: 'failed_precondition', message } });
}

function parseUse(text: string): Use | undefined {
  try {
    return USE.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

function hash(first: string, second: string | Uint8Array): string {
  return createHash('sha256').update(`${first}\n`).update(second).digest('hex');
}
