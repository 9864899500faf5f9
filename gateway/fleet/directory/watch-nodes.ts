// The fleet as a stream: all that match first, then what changed, as often as was asked for and as fast as the caller takes it.
import { setTimeout as delay } from 'node:timers/promises';
import { MusterError } from '../../../core/common/muster-error.ts';
import { matchesFilter, parseFilter } from '../../../core/common/node-filter.ts';
import type { NodesUpdate, WatchNodesRequest } from '../../../proto/gen/messages.ts';
import type { Directory } from './directory.ts';
import { type NodeRecord, toTimestamp } from './node-record.ts';

/** About 0.5 MB, well below what clients refuse. */
const CHUNK_NODES = 500;
/** The first piece: a window full of nodes is shown before the rest has come. */
const FIRST_NODES = 100;
/** Who asks for a whole fleet wants first what needs somebody. */
const WORST_FIRST: readonly NodeRecord['state'][] = [
  'NODE_STATE_SILENT',
  'NODE_STATE_LATE',
  'NODE_STATE_QUARANTINED',
  'NODE_STATE_LIVE',
  'NODE_STATE_IDLE',
  'NODE_STATE_NEVER_SEEN',
];
const DEFAULT_INTERVAL_MS = 1000;
const SHORTEST_INTERVAL_MS = 100;

/** Never ends by itself. Changes gather in the directory's feed while the caller is slow: each node once, whole, at its newest. */
export async function* watchNodes(directory: Directory, request: WatchNodesRequest, signal: AbortSignal): AsyncGenerator<NodesUpdate> {
  const terms = parseFilter(request.filter);
  const intervalMs = request.intervalMs || DEFAULT_INTERVAL_MS;
  if (intervalMs < SHORTEST_INTERVAL_MS) {
    throw new MusterError('invalid_argument', `interval_ms is ${intervalMs}: at least ${SHORTEST_INTERVAL_MS}`);
  }
  const feed = directory.watch();
  const shown = new Set<string>();
  try {
    const first = [...directory.nodes()].filter((record) => matchesFilter(terms, record)).sort(worstFirst);
    for (const record of first) shown.add(record.nodeId);
    yield* inChunks(first, [], true);
    for (;;) {
      await delay(intervalMs, undefined, { signal });
      const changed: NodeRecord[] = [];
      const removed: string[] = [];
      for (const record of feed.take()) {
        if (record.registered && matchesFilter(terms, record)) {
          changed.push(record);
          shown.add(record.nodeId);
        } else if (shown.delete(record.nodeId)) {
          removed.push(record.nodeId);
        }
      }
      yield* inChunks(changed, removed, false);
    }
  } finally {
    feed.close();
  }
}

function worstFirst(a: NodeRecord, b: NodeRecord): number {
  return WORST_FIRST.indexOf(a.state) - WORST_FIRST.indexOf(b.state);
}

/** Messages are made as they are taken, so that one of them at a time is in memory. */
function* inChunks(records: readonly NodeRecord[], removed: readonly string[], first: boolean): Generator<NodesUpdate> {
  let from = 0;
  let size = first ? FIRST_NODES : CHUNK_NODES;
  const all = Math.max(records.length, removed.length);
  while (from < all || (first && from === 0)) {
    const to = from + size;
    yield {
      nodes: records.slice(from, to).map((record) => record.toNode()),
      removed: removed.slice(from, to),
      complete: first && to >= all,
      asOf: toTimestamp(Date.now()),
    };
    from = to;
    size = CHUNK_NODES;
  }
}
