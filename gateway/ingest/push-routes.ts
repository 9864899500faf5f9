// POST /api/push and POST /api/telemetry/snapshot: samples of scripts and of small agents, on the durable path.
import { MusterError, toMusterError } from '../../core/common/muster-error.ts';
import { timeWindow } from '../../core/common/row-time.ts';
import { summarySubject } from '../../core/common/streams.ts';
import { HEARTBEAT_FIELDS, type Summary } from '../../proto/gen/messages.ts';
import { encodeMessage } from '../../proto/message-codec.ts';
import type { Caller } from '../access/token-store.ts';
import { type HttpAnswer, json } from '../http/http-answer.ts';
import type { HttpRequest, HttpRoute } from '../http/http-door.ts';
import type { NodeRegistry } from '../nodes/registry.ts';
import type { Ingest, Receipt } from './ingest.ts';
import { MAX_SAMPLES, type PushContent, type PushSample, parseSamples, samplesOf } from './push-sample.ts';
import { RecentAnswers } from './recent-answers.ts';
import { toFrames } from './sample-frames.ts';
import { parseSnapshot } from './snapshot.ts';

const MAX_BODY_BYTES = 1024 * 1024;
/** A pushed sample is taken as far back as the store keeps rows. */
const TTL_DAYS = 30;
const MAX_KEY = 200;

export interface PushOptions {
  ingest: Pick<Ingest, 'deliver'>;
  registry: Pick<NodeRegistry, 'seenAtDoor'>;
  /** Core NATS, dropped while it is away. */
  sendEphemeral(subject: string, payload: Uint8Array): void;
  events: { samplesPushed(samples: { taken: number; refused: readonly { reason: string }[] }): void };
  /** Unix ms. */
  now?: () => number;
}

export function pushRoutes(options: PushOptions): HttpRoute[] {
  const now = options.now ?? Date.now;
  const recent = new RecentAnswers(now);
  const once = (request: HttpRequest, work: () => Promise<HttpAnswer>): Promise<HttpAnswer> => {
    const key = request.headers['idempotency-key'];
    if (key === undefined) return work();
    if (typeof key !== 'string' || key.length > MAX_KEY)
      throw new MusterError('invalid_argument', `idempotency-key has more than ${MAX_KEY} characters`);
    return recent.once(`${request.caller?.tokenId} ${key}`, work);
  };
  const take = async (content: PushContent, caller: Caller, summaries: ReadonlyMap<string, Summary>): Promise<HttpAnswer> => {
    options.events.samplesPushed({ taken: content.samples.length, refused: content.refused });
    const { receipts, failed } = await deliver(options, content.samples, caller, summaries, now());
    const refused = [...content.refused, ...failed];
    if (receipts.length === 0) throw new MusterError('invalid_argument', `no sample was taken: ${refused[0]?.detail ?? 'there was none'}`);
    return json(202, { accepted: receipts.reduce((rows, receipt) => rows + receipt.rows, 0), receipts, refused });
  };
  return [
    {
      method: 'POST',
      path: '/api/push',
      scope: 'push',
      answer: (request) =>
        once(request, async () => {
          const list = samplesOf(await request.json(MAX_BODY_BYTES));
          if (list === undefined)
            throw new MusterError('invalid_argument', 'the body is neither a sample, a list of samples nor {"samples": […]}');
          if (list.length > MAX_SAMPLES)
            throw new MusterError('limit_exceeded', `the body has ${list.length} samples, at most ${MAX_SAMPLES} are taken at once`);
          return take(parseSamples(list, now() * 1000, timeWindow(now() * 1000, TTL_DAYS)), request.caller as Caller, new Map());
        }),
    },
    {
      method: 'POST',
      path: '/api/telemetry/snapshot',
      scope: 'push',
      answer: (request) =>
        once(request, async () => {
          const { samples, summary } = parseSnapshot(await request.json(MAX_BODY_BYTES), now() * 1000, timeWindow(now() * 1000, TTL_DAYS));
          const nodeId = samples[0]?.nodeId ?? '';
          return take({ samples, refused: [] }, request.caller as Caller, new Map([[nodeId, summary]]));
        }),
    },
  ];
}

interface Delivered {
  receipts: Receipt[];
  failed: { index: number; reason: string; detail: string }[];
}

/** Node by node: one that may not be named costs its own samples. Where nothing was stored, the first error is thrown. */
async function deliver(
  options: PushOptions,
  samples: readonly PushSample[],
  caller: Caller,
  summaries: ReadonlyMap<string, Summary>,
  nowMs: number,
): Promise<Delivered> {
  const byNode = new Map<string, PushSample[]>();
  for (const sample of samples) {
    const own = byNode.get(sample.nodeId);
    if (own === undefined) byNode.set(sample.nodeId, [sample]);
    else own.push(sample);
  }
  const outcomes = await Promise.allSettled(
    [...byNode].map(async ([nodeId, own]) => {
      await options.registry.seenAtDoor(nodeId, labelsOf(own), caller.labels);
      const receipt = await options.ingest.deliver(nodeId, toFrames(own));
      const heartbeat = { sentUs: nowMs * 1000, summary: summaries.get(nodeId) ?? { timeUs: own.at(-1)?.timeUs ?? 0, diskMount: '' } };
      options.sendEphemeral(summarySubject(nodeId), encodeMessage(HEARTBEAT_FIELDS, heartbeat));
      return receipt;
    }),
  );
  const errors = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [toMusterError(outcome.reason)] : []));
  const receipts = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
  if (receipts.length === 0 && errors[0] !== undefined) throw errors[0];
  return { receipts, failed: errors.map((error) => ({ index: -1, reason: error.code, detail: error.message })) };
}

/** The newest word on each label. */
function labelsOf(samples: readonly PushSample[]): Record<string, string> {
  return Object.assign({}, ...samples.map((sample) => sample.labels));
}
