// POST /enqueue: samples of scripts on this machine, into the spool like the agent's own. Loaded when somebody first sends some.
import type { IncomingMessage } from 'node:http';
import { parseBoundedJson } from '../../core/common/bounded-json.ts';
import type { DroppedRange, FleetEvent, FrameColumns } from '../../core/common/frame.ts';
import { MusterError } from '../../core/common/muster-error.ts';
import {
  indexesOf,
  MAX_SAMPLES,
  type PushContent,
  type PushSample,
  parseSamples,
  type SampleRefusal,
  samplesOf,
} from '../../core/common/push-sample.ts';
import { timeWindow } from '../../core/common/row-time.ts';
import { createSampleClock, type SampleClock } from '../../core/common/sample-clock.ts';
import { toFrames } from '../../core/common/sample-frames.ts';
import { GatheredAppends } from './gathered-appends.ts';
import { KnownKeys } from './known-keys.ts';

const MAX_BODY_BYTES = 1024 * 1024;
/** Of all scripts together. */
const MAX_ROWS_A_MINUTE = 60_000;
/** What is too old for the store, the ETL sets aside: here a time has to be one that can be meant. */
const OLDEST_DAYS = 3650;
/** Scripts may fill this share of the spool; the rest is for the machine's own samples. */
const SCRIPTS_SHARE = 0.5;
/** Stands where a sample needs a node: an agent speaks for its own alone. */
const SELF = 'self';

export interface EnqueueSink {
  append(input: { createdUs: number; frames: readonly FrameColumns[]; events: readonly FleetEvent[] }): readonly DroppedRange[];
  status(): { durable: boolean; problem: string; bytes: number; maxBytes: number };
  nodeId(): string | undefined;
  /** After each append. */
  appended(dropped: readonly DroppedRange[]): void;
  /** Unix ms. */
  now(): number;
}

export interface EnqueueAnswer {
  /** Rows in the spool. */
  accepted: number;
  /** They are on disk: still there after a power cut. */
  durable: boolean;
  refused: readonly SampleRefusal[];
}

interface EnqueueContent extends PushContent {
  /** Where each sample stands in what was sent. */
  indexes: ReadonlyMap<PushSample, number>;
}

export class EnqueueDoor {
  readonly #sink: EnqueueSink;
  readonly #clock: SampleClock;
  readonly #known = new KnownKeys();
  readonly #appends: GatheredAppends;
  #minute = 0;
  #rows = 0;

  /** `micros` are those within the millisecond, for a sample without a time. */
  constructor(sink: EnqueueSink, micros?: () => number) {
    this.#sink = sink;
    this.#clock = createSampleClock(() => sink.now(), micros);
    this.#appends = new GatheredAppends((samples) => {
      sink.appended(sink.append({ createdUs: sink.now() * 1000, frames: toFrames(samples), events: [] }));
    });
  }

  /** Throws `malformed`, `limit_exceeded`, `invalid_argument` where no sample is good, `resource_exhausted` and `unavailable`. */
  async take(request: IncomingMessage): Promise<EnqueueAnswer> {
    return this.takeText(await textOf(request));
  }

  async takeText(text: string): Promise<EnqueueAnswer> {
    const list = samplesOf(parseBoundedJson(text, 'the body', true));
    if (list === undefined)
      throw new MusterError('invalid_argument', 'the body is neither a sample, a list of samples nor {"samples": […]}');
    if (list.length > MAX_SAMPLES)
      throw new MusterError('limit_exceeded', `the body has ${list.length} samples: at most ${MAX_SAMPLES} are taken at once`);
    const nowMs = this.#sink.now();
    const parsed = this.#parse(list, this.#clock.reserve(list.length), nowMs * 1000);
    assertSome(parsed);
    this.#admit(parsed.samples.length, nowMs);
    const content = this.#united(parsed);
    assertSome(content);
    await this.#appends.add(content.samples, text.length);
    return { accepted: content.samples.length, durable: this.#sink.status().durable, refused: content.refused };
  }

  #parse(list: readonly unknown[], firstUs: number, nowUs: number): EnqueueContent {
    const own = this.#sink.nodeId();
    const isOther = (sample: unknown): boolean =>
      typeof sample === 'object' && sample !== null && 'node_id' in sample && sample.node_id !== own;
    const named = list.map((sample) =>
      typeof sample === 'object' && sample !== null && !Array.isArray(sample) && !isOther(sample) ? { ...sample, node_id: SELF } : sample,
    );
    const content = parseSamples(named, firstUs, timeWindow(nowUs, OLDEST_DAYS));
    const indexes = indexesOf(content);
    const others = new Set(list.flatMap((sample, index) => (isOther(sample) ? [index] : [])));
    const refused = content.refused.filter(({ index }) => !others.has(index));
    const detail = 'an agent speaks for its own node alone: leave node_id out, or push to the gateway';
    for (const index of others) refused.push({ index, reason: 'bad_node', detail });
    const good = content.samples.filter((sample) => {
      if (sample.nodeId !== SELF) return false;
      const [label] = Object.keys(sample.labels);
      if (label === undefined) return true;
      const words = `${label} is a label of the node, which the agent's own settings say: leave it out`;
      refused.push({ index: indexes.get(sample) ?? 0, reason: 'malformed', detail: words });
      return false;
    });
    return { samples: good, refused, indexes };
  }

  /** Under an agent's numbers the ETL does not read before it writes: of two rows with one key the second would stand alone. */
  #united({ samples, refused, indexes }: EnqueueContent): PushContent {
    const clashing: SampleRefusal[] = [];
    const good = samples.filter((sample) => {
      if (this.#known.take(sample)) return true;
      const words = `${sample.measurement} with these tags and this time was already enqueued with other fields: send one sample with all fields`;
      clashing.push({ index: indexes.get(sample) ?? 0, reason: 'already_exists', detail: words });
      return false;
    });
    return { samples: good, refused: [...refused, ...clashing] };
  }

  #admit(rows: number, nowMs: number): void {
    const { durable, problem, bytes, maxBytes } = this.#sink.status();
    if (!durable) throw new MusterError('unavailable', `the spool is not on disk now (${problem}): keep the samples and try again`);
    if (bytes > maxBytes * SCRIPTS_SHARE)
      throw new MusterError(
        'resource_exhausted',
        'the spool is half full, the rest is for the machine itself: keep the samples and try again',
      );
    const minute = Math.floor(nowMs / 60_000);
    if (minute !== this.#minute) [this.#minute, this.#rows] = [minute, 0];
    if (this.#rows + rows > MAX_ROWS_A_MINUTE)
      throw new MusterError(
        'resource_exhausted',
        `scripts have sent ${this.#rows} rows this minute, at most ${MAX_ROWS_A_MINUTE} are taken: send them later`,
      );
    this.#rows += rows;
  }
}

function assertSome({ samples, refused }: PushContent): void {
  if (samples.length === 0) throw new MusterError('invalid_argument', `no sample was taken: ${refused[0]?.detail ?? 'there was none'}`);
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += (chunk as Buffer).length;
    // Read on, so that who sends can read the answer; within bounds.
    if (bytes > MAX_BODY_BYTES * 4) break;
    if (bytes <= MAX_BODY_BYTES) chunks.push(chunk as Buffer);
  }
  if (bytes > MAX_BODY_BYTES)
    throw new MusterError('limit_exceeded', `the body has more than ${MAX_BODY_BYTES} bytes: send fewer samples at once`);
  return new TextDecoder('utf-8').decode(Buffer.concat(chunks));
}
