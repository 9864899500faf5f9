// The gRPC server of a gateway: AgentService, FleetService, ImportService, health and reflection on one TLS port.
import { type ConnectionInjector, Server, ServerCredentials, type UntypedServiceImplementation } from '@grpc/grpc-js';
import { fault } from '../../core/node/faults.ts';
import type { Component } from '../../core/node/lifecycle.ts';
import { loadPackage, serviceDefinition } from '../../proto/descriptors.ts';
import { createCallWatch } from './call-watch.ts';
import { toRawDefinition, toTotalDefinition } from './raw-definition.ts';
import { createReadGate, type Pressure } from './read-gate.ts';
import { addReflectionAndHealth, type Health } from './reflection.ts';
import { guardStreams } from './stream-guard.ts';
import { TlsListener, type TlsListenerOptions } from './tls-listener.ts';

export interface GrpcServerOptions extends Omit<TlsListenerOptions, 'onConnection'> {
  /** Handlers of AgentService; all take and give encoded messages. */
  agent: UntypedServiceImplementation;
  /** What holds back reading from agents. */
  pressure: Pressure;
  /** Handlers of FleetService. */
  fleet: UntypedServiceImplementation;
  /** Handlers of ImportService; all take and give encoded messages. */
  imports: UntypedServiceImplementation;
}

const MAX_MESSAGE_BYTES = 1024 * 1024;

/** Calls that bring batches: they are not read while too much waits. */
const GATED = ['/muster.v1.AgentService/Connect', '/muster.v1.ImportService/Upload'];

const SERVER_OPTIONS = {
  'grpc.max_receive_message_length': MAX_MESSAGE_BYTES,
  // A list of 10,000 nodes takes 4.7 MB.
  'grpc.max_send_message_length': 64 * MAX_MESSAGE_BYTES,
  // An agent has one stream, a console a few dozen.
  'grpc.max_concurrent_streams': 128,
  // Both sides notice a half-open peer within 30 s.
  'grpc.keepalive_time_ms': 20_000,
  'grpc.keepalive_timeout_ms': 10_000,
  'grpc.keepalive_permit_without_calls': 1,
  'grpc.max_connection_idle_ms': 300_000,
  'grpc.enable_channelz': 0,
};

export class GrpcServer implements Component {
  readonly name = 'gRPC server';
  readonly #options: GrpcServerOptions;
  readonly #listener: TlsListener;
  #health: Health | undefined;
  #server: Server | undefined;
  #injector: ConnectionInjector | undefined;

  constructor(options: GrpcServerOptions) {
    this.#options = options;
    this.#listener = new TlsListener({ ...options, onConnection: (socket) => this.#injector?.injectConnection(socket) });
  }

  get port(): number {
    return this.#listener.port;
  }

  /** Cuts the connection of a peer, named as a call names it. */
  cut(peer: string): void {
    this.#listener.cut(peer);
  }

  /** Why the client certificate of a peer does not hold. */
  whyRefused(peer: string): string | undefined {
    return this.#listener.whyRefused(peer);
  }

  /** What health checks are told: whether agents and operators can be served now. */
  setServing(serving: boolean): void {
    this.#health?.setServing(serving);
  }

  async start(): Promise<void> {
    const definition = loadPackage();
    const server = new Server({
      ...SERVER_OPTIONS,
      interceptors: [createCallWatch(this.#listener.unproven), createReadGate(this.#options.pressure, GATED)],
    });
    guardStreams(server, fault);
    server.addService(toRawDefinition(serviceDefinition(definition, 'AgentService')), this.#options.agent);
    server.addService(toTotalDefinition(serviceDefinition(definition, 'FleetService')), this.#options.fleet);
    server.addService(toRawDefinition(serviceDefinition(definition, 'ImportService')), this.#options.imports);
    this.#health = addReflectionAndHealth(server, definition);
    this.#server = server;
    // Not secure in grpc-js' words, as what it is given is decrypted already; the sockets keep their peer's certificate.
    this.#injector = server.createConnectionInjector(ServerCredentials.createInsecure());
    await this.#listener.start();
  }

  async stop(): Promise<void> {
    this.#injector?.destroy();
    this.#injector = undefined;
    this.#server?.forceShutdown();
    this.#server = undefined;
    await this.#listener.stop();
  }
}
