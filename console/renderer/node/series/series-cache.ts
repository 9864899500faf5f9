// Blocks of series that were fetched, bounded: what is shown is fetched first, then its neighbours, and what was not used for longest goes.
import { MusterError, messageOf } from '../../../../core/common/muster-error.ts';
import type { SeriesAnswer } from '../../../common/series-answer.ts';
import { type SeriesWish, wishKey } from './points.ts';
import { type Block, blockBounds } from './series-steps.ts';

/** 8 bytes each: 48 MB. */
const MAX_NUMBERS = 6_000_000;
const MAX_AT_ONCE = 4;
/** The newest block grows: it is read anew so often, and as long as late rows may come. */
const REFRESH_MS = 30_000;
const SETTLED_AFTER_MS = 600_000;
const RETRY_MS = 5000;
/** A page that shows old blocks again so much later has read them anew long before. */
const KEEPS_LATE_MS = 86_400_000;

export interface Wanted {
  wish: SeriesWish;
  block: Block;
}

interface Entry {
  answer: SeriesAnswer | undefined;
  numbers: number;
  loadedMs: number;
  failedMs: number;
  loading: AbortController | undefined;
}

export type LoadBlock = (wish: SeriesWish, block: Block, signal: AbortSignal) => Promise<SeriesAnswer>;

export class SeriesCache {
  readonly #load: LoadBlock;
  readonly #changed: () => void;
  readonly #now: () => number;
  /** In the order of their last use. */
  readonly #entries = new Map<string, Entry>();
  #queue: Wanted[] = [];
  #loading = 0;
  #problem = '';
  /** From when on rows may still come, and until when they are in the store. */
  #late = { fromMs: Number.POSITIVE_INFINITY, untilMs: 0 };

  constructor(load: LoadBlock, changed: () => void, now: () => number) {
    this.#load = load;
    this.#changed = changed;
    this.#now = now;
  }

  /** Why the newest failed block could not be read; empty when all could. */
  get problem(): string {
    return this.#problem;
  }

  /** Fetches what is missing or old of these, in this order. Fetches under way that are not among them end. */
  want(wanted: readonly Wanted[]): void {
    const keys = new Set(wanted.map(keyOf));
    for (const [key, entry] of this.#entries) if (entry.loading !== undefined && !keys.has(key)) entry.loading.abort();
    this.#queue = wanted.filter((each) => this.#isDue(each));
    this.#next();
  }

  /** Rows of `fromMs` and later come late: blocks of that time are settled again only once they are read after `untilMs`. */
  rowsArrive(fromMs: number, untilMs: number): void {
    const over = this.#late.untilMs < this.#now() - KEEPS_LATE_MS;
    this.#late = { fromMs: over ? fromMs : Math.min(this.#late.fromMs, fromMs), untilMs };
  }

  get(wanted: Wanted): SeriesAnswer | undefined {
    const key = keyOf(wanted);
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    return entry.answer;
  }

  /** Whether it is on its way or waits for its turn. */
  isComing(wanted: Wanted): boolean {
    const key = keyOf(wanted);
    return this.#entries.get(key)?.loading !== undefined || this.#queue.some((each) => keyOf(each) === key);
  }

  close(): void {
    this.#queue = [];
    for (const { loading } of this.#entries.values()) loading?.abort();
    this.#entries.clear();
  }

  #isDue(wanted: Wanted): boolean {
    const entry = this.#entries.get(keyOf(wanted));
    const now = this.#now();
    const { fromMs, toMs } = blockBounds(wanted.block);
    if (fromMs > now) return false;
    if (entry === undefined) return true;
    if (entry.loading !== undefined || now - entry.failedMs < RETRY_MS) return false;
    if (entry.answer === undefined) return true;
    const late = toMs > this.#late.fromMs && entry.loadedMs < this.#late.untilMs;
    const settled = entry.loadedMs > toMs + SETTLED_AFTER_MS && !late;
    return !settled && now - entry.loadedMs > REFRESH_MS;
  }

  #next(): void {
    while (this.#loading < MAX_AT_ONCE) {
      const wanted = this.#queue.shift();
      if (wanted === undefined) return;
      if (this.#isDue(wanted)) void this.#fetch(wanted);
    }
  }

  async #fetch(wanted: Wanted): Promise<void> {
    const key = keyOf(wanted);
    const controller = new AbortController();
    const entry = this.#entries.get(key) ?? { answer: undefined, numbers: 0, loadedMs: 0, failedMs: 0, loading: undefined };
    entry.loading = controller;
    this.#entries.set(key, entry);
    this.#loading++;
    const askedMs = this.#now();
    try {
      entry.answer = await this.#load(wanted.wish, wanted.block, controller.signal);
      entry.numbers = countNumbers(entry.answer);
      entry.loadedMs = askedMs;
      this.#problem = '';
      this.#evict();
    } catch (error) {
      if (!(error instanceof MusterError && error.code === 'cancelled')) {
        entry.failedMs = this.#now();
        this.#problem = messageOf(error);
      }
    } finally {
      entry.loading = undefined;
      this.#loading--;
      this.#changed();
      this.#next();
    }
  }

  #evict(): void {
    let total = 0;
    for (const { numbers } of this.#entries.values()) total += numbers;
    for (const [key, entry] of this.#entries) {
      if (total <= MAX_NUMBERS) return;
      if (entry.loading !== undefined) continue;
      total -= entry.numbers;
      this.#entries.delete(key);
    }
  }
}

function keyOf({ wish, block }: Wanted): string {
  return `${wishKey(wish.measurement, wish.tags)} ${wish.fields.join()} ${block.step.seconds}${block.step.raw ? ' raw' : ''} ${block.index}`;
}

function countNumbers({ series }: SeriesAnswer): number {
  let count = 0;
  for (const { times, fields } of series) {
    count += times.length;
    for (const { spread } of Object.values(fields)) count += times.length * (spread === null ? 1 : 3);
  }
  return count;
}
