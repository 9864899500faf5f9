// What all calls of FleetService have in common: who may, how an error is answered, and how a stream is written.
import type { handleServerStreamingCall, handleUnaryCall, Metadata, ServerWritableStream } from '@grpc/grpc-js';
import { toMusterError } from '../../core/common/muster-error.ts';
import { type Grant, whileGranted } from '../access/open-calls.ts';
import type { Scope } from '../access/token-record.ts';
import type { Caller } from '../access/token-store.ts';
import { toServiceError } from '../grpc-status.ts';
import type { FleetEvents } from './fleet-events.ts';

/** Lets a call in, for as long as its token holds; throws `unauthenticated` or `permission_denied`. */
export interface Authorizer {
  admit(metadata: Metadata, scope: Scope): Promise<Grant>;
}

export interface CallContext {
  authorizer: Authorizer;
  events: FleetEvents;
}

/** A handler that answers once, or says that the token ended before it could. */
export function unary<Request, Response>(
  context: CallContext,
  method: string,
  scope: Scope,
  answer: (request: Request, caller: Caller) => Promise<Response> | Response,
): handleUnaryCall<Request, Response> {
  return (call, callback) => {
    const respond = async (): Promise<Response> => {
      const grant = await context.authorizer.admit(call.metadata, scope);
      return whileGranted(grant, () => answer(call.request, grant.caller));
    };
    respond().then(
      (response) => callback(null, response),
      (error: unknown) => callback(fail(context, method, error)),
    );
  };
}

type StreamAnswer<Request, Response> = (request: Request, signal: AbortSignal, caller: Caller) => AsyncIterable<Response>;

/**
 * A handler that answers with what `answer` yields. The next value is asked for only when the caller has taken the one before, so a
 * slow caller costs what one value costs. The signal is aborted when the call ends, whoever ends it; the end of its token does.
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
    const pumped = async (): Promise<void> => {
      const grant = await context.authorizer.admit(call.metadata, scope);
      await whileGranted(grant, () => pump(call, answer(call.request, ended.signal, grant.caller), ended.signal));
    };
    pumped().then(
      () => call.end(),
      (error: unknown) => {
        if (!ended.signal.aborted) call.emit('error', fail(context, method, error));
        end();
      },
    );
  };
}

async function pump<Request, Response>(
  call: ServerWritableStream<Request, Response>,
  messages: AsyncIterable<Response>,
  signal: AbortSignal,
): Promise<void> {
  for await (const message of messages) {
    if (signal.aborted) return;
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
