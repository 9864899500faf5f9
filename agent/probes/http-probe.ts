// One HTTP(S) request on a connection of its own: status, time to first byte, TLS handshake, days to the first end in the chain of certificates.
import { isIP, type Socket } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import type { Begin } from './attempts.ts';
import { earliestEnd } from './certificate-end.ts';
import { connectAny } from './connect-any.ts';
import { failedWith, toProbeError } from './probe-error.ts';
import type { ProbeOutcome } from './probe-spec.ts';

// An import would bring in undici with the module's WebSocket: see local/local-server.ts.
const { request } = process.getBuiltinModule('node:http');

/** So much of a body is read; the rest is not waited for. */
const MAX_BODY_BYTES = 1_048_576;
const DAY_MS = 86_400_000;

export interface HttpTarget {
  url: URL;
  /** Of the target's name; the first that stands is asked. */
  addresses: readonly string[];
  /** Certificates trusted in place of the public ones. */
  ca: string | undefined;
  /** Undefined: every status below 400. A redirect is an answer and is not followed. */
  expectStatus: readonly number[] | undefined;
  userAgent: string;
}

type Facts = { -readonly [K in 'status' | 'ttfbMs' | 'tlsMs' | 'tlsDaysLeft']?: number };

export function beginHttp(target: HttpTarget): Begin {
  return (finish) => {
    const startMs = performance.now();
    const facts: Facts = {};
    const fail = (error: unknown): void => finish({ ...failedWith(toProbeError(error)), ...facts });
    const ask = (socket: Socket): void => {
      if (socket.destroyed) return;
      sendRequest(target, socket, {
        onHead(status) {
          facts.status = status;
          facts.ttfbMs = performance.now() - startMs;
        },
        onBody: () => finish(toOutcome(target, performance.now() - startMs, facts)),
        onError: fail,
      });
    };
    const close = open(target, facts, { ready: ask, finish, fail });
    return {
      close,
      late: () => ({ ...failedWith('timed_out'), answered: facts.status !== undefined, ...facts }),
    };
  };
}

function toOutcome(target: HttpTarget, latencyMs: number, facts: Facts): ProbeOutcome {
  const status = facts.status ?? 0;
  const up = target.expectStatus === undefined ? status < 400 : target.expectStatus.includes(status);
  return { latencyMs, answered: true, up, error: up ? '' : 'bad_status', ...facts };
}

function hostOf(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, '');
}

interface Connecting {
  /** It stands; with TLS, its certificate has been found good. */
  ready(socket: Socket): void;
  finish(outcome: ProbeOutcome): void;
  fail(error: unknown): void;
}

/** Returns what closes it. */
function open(target: HttpTarget, facts: Facts, { ready, finish, fail }: Connecting): () => void {
  const { url, addresses } = target;
  const secure = url.protocol === 'https:';
  let socket: Socket | undefined;
  const giveUp = connectAny({
    addresses,
    port: Number(url.port) || (secure ? 443 : 80),
    onError: fail,
    onConnect(connected) {
      socket = connected.on('error', fail);
      if (!secure) return ready(connected);
      // From here on the connection is that one's, which closes it too: taken from under it, it would take the process along.
      socket = secured(target, connected, facts, { ready, finish, fail });
    },
  });
  return () => {
    giveUp();
    socket?.destroy();
  };
}

function secured({ url, ca }: HttpTarget, connected: Socket, facts: Facts, { ready, finish, fail }: Connecting): TLSSocket {
  const connectedMs = performance.now();
  const host = hostOf(url);
  const socket: TLSSocket = connectTls({
    socket: connected,
    // Whose name the certificate must bear.
    host,
    // A certificate that is not good is judged below: its end is to be told all the same.
    rejectUnauthorized: false,
    ALPNProtocols: ['http/1.1'],
    ...(isIP(host) === 0 ? { servername: host } : {}),
    ...(ca === undefined ? {} : { ca }),
  });
  socket.once('secureConnect', () => {
    facts.tlsMs = performance.now() - connectedMs;
    const nowMs = Date.now();
    const endMs = earliestEnd(socket.getPeerCertificate(true), socket.authorized ? nowMs : undefined);
    if (!Number.isNaN(endMs)) facts.tlsDaysLeft = Math.round(((endMs - nowMs) / DAY_MS) * 100) / 100;
    if (socket.authorized) ready(socket);
    else finish({ ...failedWith(toCertificateError(socket.authorizationError)), ...facts });
  });
  return socket.on('error', fail);
}

function toCertificateError(reason: unknown): 'certificate_expired' | 'certificate_invalid' {
  return String(reason).includes('CERT_HAS_EXPIRED') ? 'certificate_expired' : 'certificate_invalid';
}

interface Answer {
  onHead(status: number): void;
  /** All of the body, or as much as is read. */
  onBody(): void;
  onError(error: unknown): void;
}

function sendRequest({ url, userAgent }: HttpTarget, socket: Socket, answer: Answer): void {
  const sent = request({
    method: 'GET',
    path: `${url.pathname}${url.search}`,
    headers: { host: url.host, 'user-agent': userAgent, accept: '*/*', connection: 'close' },
    // In place of an agent, which would keep connections and open its own.
    createConnection: () => socket,
  });
  sent.on('error', answer.onError);
  sent.on('response', (response) => {
    answer.onHead(response.statusCode ?? 0);
    let bytes = 0;
    response.on('error', answer.onError);
    response.on('data', (part: Buffer) => {
      bytes += part.length;
      if (bytes > MAX_BODY_BYTES) answer.onBody();
    });
    response.on('end', answer.onBody);
  });
  sent.end();
}
