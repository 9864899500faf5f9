// POST /enqueue: samples of scripts on this machine, into the spool like the agent's own. Loaded when somebody first sends some.
import type { IncomingMessage } from 'node:http';
import { parseBoundedJson } from '../../core/common/bounded-json.ts';
import type { DroppedRange, FleetEvent, FrameColumns } from '../../core/common/frame.ts';
import { MusterError } from '../../core/common/muster-error.ts';
import { MAX_SAMPLES, type PushContent, parseSamples, type SampleRefusal, samplesOf } from '../../core/common/push-sample.ts';
import { timeWindow } from '../../core/common/row-time.ts';
import { toFrames } from '../../core/common/sample-frames.ts';

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

export class EnqueueDoor {
  readonly #sink: EnqueueSink;
  #minute = 0;
  #rows = 0;

  constructor(sink: EnqueueSink) {
    this.#sink = sink;
  }

  /** Throws `malformed`, `limit_exceeded`, `invalid_argument` where no sample is good, `resource_exhausted` and `unavailable`. */
  async take(request: IncomingMessage): Promise<EnqueueAnswer> {
    return this.takeText(await textOf(request));
  }

  takeText(text: string): EnqueueAnswer {
    const list = samplesOf(parseBoundedJson(text, 'the body', true));
    if (list === undefined)
      throw new MusterError('invalid_argument', 'the body is neither a sample, a list of samples nor {"samples": […]}');
    if (list.length > MAX_SAMPLES)
      throw new MusterError('limit_exceeded', `the body has ${list.length} samples: at most ${MAX_SAMPLES} are taken at once`);
    const nowMs = this.#sink.now();
    const { samples, refused } = this.#parse(list, nowMs * 1000);
    if (samples.length === 0) throw new MusterError('invalid_argument', `no sample was taken: ${refused[0]?.detail ?? 'there was none'}`);
    this.#admit(samples.length, nowMs);
    const dropped = this.#sink.append({ createdUs: nowMs * 1000, frames: toFrames(samples), events: [] });
    this.#sink.appended(dropped);
    return { accepted: samples.length, durable: this.#sink.status().durable, refused };
  }

  #parse(list: readonly unknown[], nowUs: number): PushContent {
    const own = this.#sink.nodeId();
    const isOther = (sample: unknown): sample is { node_id: unknown } =>
      typeof sample === 'object' && sample !== null && 'node_id' in sample && sample.node_id !== own;
    const named = list.map((sample) =>
      typeof sample === 'object' && sample !== null && !Array.isArray(sample) && !isOther(sample) ? { ...sample, node_id: SELF } : sample,
    );
    const content = parseSamples(named, nowUs, timeWindow(nowUs, OLDEST_DAYS));
    const others = list.flatMap((sample, index) => (isOther(sample) ? [index] : []));
    const refused: SampleRefusal[] = others.map((index) => ({
      index,
      reason: 'bad_node',
      detail: 'an agent speaks for its own node alone: leave node_id out, or push to the gateway',
    }));
    const good = content.samples.filter(({ nodeId, labels }) => nodeId === SELF && Object.keys(labels).length === 0);
    const labelled = content.samples.find(({ nodeId, labels }) => nodeId === SELF && Object.keys(labels).length > 0);
    if (labelled !== undefined)
      refused.push({
        index: -1,
        reason: 'malformed',
        detail: `${Object.keys(labelled.labels)[0]} is a label of the node, which the agent's own settings say: leave it out`,
      });
    return { samples: good, refused: [...content.refused.filter(({ index }) => !others.includes(index)), ...refused] };
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
