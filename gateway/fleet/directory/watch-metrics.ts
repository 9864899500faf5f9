// Live samples of some nodes, past the store: subscribes to what their gateways publish while it holds leases on them.
import type { NatsConnection, Subscription } from 'nats';
import type { FrameColumns } from '../../../core/common/frame.ts';
import { MusterError } from '../../../core/common/muster-error.ts';
import { liveSubject } from '../../../core/common/streams.ts';
import { decodeLiveSamples, toFrameColumns } from '../../../proto/batch-codec.ts';
import type { Frame, MetricsUpdate, WatchMetricsRequest } from '../../../proto/gen/messages.ts';
import type { Directory } from './directory.ts';
import type { LeaseKeeper } from './lease-keeper.ts';

export interface WatchMetricsDependencies {
  connection: NatsConnection;
  leases: LeaseKeeper;
  directory: Directory;
}

const MAX_NODES = 100;
const DEFAULT_INTERVAL_MS = 1000;
const INTERVAL_MS = { least: 100, most: 10_000 };
/** Messages that wait for a slow caller; beyond it the oldest goes, as live samples are worth less the older they are. */
const MAX_WAITING = 256;

/** Never ends by itself. Throws `invalid_argument`, and `not_found` for a node that is not registered. */
export async function* watchMetrics(
  { connection, leases, directory }: WatchMetricsDependencies,
  request: WatchMetricsRequest,
  signal: AbortSignal,
): AsyncGenerator<MetricsUpdate> {
  const nodeIds = toNodeIds(directory, request.nodeIds);
  const intervalMs = toInterval(request.intervalMs);
  const wanted = new Set(request.measurements);
  const waiting: { nodeId: string; data: Uint8Array }[] = [];
  let wake: () => void = () => {};
  const subscriptions = nodeIds.map(
    (nodeId): Subscription =>
      connection.subscribe(liveSubject(nodeId), {
        callback: (error, message) => {
          if (error !== null) return;
          if (waiting.length >= MAX_WAITING) waiting.shift();
          // Decoded only when it is taken: what is dropped costs nothing.
          waiting.push({ nodeId, data: message.data });
          wake();
        },
      }),
  );
  const release = leases.hold({ nodeIds, measurements: request.measurements, intervalMs });
  const onAbort = (): void => wake();
  signal.addEventListener('abort', onAbort);
  try {
    while (!signal.aborted) {
      const next = waiting.shift();
      if (next === undefined) {
        await new Promise<void>((resolve) => {
          wake = resolve;
          if (signal.aborted) resolve();
        });
        continue;
      }
      const update = toUpdate(next.nodeId, next.data, wanted);
      if (update.frames.length > 0) yield update;
    }
  } finally {
    signal.removeEventListener('abort', onAbort);
    for (const subscription of subscriptions) subscription.unsubscribe();
    release();
  }
}

function toNodeIds(directory: Directory, asked: readonly string[]): string[] {
  const nodeIds = [...new Set(asked.map((nodeId) => nodeId.toLowerCase()))];
  if (nodeIds.length === 0) throw new MusterError('invalid_argument', 'node_ids is empty: name at least one node');
  if (nodeIds.length > MAX_NODES) throw new MusterError('invalid_argument', `node_ids has ${nodeIds.length} nodes: at most ${MAX_NODES}`);
  // The id becomes part of a subject, where a stranger's `*` would be a wildcard: only ids of the registry are used.
  return nodeIds.map((nodeId) => {
    const record = directory.get(nodeId);
    if (record === undefined) throw new MusterError('not_found', `there is no node ${JSON.stringify(nodeId.slice(0, 80))}`);
    return record.nodeId;
  });
}

function toInterval(asked: number): number {
  const intervalMs = asked || DEFAULT_INTERVAL_MS;
  if (intervalMs < INTERVAL_MS.least || intervalMs > INTERVAL_MS.most) {
    throw new MusterError('invalid_argument', `interval_ms is ${intervalMs}: from ${INTERVAL_MS.least} to ${INTERVAL_MS.most}`);
  }
  return intervalMs;
}

/** Another watcher's lease may bring more measurements than this one asked for. */
function toUpdate(nodeId: string, data: Uint8Array, wanted: ReadonlySet<string>): MetricsUpdate {
  const { sentUs, frames } = decodeLiveSamples(Buffer.from(data));
  const kept = frames.filter((frame) => wanted.size === 0 || wanted.has(frame.measurement));
  return { nodeId, sentUs, frames: kept.map((frame) => toFrame(toFrameColumns(frame))) };
}

const NO_BYTES = new Uint8Array(0);

/** Times become differences again, as `muster.v1.Frame` has them. */
export function toFrame(columns: FrameColumns): Frame {
  return {
    measurement: columns.measurement,
    tags: [...columns.tags],
    series: columns.series.map((tagValues) => ({ tagValues: [...tagValues] })),
    seriesIndex: [...columns.seriesIndex],
    timeUs: Array.from(columns.timeUs, (time, row) => time - (row === 0 ? 0 : columns.timeUs[row - 1]!)),
    fields: [...columns.fields],
    values: [...columns.values],
    textFields: [...columns.textFields],
    texts: [...columns.texts],
    absentTexts: columns.absentTexts ?? NO_BYTES,
  };
}
