// What can be asked of the agent on its own machine, over either door: the unix socket and the loopback port.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { messageOf } from '../../core/common/muster-error.ts';
import type { RequestPath } from '../../core/node/request-path.ts';
import { BAD_TARGET } from '../../core/node/total-server.ts';
import { toMetricsText } from './metrics-text.ts';
import type { Snapshot } from './snapshot.ts';
import { MAX_INTERVAL_MS, MIN_INTERVAL_MS, type SnapshotSource } from './snapshot-source.ts';
import type { StatusReport } from './status-report.ts';

/** Streams at once over both doors; each costs a sample at its rate. */
export const MAX_STREAMS = 8;
/** A reader that has left so much unread is cut off: the present is of use to it, a backlog of the past is not. */
export const MAX_UNREAD_BYTES = 65_536;
const DEFAULT_INTERVAL_MS = 1000;
const PATHS = ['/healthz', '/status', '/spool', '/snapshot', '/metrics', '/live', '/enqueue'];

export interface LocalSources {
  snapshots: SnapshotSource;
  status(): StatusReport;
  /** Takes the samples of a script; made when the first come. */
  enqueue(request: IncomingMessage): Promise<object>;
}

/** Answers one request. */
export async function answer(
  sources: LocalSources,
  request: IncomingMessage,
  response: ServerResponse,
  target: RequestPath | undefined,
): Promise<void> {
  if (target === undefined) {
    sendText(response, 400, `${BAD_TARGET}\n`);
    return;
  }
  const { path, query } = target;
  if (path === '/enqueue' && request.method === 'POST') {
    await enqueue(sources, request, response);
    return;
  }
  if ((request.method !== 'GET' && request.method !== 'HEAD') || path === '/enqueue') {
    const taken = path === '/enqueue' ? 'POST' : 'GET';
    sendText(response, 405, `${path.slice(0, 80)} does not take ${request.method}: only ${taken}\n`);
    return;
  }
  try {
    if (path === '/healthz') sendText(response, 200, 'ok\n');
    else if (path === '/status') sendJson(response, sources.status());
    else if (path === '/spool') sendJson(response, sources.status().spool);
    else if (path === '/snapshot') sendJson(response, await sources.snapshots.current());
    else if (path === '/metrics') sendText(response, 200, toMetricsText(sources.status(), await sources.snapshots.current()), METRICS_TYPE);
    else if (path === '/live') sendLines(sources.snapshots, query.get('interval'), response);
    else sendText(response, 404, `there is no ${path}: there are ${PATHS.join(', ')}\n`);
  } catch (error) {
    sendText(response, 500, `${messageOf(error)}\n`);
  }
}

const REFUSED: Readonly<Record<string, number>> = { limit_exceeded: 413, resource_exhausted: 429, unavailable: 503, internal: 500 };

async function enqueue(sources: LocalSources, request: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    sendText(response, 202, `${JSON.stringify(await sources.enqueue(request))}\n`, 'application/json');
  } catch (error) {
    const { code = 'internal', message } = error as { code?: string; message: string };
    sendText(response, REFUSED[code] ?? 400, `${message}\n`);
  }
}

const METRICS_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

export function sendText(response: ServerResponse, status: number, text: string, type = 'text/plain; charset=utf-8'): void {
  response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' });
  response.end(text);
}

function sendJson(response: ServerResponse, value: unknown): void {
  sendText(response, 200, `${JSON.stringify(value)}\n`, 'application/json');
}

/** A snapshot a line until the reader goes or falls behind. */
function sendLines(snapshots: SnapshotSource, interval: string | null, response: ServerResponse): void {
  const intervalMs = parseInterval(interval);
  if (typeof intervalMs === 'string') {
    sendText(response, 400, `${intervalMs}\n`);
    return;
  }
  if (snapshots.watchers >= MAX_STREAMS) {
    sendText(response, 503, `${MAX_STREAMS} streams are open already: end one of them\n`);
    return;
  }
  response.writeHead(200, { 'content-type': 'application/x-ndjson', 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' });
  response.flushHeaders();
  const leave = snapshots.watch(intervalMs, (snapshot: Snapshot) => {
    if (response.writableLength > MAX_UNREAD_BYTES) response.destroy();
    else response.write(`${JSON.stringify(snapshot)}\n`);
  });
  response.on('close', leave);
}

/** Milliseconds, or the sentence that says what is allowed. */
export function parseInterval(text: string | null): number | string {
  if (text === null) return DEFAULT_INTERVAL_MS;
  const ms = Number(text);
  if (/^\d+$/.test(text) && ms >= MIN_INTERVAL_MS && ms <= MAX_INTERVAL_MS) return ms;
  return `interval is "${text}": milliseconds from ${MIN_INTERVAL_MS} to ${MAX_INTERVAL_MS} are needed`;
}
