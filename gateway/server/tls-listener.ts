// The one TLS port: accepts connections, gives them a deadline to speak TLS and HTTP/2, and hands them on.
// grpc-js has no such deadline of its own: a silent connection would stay open for ever.
import { type AddressInfo, createServer as createTcpServer, type Socket, type Server as TcpServer } from 'node:net';
import { createServer, type Server, type TLSSocket } from 'node:tls';
import { MusterError, messageOf } from '../../core/common/muster-error.ts';
import type { Component } from '../../core/node/lifecycle.ts';
import { connectionLimit } from './connection-limit.ts';
import { HandshakeTurns, type HandshakeTurnsOptions } from './handshake-turns.ts';
import { awaitPreface, type HttpVersion } from './http2-preface.ts';
import {
  type CertificateFiles,
  ServerCertificate,
  type ServerCertificateEvents,
  type ServerCertificateIssuer,
} from './server-certificate.ts';
import { UnprovenConnections, type UnprovenLimits } from './unproven-connections.ts';

/** `unproven`: it has not shown who it is, and there are too many of these or it has no call. */
export type RefusalReason = 'handshake' | 'preface' | 'too_many' | 'unproven';

export interface TlsListenerEvents extends ServerCertificateEvents {
  connectionOpened(): void;
  connectionRefused(what: { peer: string; reason: RefusalReason; detail: string }): void;
}

export interface TlsListenerOptions {
  /** An address to listen on, or several with commas between. */
  host: string;
  /** 0 takes a free one. */
  port: number;
  files: CertificateFiles;
  /** Renews the certificate in them, where it is of the fleet's CA. */
  issuer: ServerCertificateIssuer;
  /** Client certificates of this CA have an identity; others, and none, have not. PEM. */
  clientCaPem: string;
  /** A connection that speaks HTTP/2 over TLS. */
  onConnection(socket: TLSSocket): void;
  /** A connection that speaks HTTP/1.1 over TLS; it has its own deadline from here on. `proven` is to be called when it is known who asks. */
  onHttp(socket: TLSSocket, proven: () => void): void;
  events: TlsListenerEvents;
  /** At once; default by memory and descriptors. */
  maxConnections?: number;
  unproven?: Partial<UnprovenLimits>;
  turns?: HandshakeTurnsOptions;
}

/** From the beginning of TLS on a connection to that of HTTP on it. */
const PREFACE_WITHIN_MS = 4500;
/** Of all connections, those that have not shown who they are; a crowd that comes back after an outage is among them during its handshakes. */
const UNPROVEN_SHARE = 1 / 4;
const UNPROVEN_SHARE_OF_ADDRESS = 1 / 16;
const SILENT_FOR_MS = 10_000;
const BACKLOG = 4096;

interface Connection {
  /** The TCP connection below TLS. */
  socket: Socket;
  /** Runs out where TLS and HTTP/2 are not spoken in time. */
  deadline?: NodeJS.Timeout;
  /** How far it came. */
  stage: 'waiting' | 'handshake' | 'preface' | 'open';
  /** Why the client certificate that was shown does not hold. */
  refusal?: string;
}

export class TlsListener implements Component {
  readonly name = 'TLS port';
  readonly #options: TlsListenerOptions;
  /** By `address:port` of the peer, as gRPC names it. */
  readonly #connections = new Map<string, Connection>();
  readonly #maxConnections: number;
  /** What is not known yet of the connections; a watch of the calls tells it. */
  readonly unproven: UnprovenConnections;
  readonly #turns: HandshakeTurns;
  /** Speaks TLS on what is handed to it. */
  #server: Server | undefined;
  /** One for each address. */
  #ports: TcpServer[] = [];
  #certificate: ServerCertificate | undefined;

  constructor(options: TlsListenerOptions) {
    this.#options = options;
    this.#maxConnections = options.maxConnections ?? connectionLimit();
    this.#turns = new HandshakeTurns(options.turns);
    const limits = {
      total: Math.ceil(this.#maxConnections * UNPROVEN_SHARE),
      perAddress: Math.ceil(this.#maxConnections * UNPROVEN_SHARE_OF_ADDRESS),
      idleMs: SILENT_FOR_MS,
      ...options.unproven,
    };
    this.unproven = new UnprovenConnections(limits, (address) => this.#turns.known(address));
  }

  /** The port it is bound to; 0 before it started. */
  get port(): number {
    return (this.#ports[0]?.address() as AddressInfo | null | undefined)?.port ?? 0;
  }

  /** Why the client certificate of a peer does not hold; undefined where it holds, or none was shown. */
  whyRefused(peer: string): string | undefined {
    return this.#connections.get(peer)?.refusal;
  }

  /** Cuts the connection of a peer at once. */
  cut(peer: string): void {
    this.#connections.get(peer)?.socket.destroy();
  }

  async start(): Promise<void> {
    const { files, issuer, clientCaPem, events } = this.#options;
    const certificate = new ServerCertificate(files, issuer, events);
    const server = createServer({
      ...certificate.load(),
      ca: clientCaPem,
      requestCert: true,
      // Operators and machines that enrol have no certificate; what a call may do is decided by who calls.
      rejectUnauthorized: false,
      minVersion: 'TLSv1.2',
      // Who offers both, as curl and browsers do, means the HTTPS door: gRPC offers HTTP/2 alone.
      ALPNCallback: ({ protocols }) => ['http/1.1', 'h2'].find((protocol) => protocols.includes(protocol)),
    });
    server.on('secureConnection', (socket) => this.#secured(socket));
    server.on('tlsClientError', (error, socket) => {
      events.connectionRefused({ peer: nameOf(socket), reason: 'handshake', detail: error.message });
      socket.destroy();
    });
    this.#server = server;
    await this.#listenEverywhere();
    this.#certificate = certificate;
    certificate.watch((files) => server.setSecureContext({ ...files, ca: clientCaPem }));
  }

  /** Takes no more connections and cuts those that are left. */
  async stop(): Promise<void> {
    this.#certificate?.unwatch();
    this.#server = undefined;
    this.#turns.stop();
    const closed = this.#ports.map((port) => new Promise((resolve) => port.close(resolve)));
    this.#ports = [];
    for (const { socket } of this.#connections.values()) socket.destroy();
    await Promise.all(closed);
  }

  /** The same port on each address. */
  async #listenEverywhere(): Promise<void> {
    try {
      for (const host of this.#options.host.split(',')) {
        // Nothing is read before TLS begins.
        const port = createTcpServer({ pauseOnConnect: true }, (socket) => this.#accept(socket));
        port.maxConnections = this.#maxConnections;
        port.on('drop', (dropped) => this.#tooMany(`${dropped?.remoteAddress}:${dropped?.remotePort}`));
        await this.#listen(port, host, this.port || this.#options.port);
        this.#ports.push(port);
      }
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  #listen(server: TcpServer, host: string, port: number): Promise<void> {
    return new Promise((resolve, reject) => {
      server.once('error', (error: NodeJS.ErrnoException) =>
        reject(new MusterError('failed_precondition', `port ${port} on ${host} ${whyNotOpened(error)}`, error)),
      );
      server.listen({ host, port, backlog: BACKLOG }, () => {
        // A connection that cannot be accepted, as no file descriptor is left, is that peer's loss.
        server.on('error', (error) =>
          this.#options.events.connectionRefused({ peer: 'unknown', reason: 'too_many', detail: error.message }),
        );
        resolve();
      });
    });
  }

  #tooMany(peer: string): void {
    this.#options.events.connectionRefused({ peer, reason: 'too_many', detail: `${this.#maxConnections} are open` });
  }

  #accept(socket: Socket): void {
    const address = socket.remoteAddress;
    if (address === undefined) {
      // Its peer has gone already.
      socket.destroy();
      return;
    }
    const peer = nameOf(socket);
    if (this.#connections.size >= this.#maxConnections) {
      this.#tooMany(peer);
      socket.destroy();
      return;
    }
    const refusal = this.unproven.admit(peer, address, (why) => this.#sendAway(peer, why));
    if (refusal !== undefined) {
      this.#options.events.connectionRefused({ peer, reason: 'unproven', detail: refusal });
      socket.destroy();
      return;
    }
    const connection: Connection = { socket, stage: 'waiting' };
    this.#connections.set(peer, connection);
    let leave = (): void => undefined;
    socket.once('close', () => {
      leave();
      clearTimeout(connection.deadline);
      if (this.#connections.get(peer) !== connection) return;
      this.#connections.delete(peer);
      this.unproven.closed(peer);
    });
    // Until TLS listens itself. The close that follows tells.
    socket.on('error', () => socket.destroy());
    socket.setNoDelay(true);
    leave = this.#turns.ask(
      address,
      () => this.#beginTls(connection, peer),
      (detail) => {
        this.#options.events.connectionRefused({ peer, reason: 'too_many', detail });
        socket.destroy();
      },
    );
  }

  #beginTls(connection: Connection, peer: string): void {
    if (connection.socket.destroyed) return;
    connection.stage = 'handshake';
    connection.deadline = setTimeout(() => this.#tooSlow(peer), PREFACE_WITHIN_MS);
    this.#server?.emit('connection', connection.socket);
  }

  #secured(socket: TLSSocket): void {
    const peer = nameOf(socket);
    const connection = this.#connections.get(peer);
    // A reset is no event: the close that follows is.
    socket.on('error', () => socket.destroy());
    if (connection === undefined) {
      socket.destroy();
      return;
    }
    connection.stage = 'preface';
    const refusal = refusalOf(socket);
    if (refusal !== undefined) connection.refusal = refusal;
    awaitPreface(socket)
      .then((version) => this.#begin(connection, socket, version))
      .catch((error: unknown) => {
        const detail = messageOf(error);
        this.#options.events.connectionRefused({ peer, reason: 'preface', detail });
        connection.socket.destroy();
      });
  }

  #begin(connection: Connection, socket: TLSSocket, version: HttpVersion): void {
    const peer = nameOf(socket);
    // Who agreed on HTTP/2 and speaks another has lost its way.
    if (version === 'http/1.1' && socket.alpnProtocol === 'h2')
      throw new MusterError('malformed', 'the connection agreed on HTTP/2 and speaks HTTP/1.1');
    this.#open(connection);
    // Its key and its certificate of the fleet's CA are shown.
    if (socket.authorized) this.unproven.leave(peer);
    if (version === 'http/1.1') {
      this.#options.onHttp(socket, () => this.unproven.leave(peer));
      return;
    }
    this.unproven.expectCall(peer);
    this.#options.onConnection(socket);
  }

  #open(connection: Connection): void {
    connection.stage = 'open';
    clearTimeout(connection.deadline);
    this.#options.events.connectionOpened();
  }

  #sendAway(peer: string, detail: string): void {
    this.#options.events.connectionRefused({ peer, reason: 'unproven', detail });
    this.cut(peer);
  }

  #tooSlow(peer: string): void {
    const connection = this.#connections.get(peer);
    if (connection === undefined || connection.stage === 'open') return;
    // A connection that got as far as the preface tells of its end itself.
    if (connection.stage === 'handshake') {
      const detail = `no TLS handshake within ${PREFACE_WITHIN_MS} ms`;
      this.#options.events.connectionRefused({ peer, reason: 'handshake', detail });
    }
    connection.socket.destroy();
  }
}

function whyNotOpened(error: NodeJS.ErrnoException): string {
  if (error.code === 'EADDRINUSE') return 'is in use: choose another with --port';
  if (error.code === 'EADDRNOTAVAIL') return 'cannot be opened: this machine has no such address';
  return `cannot be opened: ${error.message}`;
}

function nameOf(socket: Socket): string {
  return `${socket.remoteAddress ?? 'unknown'}:${socket.remotePort ?? 0}`;
}

function refusalOf(socket: TLSSocket): string | undefined {
  if (socket.authorized) return undefined;
  const certificate = socket.getPeerX509Certificate();
  if (certificate === undefined) return undefined;
  // A code, whatever the types say.
  const code = String(socket.authorizationError);
  if (code !== 'CERT_HAS_EXPIRED') return `the client certificate is refused (${code}): enrol with a join token of this fleet`;
  const day = certificate.validToDate.toISOString().slice(0, 10);
  return `the client certificate expired on ${day}: enrol this machine again with a join token; its key, its node id and its spool stay`;
}
