// What stands between an HTTP server and its callbacks: whatever one throws, rejects with or leaves behind ends that request, and nothing else.
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { messageOf } from '../common/muster-error.ts';
import { type RequestPath, requestPath } from './request-path.ts';

/** Told of a callback that failed by its own fault. */
export type RequestFailed = (what: { method: string; target: string; error: string }) => void;

export interface TotalHandlers {
  /** Answers a request. `target` is undefined where it names no path: 400. */
  request(request: IncomingMessage, response: ServerResponse, target: RequestPath | undefined): unknown;
  /** Takes over or ends a connection that asks for another protocol. Without it such a request is one as any other. */
  upgrade?(request: IncomingMessage, socket: Duplex, head: Buffer, target: RequestPath | undefined): unknown;
  failed: RequestFailed;
}

const SHOWN = 100;
/** What a target that is none is answered, with 400. */
export const BAD_TARGET = 'the target of the request is not a path: it begins with one slash, as /healthz does';
const BAD_REQUEST_STATUS: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
  HPE_CHUNK_EXTENSIONS_OVERFLOW: '413 Payload Too Large',
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
};

/** Gives a server its callbacks. */
export function serveTotally(server: Server, { request: serve, upgrade, failed }: TotalHandlers): void {
  const tell = (request: IncomingMessage, error: unknown): void => {
    try {
      const { method = '', url = '' } = request;
      failed({ method, target: url.slice(0, SHOWN), error: messageOf(error) });
    } catch {
      // Whoever is told of failures is the last to hear of one.
    }
  };
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    // A reader that is gone is no event of these: `close` follows.
    request.on('error', ignore);
    response.on('error', ignore);
    const end = (error: unknown): void => {
      tell(request, error);
      try {
        if (response.headersSent) response.destroy();
        else response.writeHead(500, { 'content-type': 'text/plain', connection: 'close' }).end('internal error\n');
      } catch {
        response.destroy();
      }
    };
    attempt(() => serve(request, response, requestPath(request)), end);
  };
  server.on('request', answer);
  // A connection that cannot be accepted, as no file descriptor is left, is that client's loss.
  server.on('error', ignore);
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Duplex) => attempt(() => refuseBytes(error, socket), ignore));
  if (upgrade === undefined) return;
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    // From here on nobody else listens, and a reset without a listener ends the process.
    socket.on('error', () => socket.destroy());
    attempt(
      () => upgrade(request, socket, head, requestPath(request)),
      (error) => {
        tell(request, error);
        socket.destroy();
      },
    );
  });
}

/** Runs what may throw or reject; the one or the other reaches `failed`. */
function attempt(work: () => unknown, failed: (error: unknown) => void): void {
  try {
    const outcome = work();
    if (outcome instanceof Promise) outcome.catch(failed);
  } catch (error) {
    failed(error);
  }
}

/** Answers what is not HTTP, where an answer can still be read. */
function refuseBytes(error: NodeJS.ErrnoException, socket: Duplex): void {
  socket.on('error', ignore);
  // As Node does it: into an answer that has begun belongs no other.
  const { _httpMessage: answer } = socket as { _httpMessage?: ServerResponse };
  if (error.code === 'ECONNRESET' || !socket.writable || answer?.headersSent === true) {
    socket.destroy();
    return;
  }
  socket.end(
    `HTTP/1.1 ${BAD_REQUEST_STATUS[error.code ?? ''] ?? '400 Bad Request'}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`,
    () => socket.destroy(),
  );
}

function ignore(): void {}
