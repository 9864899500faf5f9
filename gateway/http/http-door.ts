// The HTTP/1.1 side of the gateway's TLS port: routes, bearer tokens, limits in size and time.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { TLSSocket } from 'node:tls';
import { MusterError, type MusterErrorCode, toMusterError } from '../../core/common/muster-error.ts';
import type { Component } from '../../core/node/lifecycle.ts';
import type { RequestPath } from '../../core/node/request-path.ts';
import { BAD_TARGET, serveTotally } from '../../core/node/total-server.ts';
import type { Scope } from '../../proto/gen/services.ts';
import type { Caller } from '../access/caller.ts';
import { type Grant, whileGranted } from '../access/open-calls.ts';
import { errorAnswer, type HttpAnswer, HttpProblem, headersOf, send } from './http-answer.ts';
import { discardBody, readJson } from './request-body.ts';

/** A request that may be answered. */
export interface HttpRequest {
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  /** What stands for `{id}` in the route's path; empty where it has none. */
  readonly parameter: string;
  /** Absent on a route that needs no token. */
  readonly caller: Caller | undefined;
  /** Aborted when the caller is gone, the token of the request ends, or its time is over. */
  readonly signal: AbortSignal;
  /** The bytes as they come, for what is too large to hold. */
  readonly stream: IncomingMessage;
  /** The whole body as JSON. Throws `limit_exceeded` and `malformed`. */
  json(maxBytes: number): Promise<unknown>;
}

export interface HttpRoute {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** One part of it may be `{id}`, which stands for any. */
  readonly path: string;
  /** Needed to call it; undefined where anybody may. */
  readonly scope?: Scope;
  /** How long it may take, request and answer; default 60 s. */
  readonly timeoutMs?: number;
  answer(request: HttpRequest): Promise<HttpAnswer> | HttpAnswer;
}

export interface HttpDoorEvents {
  requestAnswered(request: { route: string; status: number; elapsedMs: number }): void;
  requestFailed(request: { route: string; code: MusterErrorCode; message: string }): void;
}

export interface HttpDoorOptions {
  routes: readonly HttpRoute[];
  /** Lets a request in, for as long as its token holds. */
  admit(header: string | undefined, scope: Scope): Promise<Grant>;
  events: HttpDoorEvents;
}

/** From one request to the next on a connection, head included. */
const NEXT_REQUEST_WITHIN_MS = 65_000;
/** The same while none of its requests had a token that holds. */
const NEXT_UNPROVEN_WITHIN_MS = 10_000;
/** Told to the client, which then sends nothing more on it a moment before it is cut. */
const KEPT_ALIVE_MS = 60_000;
const FIRST_REQUEST_WITHIN_MS = 5000;
const ROUTE_TIMEOUT_MS = 60_000;
/** So long the words of a request that is late may take, with what is still read of its body. */
const LAST_WORDS_MS = 10_000;
const MAX_HEADER_BYTES = 16 * 1024;

export class HttpDoor implements Component {
  readonly name = 'HTTPS door';
  readonly #options: HttpDoorOptions;
  readonly #server: Server;
  readonly #deadlines = new WeakMap<object, NodeJS.Timeout>();
  /** Connections whose caller is not known yet, with what is to be told when it is. */
  readonly #unproven = new WeakMap<object, () => void>();

  constructor(options: HttpDoorOptions) {
    this.#options = options;
    this.#server = createServer(
      // A script that pushes each ten seconds keeps its connection: Node's default of 5 s would cost it a handshake each time.
      { maxHeaderSize: MAX_HEADER_BYTES, noDelay: true, keepAliveTimeout: KEPT_ALIVE_MS },
    );
    serveTotally(this.#server, {
      request: (request, response, target) => this.#serve(request, response, target),
      failed: ({ method, target, error }) =>
        options.events.requestFailed({ route: 'unknown', code: 'internal', message: `${method} ${target}: ${error}` }),
    });
  }

  async start(): Promise<void> {}

  /** Connections are cut by the port that handed them over. */
  async stop(): Promise<void> {
    this.#server.closeAllConnections();
  }

  /** A decrypted connection whose peer chose HTTP/1.1. The server is not listening, so its own deadlines do not run: these do. */
  take(socket: TLSSocket, proven: () => void): void {
    this.#unproven.set(socket, proven);
    this.#expectRequest(socket, FIRST_REQUEST_WITHIN_MS);
    socket.once('close', () => clearTimeout(this.#deadlines.get(socket)));
    this.#server.emit('connection', socket);
  }

  #expectRequest(socket: object & { destroy(): unknown }, withinMs: number, late: () => unknown = () => socket.destroy()): void {
    clearTimeout(this.#deadlines.get(socket));
    this.#deadlines.set(socket, setTimeout(late, withinMs));
  }

  /** Says why where nothing was said yet, and ends the connection: whether the work is done all the same nobody knows. */
  #endLate(request: IncomingMessage, response: ServerResponse, route: string, withinMs: number): void {
    if (response.headersSent) {
      request.socket.destroy();
      return;
    }
    this.#expectRequest(request.socket, LAST_WORDS_MS);
    const words = request.complete
      ? `${route} was not answered within ${withinMs / 1000} s: whether it is carried out is not known`
      : `the body of ${route} did not come whole within ${withinMs / 1000} s: send less, or faster`;
    const error = new HttpProblem(504, 'deadline_exceeded', words, undefined, { connection: 'close' });
    this.#options.events.requestFailed({ route, code: error.code, message: words });
    refuse(request, response, error).catch(() => request.socket.destroy());
  }

  #prove(socket: object): void {
    this.#unproven.get(socket)?.();
    this.#unproven.delete(socket);
  }

  async #serve(request: IncomingMessage, response: ServerResponse, target: RequestPath | undefined): Promise<void> {
    const startedMs = performance.now();
    const path = target?.path ?? '';
    const found = this.#options.routes.filter((route) => parameterOf(route.path, path) !== undefined);
    const route = found.find((candidate) => candidate.method === request.method);
    const name = route === undefined ? 'unknown' : `${route.method} ${route.path}`;
    const withinMs = route?.timeoutMs ?? ROUTE_TIMEOUT_MS;
    const late = new AbortController();
    this.#expectRequest(request.socket, withinMs, () => {
      this.#endLate(request, response, name, withinMs);
      late.abort();
    });
    response.once('close', () => {
      if (request.socket.destroyed || late.signal.aborted) return;
      this.#expectRequest(request.socket, this.#unproven.has(request.socket) ? NEXT_UNPROVEN_WITHIN_MS : NEXT_REQUEST_WITHIN_MS);
    });
    try {
      if (target === undefined) throw new MusterError('malformed', BAD_TARGET);
      if (route === undefined) throw notFound(request.method ?? '', path, found);
      const grant = route.scope === undefined ? undefined : await this.#options.admit(request.headers.authorization, route.scope);
      if (grant !== undefined) this.#prove(request.socket);
      const parameter = parameterOf(route.path, path) ?? '';
      const ended = grant === undefined ? late.signal : AbortSignal.any([grant.signal, late.signal]);
      const answer = async (): Promise<void> =>
        send(response, await route.answer(toRequest(request, response, { target, caller: grant?.caller, ended, parameter })), ended);
      await (grant === undefined ? answer() : whileGranted(grant, answer));
    } catch (thrown) {
      if (!late.signal.aborted) await this.#fail(request, response, name, toMusterError(thrown));
    }
    this.#options.events.requestAnswered({ route: name, status: response.statusCode, elapsedMs: performance.now() - startedMs });
  }

  async #fail(request: IncomingMessage, response: ServerResponse, route: string, error: MusterError): Promise<void> {
    this.#options.events.requestFailed({ route, code: error.code, message: error.message });
    if (response.headersSent) response.destroy();
    else await refuse(request, response, error);
  }
}

/** The whole answer is on its way before the rest of the body is dropped, and ends after it: who has asked to close would be cut while it sends. */
async function refuse(request: IncomingMessage, response: ServerResponse, error: MusterError): Promise<void> {
  const answer = errorAnswer(error);
  if (request.complete) {
    await send(response, answer);
    return;
  }
  response.writeHead(answer.status, headersOf(answer)).write(answer.body ?? '');
  await discardBody(request);
  response.end();
}

/** What a path has where the route's says `{id}`; empty where it says none; undefined where it is another path. */
function parameterOf(route: string, path: string): string | undefined {
  const [before = '', after] = route.split('{id}');
  if (after === undefined) return route === path ? '' : undefined;
  if (path.length <= before.length + after.length || !path.startsWith(before) || !path.endsWith(after)) return undefined;
  const id = path.slice(before.length, path.length - after.length);
  return /^[A-Za-z0-9_-]{1,80}$/.test(id) ? id : undefined;
}

function notFound(method: string, path: string, samePath: readonly HttpRoute[]): MusterError {
  const shown = path.slice(0, 80);
  if (samePath.length === 0) return new MusterError('not_found', `there is no ${shown} here: see /api/openapi.json`);
  const methods = samePath.map((route) => route.method);
  const words = `${shown} takes ${methods.join(' and ')}, not ${method}`;
  return new HttpProblem(405, 'invalid_argument', words, undefined, { allow: methods.join(', ') });
}

function toRequest(
  request: IncomingMessage,
  response: ServerResponse,
  { target, caller, ended, parameter }: { target: RequestPath; caller: Caller | undefined; ended: AbortSignal; parameter: string },
): HttpRequest {
  const aborted = new AbortController();
  ended.addEventListener('abort', () => aborted.abort());
  response.once('close', () => {
    if (!response.writableFinished) aborted.abort();
  });
  return {
    query: target.query,
    headers: request.headers,
    parameter,
    caller,
    signal: aborted.signal,
    stream: request,
    json: async (maxBytes) => {
      const value = await readJson(request, maxBytes);
      // Its caller was told already that it did not come in time.
      if (aborted.signal.aborted) throw new MusterError('cancelled', 'the request is over');
      return value;
    },
  };
}
