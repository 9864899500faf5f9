// POST /api/push and POST /api/telemetry/snapshot: samples of scripts and of small agents, on the durable path.
import { MusterError, toMusterError } from '../../core/common/muster-error.ts';
import {
  indexesOf,
  MAX_SAMPLES,
  type PushContent,
  type PushSample,
  parseSamples,
  type SampleRefusal,
  samplesOf,
} from '../../core/common/push-sample.ts';
import { accountLines } from '../../core/common/row-account.ts';
import { createSampleClock } from '../../core/common/sample-clock.ts';
import { toFrames } from '../../core/common/sample-frames.ts';
import { summarySubject } from '../../core/common/streams.ts';
import { ImportTally } from '../../core/files/import/import-tally.ts';
import { HEARTBEAT_FIELDS, type Summary } from '../../proto/gen/messages.ts';
import { encodeMessage } from '../../proto/message-codec.ts';
import type { Caller } from '../access/caller.ts';
import type { StoreWindow } from '../fleet/ledger/store-window.ts';
import { type HttpAnswer, json } from '../http/http-answer.ts';
import type { HttpRequest, HttpRoute } from '../http/http-door.ts';
import type { NodeRegistry } from '../nodes/registry.ts';
import { FirstUses, type UseAnswer, type UseStore } from './first-uses.ts';
import { type ImportAccounts, MAX_BATCHES } from './import-account.ts';
import type { Ingest, Receipt } from './ingest.ts';
import { countReplaced } from './same-key.ts';
import { partsOf } from './sample-parts.ts';
import { parseSnapshot } from './snapshot.ts';

const MAX_BODY_BYTES = 1024 * 1024;
const MAX_KEY = 200;
const MAX_WAIT_SECONDS = 30;
const NO_EPOCH = new Uint8Array(0);

export interface PushOptions {
  ingest: Pick<Ingest, 'deliver' | 'fits'>;
  registry: Pick<NodeRegistry, 'seenAtDoor'>;
  /** A pushed sample is taken as far back as the store keeps rows. */
  storeWindow: Pick<StoreWindow, 'window'>;
  /** What the ledger says. */
  accounts: Pick<ImportAccounts, 'readBatches'>;
  /** Where the first uses of idempotency keys are kept. */
  uses: UseStore;
  /** Core NATS, dropped while it is away. */
  sendEphemeral(subject: string, payload: Uint8Array): void;
  events: { samplesPushed(samples: { taken: number; refused: readonly { reason: string }[] }): void };
  /** Unix ms. */
  now?: () => number;
}

export function pushRoutes(options: PushOptions): HttpRoute[] {
  const now = options.now ?? Date.now;
  const clock = createSampleClock(now);
  const uses = new FirstUses(options.uses, () => clock.reserve(MAX_SAMPLES));
  /** `work` is told the time of its samples: with a key that of its first use, so that they are the same samples however often it is sent. */
  const once = (request: HttpRequest, route: string, body: unknown, work: (atUs: number) => Promise<UseAnswer>): Promise<HttpAnswer> => {
    const key = request.headers['idempotency-key'];
    if (key === undefined) return work(clock.reserve(samplesOf(body)?.length ?? 1));
    if (typeof key !== 'string' || key === '' || key.length > MAX_KEY)
      throw new MusterError('invalid_argument', `idempotency-key has ${key.length} characters: 1 to ${MAX_KEY} are taken`);
    return uses.once({ tokenId: request.caller?.tokenId ?? '', key, route, body: Buffer.from(JSON.stringify(body)) }, work);
  };
  const take = async (content: PushContent, caller: Caller, summaries: ReadonlyMap<string, Summary>, waitMs = 0): Promise<UseAnswer> => {
    options.events.samplesPushed({ taken: content.samples.length, refused: content.refused });
    const { receipts, failed, unfinished } = await deliver(options, content, caller, summaries, now());
    const refused = [...content.refused, ...failed];
    if (receipts.length === 0) throw new MusterError('invalid_argument', `no sample was taken: ${refused[0]?.detail ?? 'there was none'}`);
    const accepted = receipts.reduce((rows, receipt) => rows + receipt.rows, 0);
    const told = { accepted, replaced: countReplaced(content.samples), receipts, refused };
    if (waitMs === 0 || receipts.length > MAX_BATCHES) return { ...json(202, told), unfinished };
    const tally = new ImportTally({ rows: accepted, batches: receipts.length, firstUs: 0, lastUs: 0 });
    await tally.settle(() => options.accounts.readBatches(receipts), { epoch: NO_EPOCH, measurement: '' }, waitMs);
    const account = tally.rows({ refused: refused.length, leftOut: 0 });
    return { ...json(tally.complete ? 200 : 202, { ...told, stored: account.stored, outcome: accountLines(account) }), unfinished };
  };
  return [
    {
      method: 'POST',
      path: '/api/push',
      scope: 'push',
      answer: async (request) => {
        const body = await request.json(MAX_BODY_BYTES);
        const list = samplesOf(body);
        if (list === undefined)
          throw new MusterError('invalid_argument', 'the body is neither a sample, a list of samples nor {"samples": […]}');
        if (list.length > MAX_SAMPLES)
          throw new MusterError('limit_exceeded', `the body has ${list.length} samples, at most ${MAX_SAMPLES} are taken at once`);
        const waitMs = waitOf(request.headers['prefer']);
        return once(request, 'POST /api/push', body, async (atUs) =>
          take(parseSamples(list, atUs, await options.storeWindow.window()), request.caller as Caller, new Map(), waitMs),
        );
      },
    },
    {
      method: 'POST',
      path: '/api/telemetry/snapshot',
      scope: 'push',
      answer: async (request) => {
        const body = await request.json(MAX_BODY_BYTES);
        return once(request, 'POST /api/telemetry/snapshot', body, async (atUs) => {
          const { samples, summary } = parseSnapshot(body, atUs, await options.storeWindow.window());
          const nodeId = samples[0]?.nodeId ?? '';
          return take({ samples, refused: [] }, request.caller as Caller, new Map([[nodeId, summary]]));
        });
      },
    },
  ];
}

/** Of `wait=N` in the header Prefer, ms; what else it says is left alone, as its standard (RFC 7240) has it. */
function waitOf(prefer: string | string[] | undefined): number {
  const seconds = Number(/(?:^|[,;])\s*wait\s*=\s*"?(\d{1,4})"?\s*(?:$|[,;])/i.exec(String(prefer ?? ''))?.[1] ?? 0);
  return Math.min(seconds, MAX_WAIT_SECONDS) * 1000;
}

interface Delivered {
  receipts: Receipt[];
  /** Each sample of a part that failed. */
  failed: SampleRefusal[];
  /** One of them may be taken later. */
  unfinished: boolean;
}

/** Batch by batch of each node: one that may not be named costs its own samples. Where nothing was stored, the first error is thrown. */
async function deliver(
  options: PushOptions,
  content: PushContent,
  caller: Caller,
  summaries: ReadonlyMap<string, Summary>,
  nowMs: number,
): Promise<Delivered> {
  const byNode = new Map<string, PushSample[]>();
  for (const sample of content.samples) {
    const own = byNode.get(sample.nodeId);
    if (own === undefined) byNode.set(sample.nodeId, [sample]);
    else own.push(sample);
  }
  const { ingest, registry } = options;
  const parts = [...byNode].flatMap(([nodeId, all]) => partsOf(all, (frames) => ingest.fits(frames)).map((own) => ({ nodeId, own })));
  const outcomes = await Promise.allSettled(
    parts.map(async ({ nodeId, own }) => {
      await registry.seenAtDoor(nodeId, labelsOf(own), caller, 'push');
      const receipt = await ingest.deliver(nodeId, toFrames(own));
      const heartbeat = { sentUs: nowMs * 1000, summary: summaries.get(nodeId) ?? { timeUs: own.at(-1)?.timeUs ?? 0, diskMount: '' } };
      options.sendEphemeral(summarySubject(nodeId), encodeMessage(HEARTBEAT_FIELDS, heartbeat));
      return receipt;
    }),
  );
  const errors = outcomes.flatMap((outcome, part) =>
    outcome.status === 'rejected' ? [{ error: toMusterError(outcome.reason), own: parts[part]?.own ?? [] }] : [],
  );
  const receipts = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
  if (receipts.length === 0 && errors[0] !== undefined) throw errors[0].error;
  const indexOf = errors.length === 0 ? new Map<PushSample, number>() : indexesOf(content);
  const failed = errors.flatMap(({ error, own }) =>
    own.map((sample) => ({ index: indexOf.get(sample) ?? 0, reason: error.code, detail: error.message })),
  );
  return { receipts, failed: failed.sort((a, b) => a.index - b.index), unfinished: errors.some(({ error }) => error.retryable) };
}

/** The newest word on each label. */
function labelsOf(samples: readonly PushSample[]): Record<string, string> {
  return Object.assign({}, ...samples.map((sample) => sample.labels));
}
