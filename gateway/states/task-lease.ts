// Which gateway does a task that one of them does for all: a key of a bucket in memory, renewed by compare-and-set. Times are those of this
// process alone, so no clock of another machine matters.
import { type KV, type KvEntry, type NatsConnection, NatsError } from 'nats';
import { TASKS_BUCKET } from '../../core/common/streams.ts';

/** One value of the bucket. */
export interface TaskHolder {
  /** Name of the gateway; empty once it has let go. */
  gateway: string;
  /** Which life of it. */
  instance: string;
}

export interface TaskLeaseOptions {
  connection: NatsConnection;
  task: string;
  gateway: string;
  /** Different in each life of a gateway. */
  instance: string;
  /** Milliseconds that only grow. */
  clock?: () => number;
}

export const LEASE_MS = 15_000;
/** The holder stops before another one begins, however slow its renewals are. */
const HELD_MS = 10_000;
const WRONG_LAST_SEQUENCE = 10071;

export class TaskLease {
  readonly #options: TaskLeaseOptions;
  readonly #clock: () => number;
  #kv: KV | undefined;
  #heldUntilMs = Number.NEGATIVE_INFINITY;
  /** What was seen of another holder last, and since when it has not changed. */
  #seen = { revision: -1, sinceMs: 0 };

  constructor(options: TaskLeaseOptions) {
    this.#options = options;
    this.#clock = options.clock ?? (() => performance.now());
  }

  /** Another number after each time that somebody else may have held it. */
  term = 0;

  get held(): boolean {
    return this.#clock() < this.#heldUntilMs;
  }

  /** After a stall nobody knows who holds it, until it is renewed. */
  doubt(): void {
    this.#heldUntilMs = Number.NEGATIVE_INFINITY;
  }

  /** Takes or renews it where that is possible. Rejects while nats-server does not answer. */
  async renew(): Promise<boolean> {
    const { connection, task, gateway, instance } = this.#options;
    const askedMs = this.#clock();
    this.#kv ??= await connection.jetstream({ timeout: HELD_MS / 2 }).views.kv(TASKS_BUCKET, { bindOnly: true });
    const found = await this.#kv.get(task);
    const holder = readHolder(found);
    if (found !== null && holder !== undefined && !this.#mayTake(holder, found.revision)) {
      this.#heldUntilMs = Number.NEGATIVE_INFINITY;
      return false;
    }
    try {
      const text = JSON.stringify({ gateway, instance } satisfies TaskHolder);
      if (found === null) await this.#kv.create(task, text);
      else await this.#kv.update(task, text, found.revision);
    } catch (error) {
      if (!(error instanceof NatsError) || error.api_error?.err_code !== WRONG_LAST_SEQUENCE) throw error;
      // Another one was quicker.
      this.#heldUntilMs = Number.NEGATIVE_INFINITY;
      return false;
    }
    if (holder?.instance !== instance) this.term++;
    this.#heldUntilMs = askedMs + HELD_MS;
    return true;
  }

  /** Lets another one begin at once. */
  async release(): Promise<void> {
    const { task, instance } = this.#options;
    this.#heldUntilMs = Number.NEGATIVE_INFINITY;
    const found = await this.#kv?.get(task);
    if (!found || readHolder(found)?.instance !== instance) return;
    await this.#kv?.update(task, JSON.stringify({ gateway: '', instance } satisfies TaskHolder), found.revision);
  }

  /** An earlier life of this gateway holds nothing any more, and who has not renewed for long is gone. */
  #mayTake(holder: TaskHolder, revision: number): boolean {
    if (holder.gateway === '' || holder.gateway === this.#options.gateway) return true;
    const nowMs = this.#clock();
    if (this.#seen.revision !== revision) this.#seen = { revision, sinceMs: nowMs };
    return nowMs - this.#seen.sinceMs >= LEASE_MS;
  }
}

/** Undefined where nobody holds it. An entry that cannot be read is somebody's: it is waited for until it is not renewed any more. */
function readHolder(entry: KvEntry | null): TaskHolder | undefined {
  if (entry === null || entry.operation !== 'PUT') return undefined;
  try {
    const { gateway, instance } = entry.json<Partial<TaskHolder>>();
    if (typeof gateway === 'string' && typeof instance === 'string') return { gateway, instance };
  } catch {
    // Below.
  }
  return { gateway: 'unknown', instance: '' };
}
