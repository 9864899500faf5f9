// The gateway's calls as a client makes them: typed by the contract, with one token and one-sentence errors. Refuses what its context may not change.
import type { ClientReadableStream, MethodDefinition, ServiceError } from '@grpc/grpc-js';
import { MusterError } from '../../core/common/muster-error.ts';
import { loadPackage, serviceDefinition } from '../descriptors.ts';
import { CALLS, type CallRule, type Calls } from '../gen/services.ts';
import type { GatewayChannel } from './gateway-channel.ts';
import { fromServiceError } from './grpc-errors.ts';

type CallsOf<Kind> = { [Name in keyof Calls]: Calls[Name]['kind'] extends Kind ? Name : never }[keyof Calls];
/** The calls with one answer. */
export type UnaryName = CallsOf<'unary'>;
/** The calls answered by a stream. */
export type StreamName = CallsOf<'stream'>;

export interface FleetClientOptions {
  /** What a call ended with, as one sentence. */
  toError?: (error: ServiceError) => MusterError;
  /** Told what a call changes, before it is made: throws where that may not be. */
  assertMayChange?: (change: string) => void;
}

export interface CallOptions {
  timeoutMs?: number;
  signal?: AbortSignal | undefined;
}

const ANSWER_WITHIN_MS = 15_000;

export class FleetClient {
  readonly #channel: Pick<GatewayChannel, 'client' | 'metadata'>;
  readonly #options: FleetClientOptions;

  constructor(channel: Pick<GatewayChannel, 'client' | 'metadata'>, options: FleetClientOptions = {}) {
    this.#channel = channel;
    this.#options = options;
  }

  /** One request, one answer, within 15 s where nothing else is said. Rejects with a MusterError. */
  async call<Name extends UnaryName>(
    name: Name,
    request: Calls[Name]['request'],
    { timeoutMs = ANSWER_WITHIN_MS, signal }: CallOptions = {},
  ): Promise<Calls[Name]['response']> {
    const { path, requestSerialize, responseDeserialize } = this.#method<Name>(name);
    const { client, metadata } = this.#channel;
    return new Promise((resolve, reject) => {
      const deadline = Date.now() + timeoutMs;
      const call = client.makeUnaryRequest(
        path,
        requestSerialize,
        responseDeserialize,
        request,
        metadata,
        { deadline },
        (error, answer) => {
          signal?.removeEventListener('abort', cancel);
          if (error !== null) reject(this.#toError(error));
          else if (answer === undefined) reject(new MusterError('internal', 'no answer'));
          else resolve(answer);
        },
      );
      const cancel = (): void => call.cancel();
      signal?.addEventListener('abort', cancel, { once: true });
    });
  }

  /** A call answered by a stream, until it ends or `signal` aborts (then it just ends). Throws a MusterError. */
  async *stream<Name extends StreamName>(
    name: Name,
    request: Calls[Name]['request'],
    { timeoutMs, signal }: CallOptions = {},
  ): AsyncGenerator<Calls[Name]['response']> {
    const call = this.open(name, request, timeoutMs);
    const cancel = (): void => call.cancel();
    signal?.addEventListener('abort', cancel);
    try {
      for await (const message of call) yield message as Calls[Name]['response'];
    } catch (error) {
      if (signal?.aborted !== true) throw this.#toError(error as ServiceError);
    } finally {
      signal?.removeEventListener('abort', cancel);
      call.cancel();
    }
  }

  /** The same as events: the caller listens to `data`, `error` and `end`, and cancels. Without `timeoutMs` it has no deadline. */
  open<Name extends StreamName>(
    name: Name,
    request: Calls[Name]['request'],
    timeoutMs?: number,
  ): ClientReadableStream<Calls[Name]['response']> {
    const { path, requestSerialize, responseDeserialize } = this.#method<Name>(name);
    const { client, metadata } = this.#channel;
    const options = timeoutMs === undefined ? {} : { deadline: Date.now() + timeoutMs };
    return client.makeServerStreamRequest(path, requestSerialize, responseDeserialize, request, metadata, options);
  }

  close(): void {
    this.#channel.client.close();
  }

  #toError(error: ServiceError): MusterError {
    return (this.#options.toError ?? fromServiceError)(error);
  }

  #method<Name extends keyof Calls>(name: Name): MethodDefinition<Calls[Name]['request'], Calls[Name]['response']> {
    const rule: CallRule = CALLS[name];
    if (rule.change !== '') this.#options.assertMayChange?.(rule.change);
    return definitionOf(rule) as MethodDefinition<Calls[Name]['request'], Calls[Name]['response']>;
  }
}

let loaded: ReturnType<typeof loadPackage> | undefined;

function definitionOf({ service, method }: CallRule): MethodDefinition<object, object> {
  loaded ??= loadPackage();
  const definition = serviceDefinition(loaded, service)[method];
  if (definition === undefined) throw new MusterError('internal', `${service} has no method ${method}`);
  return definition;
}
