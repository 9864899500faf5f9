// The loopback port: the routes behind a token, and the snapshots as a WebSocket. Exists only where `localPort` is set.
import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import type { WebSocket, WebSocketServer } from 'ws';
import { answer, type LocalSources, MAX_STREAMS, MAX_UNREAD_BYTES, parseInterval, sendText } from './local-routes.ts';
import { closeServer, openServer } from './local-server.ts';
import { loadToken, type Refusal, refusalOf } from './loopback-guard.ts';

const HOST = '127.0.0.1';
const GOING_AWAY = 1001;

export interface LoopbackEndpoint {
  readonly port: number;
  close(): Promise<void>;
}

/** Opens the port. Rejects with what the system says: the port is in use, the token cannot be written. */
export async function openLoopback(stateDir: string, port: number, sources: LocalSources): Promise<LoopbackEndpoint> {
  const token = loadToken(stateDir);
  const refuse = (request: IncomingMessage): Refusal | undefined => refusalOf(request.headers, port, token);
  const server = await openServer(
    (request, response) => {
      const refusal = request.url === '/healthz' ? undefined : refuse(request);
      if (refusal === undefined) void answer(sources, request, response);
      else sendText(response, refusal.status, `${refusal.words}\n`);
    },
    { host: HOST, port, exclusive: true },
  );
  const sockets = await serveWebSockets(server, sources, refuse);
  return {
    port,
    async close() {
      for (const socket of sockets.clients) socket.close(GOING_AWAY);
      await closeServer(server);
      for (const socket of sockets.clients) socket.terminate();
    },
  };
}

async function serveWebSockets(
  server: Server,
  { snapshots }: LocalSources,
  refuse: (request: IncomingMessage) => Refusal | undefined,
): Promise<WebSocketServer> {
  const { WebSocketServer } = await import('ws');
  // Nothing is ever taken from a client: a message of any size is one too many.
  const sockets = new WebSocketServer({ noServer: true, maxPayload: 1024, perMessageDeflate: false });
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => socket.destroy());
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://agent');
    const intervalMs = parseInterval(searchParams.get('interval'));
    const refusal = refuse(request);
    if (refusal !== undefined) reject(socket, `${refusal.status} Refused`, refusal.words);
    else if (pathname !== '/live') reject(socket, '404 Not Found', `there is no stream ${pathname}: there is /live`);
    else if (typeof intervalMs === 'string') reject(socket, '400 Bad Request', intervalMs);
    else if (snapshots.watchers >= MAX_STREAMS) reject(socket, '503 Service Unavailable', `${MAX_STREAMS} streams are open already`);
    else {
      sockets.handleUpgrade(request, socket, head, (client) => {
        stream(client, (take) => snapshots.watch(intervalMs, (snapshot) => take(JSON.stringify(snapshot))));
      });
    }
  });
  return sockets;
}

function reject(socket: Duplex, status: string, words: string): void {
  const length = Buffer.byteLength(words) + 1;
  socket.end(`HTTP/1.1 ${status}\r\ncontent-type: text/plain\r\ncontent-length: ${length}\r\nconnection: close\r\n\r\n${words}\n`);
}

function stream(client: WebSocket, watch: (take: (text: string) => void) => () => void): void {
  const leave = watch((text) => {
    if (client.bufferedAmount > MAX_UNREAD_BYTES) client.terminate();
    else client.send(text, () => undefined);
  });
  client.on('close', leave);
  client.on('error', () => client.terminate());
}
