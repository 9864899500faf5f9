// The loopback port: the routes behind a token, and the snapshots as a WebSocket. Exists only where `localPort` is set.
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import type { RequestPath } from '../../core/node/request-path.ts';
import { BAD_TARGET, type RequestFailed } from '../../core/node/total-server.ts';
import { answer, type LocalSources, MAX_STREAMS, MAX_UNREAD_BYTES, parseInterval, sendText } from './local-routes.ts';
import { closeServer, openServer } from './local-server.ts';
import { LIVE_PROTOCOL, loadToken, type Refusal, refusalOf } from './loopback-guard.ts';
import type { SnapshotSource } from './snapshot-source.ts';

const HOST = '127.0.0.1';
const GOING_AWAY = 1001;

export interface LoopbackEndpoint {
  readonly port: number;
  close(): Promise<void>;
}

/** Opens the port. Rejects with what the system says: the port is in use, the token cannot be written. */
export async function openLoopback(
  stateDir: string,
  port: number,
  sources: LocalSources,
  failed: RequestFailed,
): Promise<LoopbackEndpoint> {
  const token = loadToken(stateDir);
  const refuse = (request: IncomingMessage, upgrade = false): Refusal | undefined => refusalOf(request.headers, port, token, upgrade);
  const { WebSocketServer } = await import('ws');
  // Nothing is ever taken from a client: a message of any size is one too many.
  const sockets = new WebSocketServer({ noServer: true, maxPayload: 1024, perMessageDeflate: false, handleProtocols: chosenProtocol });
  const server = await openServer(
    {
      request: async (request, response, target) => {
        const refusal = target?.path === '/healthz' ? undefined : refuse(request);
        if (refusal === undefined) await answer(sources, request, response, target);
        else sendText(response, refusal.status, `${refusal.words}\n`);
      },
      upgrade: (request, socket, head, target) => {
        const snapshots = refuse(request, true) ?? openStream(sources.snapshots, target);
        if ('words' in snapshots) reject(socket, `${snapshots.status} Refused`, snapshots.words);
        else sockets.handleUpgrade(request, socket, head, (client) => stream(client, snapshots.watch));
      },
      failed,
    },
    { host: HOST, port, exclusive: true },
  );
  return {
    port,
    async close() {
      for (const socket of sockets.clients) socket.close(GOING_AWAY);
      await closeServer(server);
      for (const socket of sockets.clients) socket.terminate();
    },
  };
}

/** Never the one with the token in it, which the answer would repeat. */
function chosenProtocol(offered: ReadonlySet<string>): string | false {
  return offered.has(LIVE_PROTOCOL) ? LIVE_PROTOCOL : false;
}

type Watch = (take: (text: string) => void) => () => void;

/** The stream that a target asks for, or the refusal. */
function openStream(snapshots: SnapshotSource, target: RequestPath | undefined): { watch: Watch } | { status: number; words: string } {
  if (target === undefined) return { status: 400, words: BAD_TARGET };
  if (target.path !== '/live') return { status: 404, words: `there is no stream ${target.path}: there is /live` };
  const intervalMs = parseInterval(target.query.get('interval'));
  if (typeof intervalMs === 'string') return { status: 400, words: intervalMs };
  if (snapshots.watchers >= MAX_STREAMS) return { status: 503, words: `${MAX_STREAMS} streams are open already` };
  return { watch: (take) => snapshots.watch(intervalMs, (snapshot) => take(JSON.stringify(snapshot))) };
}

function reject(socket: Duplex, status: string, words: string): void {
  const length = Buffer.byteLength(words) + 1;
  socket.end(`HTTP/1.1 ${status}\r\ncontent-type: text/plain\r\ncontent-length: ${length}\r\nconnection: close\r\n\r\n${words}\n`);
}

function stream(client: WebSocket, watch: Watch): void {
  const leave = watch((text) => {
    if (client.bufferedAmount > MAX_UNREAD_BYTES) client.terminate();
    else client.send(text, () => undefined);
  });
  client.on('close', leave);
  client.on('error', () => client.terminate());
}
