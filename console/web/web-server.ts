// Serves the console's pages and their socket on loopback, to browsers that came with the one-time address.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { MusterError } from '../../core/common/muster-error.ts';
import type { RequestPath } from '../../core/node/request-path.ts';
import { BAD_TARGET, serveTotally } from '../../core/node/total-server.ts';
import { contentSecurityPolicy } from '../common/content-security.ts';
import { type Access, isOwnHost, isOwnOrigin, type Session } from './access.ts';
import type { Asset } from './assets.ts';
import type { WebEvents } from './events.ts';
import type { PageSockets } from './page-sockets.ts';
import { DOWNLOAD_PATH, type WebDownloads } from './web-downloads.ts';

/** Below the path of a session. */
const SOCKET = 'socket';
/** Asked by a page that lost its socket. */
const SESSION = 'session';
const NO_SESSION = 'The console opens by its one-time address. Get one: muster status shows it.';
const SESSION_ENDED = "This page's session has ended. Get a new address: muster status shows it.";

export interface WebServerParts {
  /** Address to listen on; default loopback. Whatever it is, browsers come by 127.0.0.1 or localhost. */
  host?: string;
  port: number;
  access: Access;
  assets: ReadonlyMap<string, Asset>;
  sockets: PageSockets;
  downloads: WebDownloads;
  events: WebEvents;
  /** Called with the address to give to an operator, at start and whenever its token was spent. */
  publishAddress(url: string): void;
}

export class WebServer {
  readonly name = 'console-web';
  readonly #parts: WebServerParts;
  #server: Server | undefined;

  constructor(parts: WebServerParts) {
    this.#parts = parts;
  }

  /** The bound port. */
  get port(): number {
    return (this.#server?.address() as AddressInfo | null)?.port ?? this.#parts.port;
  }

  /** The address that opens the console once. */
  get url(): string {
    return `http://127.0.0.1:${this.port}/?token=${this.#parts.access.oneTimeToken}`;
  }

  async start(): Promise<void> {
    if (this.#server !== undefined) return;
    const server = createServer({ requestTimeout: 10_000, headersTimeout: 5000, maxHeaderSize: 16_384 });
    serveTotally(server, {
      request: (request, response, target) => this.#answer(request, response, target),
      upgrade: (request, socket, head) => this.#upgrade(request, socket, head),
      failed: (what) => this.#parts.events.requestFailed(what),
    });
    await new Promise<void>((resolve, reject) => {
      const { host = '127.0.0.1', port } = this.#parts;
      server.once('error', (error: NodeJS.ErrnoException) => reject(listenError(error, host, port)));
      server.listen(port, host, resolve);
    });
    this.#server = server;
    this.#parts.events.listening(this.port);
    this.#parts.publishAddress(this.url);
  }

  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (server === undefined) return;
    this.#parts.sockets.closeAll();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }

  #answer(request: IncomingMessage, response: ServerResponse, target: RequestPath | undefined): void {
    const { access } = this.#parts;
    const { host, cookie } = request.headers;
    for (const [name, value] of Object.entries(securityHeaders(host))) response.setHeader(name, value);
    const token = target?.path === '/' ? target.query.get('token') : null;
    if (!isOwnHost(host, this.port)) this.#refuse(request, response, 403, 'This is not a name of this console.');
    else if (request.method !== 'GET' && request.method !== 'HEAD') this.#refuse(request, response, 405, 'Only GET is served here.');
    else if (token !== null) this.#redeem(request, response, token);
    else if (target === undefined) this.#refuse(request, response, 400, `${BAD_TARGET}.`);
    else {
      const session = access.sessionAt(target.path, cookie, this.#cookieName);
      if (session !== undefined) this.#serve(request, response, target.path.slice(session.path.length));
      else this.#refuse(request, response, 401, target.path.startsWith('/s/') ? SESSION_ENDED : NO_SESSION);
    }
  }

  /** `path` is below that of the session. */
  #serve(request: IncomingMessage, response: ServerResponse, path: string): void {
    if (path === SESSION) response.writeHead(204, { 'cache-control': 'no-store' }).end();
    else if (path.startsWith(DOWNLOAD_PATH)) this.#download(request, response, path);
    else this.#page(request, response, `/${path}`);
  }

  #page(request: IncomingMessage, response: ServerResponse, path: string): void {
    const asset = this.#parts.assets.get(path);
    if (asset === undefined) {
      this.#refuse(request, response, 404, 'There is no such page.');
      return;
    }
    // Built files carry their content's hash in the name; the page itself is asked for anew each time.
    const kept = path.startsWith('/assets/') ? 'private, max-age=31536000, immutable' : 'no-cache';
    response.writeHead(200, { 'content-type': asset.type, 'content-length': asset.body.length, 'cache-control': kept });
    response.end(request.method === 'HEAD' ? undefined : asset.body);
  }

  #download(request: IncomingMessage, response: ServerResponse, path: string): void {
    const served = request.method === 'GET' && this.#parts.downloads.serve(path, response);
    if (!served) this.#refuse(request, response, 404, 'This download was fetched already, or waited too long: export again.');
  }

  #redeem(request: IncomingMessage, response: ServerResponse, token: string): void {
    // Who only looks whether there is a page, as a preview of a link does, spends nothing.
    if (request.method === 'HEAD' && this.#parts.access.isOneTimeToken(token)) {
      response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' }).end();
      return;
    }
    const session = this.#parts.access.redeem(token);
    if (session === undefined) {
      this.#refuse(request, response, 403, 'This address was used already. Get a fresh one: muster status shows it.');
      return;
    }
    this.#parts.publishAddress(this.url);
    this.#parts.events.tokenRedeemed();
    const cookie = `${this.#cookieName}=${session.secret}; HttpOnly; SameSite=Strict; Path=${session.path}`;
    const cameFromPage = request.headers['sec-fetch-site'] === 'cross-site';
    if (!cameFromPage) response.writeHead(303, { location: session.path, 'set-cookie': cookie }).end();
    // After a redirect the browser still sees the page that led here, and keeps the cookie back. From a page of ours it goes with it.
    else
      response
        .writeHead(200, { 'set-cookie': cookie, 'content-type': 'text/html; charset=utf-8', refresh: `0; url=${session.path}` })
        .end();
  }

  #refuse(request: IncomingMessage, response: ServerResponse, code: number, reason: string): void {
    // Without what follows the path: there stands the token. The path of a session is a secret too.
    const path = (request.url ?? '').split('?', 1)[0] ?? '';
    // A page that asks whether its session goes on is no news.
    if (!/^\/s\/[^/]*\/session$/.test(path)) this.#parts.events.requestRefused(reason, path.replace(/^\/s\/[^/]*/, '/s/…'));
    response.writeHead(code, { 'content-type': 'text/plain; charset=utf-8' }).end(`${reason}\n`);
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const { host, origin, cookie } = request.headers;
    const path = request.url ?? '';
    const session = isOwnOrigin(origin, host, this.port) ? this.#sessionOfSocket(path, cookie) : undefined;
    if (session !== undefined) {
      this.#parts.sockets.accept(request, socket, head, this.#parts.access, session);
      return;
    }
    this.#parts.events.requestRefused('socket of another origin or without a session', path.replace(/^\/s\/[^/]*/, '/s/…'));
    socket.end('HTTP/1.1 403 Forbidden\r\nconnection: close\r\ncontent-length: 0\r\n\r\n');
  }

  #sessionOfSocket(path: string, cookie: string | undefined): Session | undefined {
    const session = this.#parts.access.sessionAt(path, cookie, this.#cookieName);
    return session !== undefined && path === session.path + SOCKET ? session : undefined;
  }

  /** Cookies know no port, so the name does: two consoles on one machine keep their own. */
  get #cookieName(): string {
    return `muster_console_${this.port}`;
  }
}

function securityHeaders(host: string | undefined): Record<string, string> {
  return {
    'content-security-policy': contentSecurityPolicy(host === undefined ? [] : [`ws://${host}`]),
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
  };
}

function listenError(error: NodeJS.ErrnoException, host: string, port: number): MusterError {
  if (error.code === 'EADDRINUSE') {
    return new MusterError('already_exists', `port ${port} on ${host} is in use: choose another with --port`, error);
  }
  return new MusterError('unavailable', `port ${port} on ${host} cannot be opened: ${error.message}`, error);
}
