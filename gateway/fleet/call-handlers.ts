// What all calls of FleetService have in common: who may, how an error is answered, and how a stream is written.
import type { handleServerStreamingCall, handleUnaryCall, Metadata, ServerWritableStream } from '@grpc/grpc-js';
import { toMusterError } from '../../core/common/muster-error.ts';
import type { Scope } from '../access/token-record.ts';
import type { Caller } from '../access/token-store.ts';
import { toServiceError } from '../grpc-status.ts';
import type { FleetEvents } from './fleet-events.ts';

/** Tells who calls; throws `unauthenticated` or `permission_denied`. */
export interface Authorizer {
  authorize(metadata: Metadata, scope: Scope): Promise<Caller>;
}

export interface CallContext {
  authorizer: Authorizer;
  events: FleetEvents;
}

/** A stream that is open this long is asked again for its token, so that a revoked one ends. */
const REAUTHORIZE_MS = 5000;

/** A handler that answers once. */
export function unary<Request, Response>(
  context: CallContext,
  method: string,
  scope: Scope,
  answer: (request: Request, caller: Caller) => Promise<Response> | Response,
): handleUnaryCall<Request, Response> {
  return (call, callback) => {
    const respond = async (): Promise<Response> => answer(call.request, await context.authorizer.authorize(call.metadata, scope));
    respond().then(
      (response) => callback(null, response),
      (error: unknown) => callback(fail(context, method, error)),
    );
  };
}

type StreamAnswer<Request, Response> = (request: Request, signal: AbortSignal, caller: Caller) => AsyncIterable<Response>;

/**
 * A handler that answers with what `answer` yields. The next value is asked for only when the caller has taken the one before, so a
 * slow caller costs what one value costs. The signal is aborted when the call ends, whoever ends it.
 */
export function serverStream<Request, Response>(
  context: CallContext,
  method: string,
  scope: Scope,
  answer: StreamAnswer<Request, Response>,
): handleServerStreamingCall<Request, Response> {
  return (call) => {
    const ended = new AbortController();
    const end = (): void => ended.abort();
    call.on('cancelled', end);
    call.on('close', end);
    call.on('error', end);
    pump(context, scope, call, answer, ended.signal).then(
      () => call.end(),
      (error: unknown) => {
        if (!ended.signal.aborted) call.emit('error', fail(context, method, error));
        end();
      },
    );
  };
}

async function pump<Request, Response>(
  context: CallContext,
  scope: Scope,
  call: ServerWritableStream<Request, Response>,
  answer: StreamAnswer<Request, Response>,
  signal: AbortSignal,
): Promise<void> {
  const caller = await context.authorizer.authorize(call.metadata, scope);
  let authorizedMs = Date.now();
  for await (const message of answer(call.request, signal, caller)) {
    if (signal.aborted) return;
    if (Date.now() - authorizedMs > REAUTHORIZE_MS) {
      await context.authorizer.authorize(call.metadata, scope);
      authorizedMs = Date.now();
    }
    if (!call.write(message)) await drained(call, signal);
  }
}

function drained(call: ServerWritableStream<unknown, unknown>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      call.off('drain', done);
      signal.removeEventListener('abort', done);
      resolve();
    };
    call.on('drain', done);
    signal.addEventListener('abort', done);
    if (signal.aborted) done();
  });
}

function fail(context: CallContext, method: string, thrown: unknown): ReturnType<typeof toServiceError> {
  const error = toMusterError(thrown);
  context.events.callFailed({ method, code: error.code, message: error.message });
  return toServiceError(error);
}
