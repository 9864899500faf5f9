// What calls have in common: who may, how an error is answered, and how a stream is written.
import { constants, type ServerHttp2Stream } from 'node:http2';
import type { handleServerStreamingCall, handleUnaryCall, Metadata, ServerWritableStream, UntypedHandleCall } from '@grpc/grpc-js';
import { MusterError, type MusterErrorCode, toMusterError } from '../../../core/common/muster-error.ts';
import { toServiceError } from '../../../proto/client/grpc-errors.ts';
import { CALLS, type CallRule, type Calls, type FleetCalls, type Scope } from '../../../proto/gen/services.ts';
import { ANSWER_WITHIN_MS, answerWithin } from '../../access/answer-bound.ts';
import type { Caller } from '../../access/caller.ts';
import { type Grant, whileGranted } from '../../access/open-calls.ts';
import { readable } from './unreadable-request.ts';

/** Lets a call in, for as long as its token holds; throws `unauthenticated` or `permission_denied`. */
export interface Authorizer {
  admit(metadata: Metadata, scope: Scope): Promise<Grant>;
}

/** What is worth knowing of calls; the process's events.ts logs and counts it. */
export interface CallEvents {
  /** A call ended with an error. `method` and `code` are bounded words. */
  callFailed(call: { method: string; code: MusterErrorCode; message: string }): void;
}

export interface CallContext {
  authorizer: Authorizer;
  events: CallEvents;
  /** So long a caller may leave its status unread, default 10 s. Then its stream is reset, so that what waits for it is not kept. */
  unreadMs?: number;
}

/** What answers a call with one answer; `withinMs` where it may take longer than others. */
type UnaryAnswer<Request, Response> = (request: Request, caller: Caller) => Promise<Response> | Response;
type SlowAnswer<Request, Response> = { answer: UnaryAnswer<Request, Response>; withinMs: (request: Request) => number };

type AnswerOf<Call> = Call extends { kind: 'unary'; request: infer Request; response: infer Response }
  ? UnaryAnswer<Request, Response> | SlowAnswer<Request, Response>
  : Call extends { kind: 'stream'; request: infer Request; response: infer Response }
    ? StreamAnswer<Request, Response>
    : never;

/** Handlers for `server.addService`. */
export type Handlers<Name extends keyof Calls> = {
  [N in Name]: Calls[N]['kind'] extends 'unary'
    ? handleUnaryCall<Calls[N]['request'], Calls[N]['response']>
    : handleServerStreamingCall<Calls[N]['request'], Calls[N]['response']>;
};

/** Of calls of FleetService; all of them where none are named. */
export type FleetHandlers<Name extends keyof FleetCalls = keyof FleetCalls> = Handlers<Name>;

/** The handlers of calls of any service, from what answers them. Who may call is what the contract says. */
export function handlers<Name extends keyof Calls>(context: CallContext, answers: { [N in Name]: AnswerOf<Calls[N]> }): Handlers<Name> {
  const made = Object.entries(answers).map(([name, answer]) => [name, handlerOf(context, CALLS[name as Name], answer as AnyAnswer)]);
  return Object.fromEntries(made);
}

type AnyAnswer = UnaryAnswer<unknown, unknown> | SlowAnswer<unknown, unknown> | StreamAnswer<unknown, unknown>;

function handlerOf(context: CallContext, rule: CallRule, answer: AnyAnswer): UntypedHandleCall {
  if (rule.kind === 'stream') return serverStream(context, rule, answer as StreamAnswer<unknown, unknown>);
  return typeof answer === 'function'
    ? unary(context, rule, answer as UnaryAnswer<unknown, unknown>)
    : unary(context, rule, answer.answer, answer.withinMs);
}

/** A handler that answers once, or says that the token ended, or the time, before it could. */
export function unary<Request, Response>(
  context: CallContext,
  { method, scope }: Pick<CallRule, 'method' | 'scope'>,
  answer: UnaryAnswer<Request, Response>,
  withinMs: (request: Request) => number = () => ANSWER_WITHIN_MS,
): handleUnaryCall<Request, Response> {
  return (call, callback) => {
    const respond = async (): Promise<Response> => {
      const grant = await context.authorizer.admit(call.metadata, scope);
      return whileGranted(grant, () => answer(readable(call.request, method), grant.caller));
    };
    answerWithin(withinMs(call.request), method, respond).then(
      (response) => callback(null, response),
      (error: unknown) => callback(fail(context, method, error)),
    );
  };
}

/** Who asks, and what ends the call with an error at once, though its caller takes nothing. */
export interface StreamCaller extends Caller {
  end(error: MusterError): void;
}

type StreamAnswer<Request, Response> = (request: Request, signal: AbortSignal, caller: StreamCaller) => AsyncIterable<Response>;

/** So long a caller may take nothing of what waits for it. A query waits less. */
const UNTAKEN_MS = 60_000;

const UNREAD_MS = 10_000;

/**
 * A handler that answers with what `answer` yields. The next value is asked for only when the caller has taken the one before, so a
 * slow caller costs what one value costs. The signal is aborted when the call ends, whoever ends it; the end of its token does.
 */
export function serverStream<Request, Response>(
  context: CallContext,
  { method, scope }: Pick<CallRule, 'method' | 'scope'>,
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
      let cut: (error: MusterError) => void = () => undefined;
      const isCut = new Promise<never>((_, reject) => {
        cut = reject;
      });
      const messages = answer(readable(call.request, method), ended.signal, { ...grant.caller, end: (error) => cut(error) });
      await whileGranted(grant, () => Promise.race([pump(call, messages, ended.signal), isCut]));
    };
    pumped().then(
      () => {
        call.end();
        resetUnread(call, context.unreadMs ?? UNREAD_MS);
      },
      (error: unknown) => {
        if (!ended.signal.aborted) call.emit('error', fail(context, method, error));
        end();
        resetUnread(call, context.unreadMs ?? UNREAD_MS);
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

/** What grpc-js keeps of a call below its interceptors, and its types leave out. */
interface ServerCall {
  nextCall?: ServerCall;
  stream?: ServerHttp2Stream;
}

function resetUnread(call: object, afterMs: number): void {
  let inner = (call as unknown as { call?: ServerCall }).call;
  while (inner?.nextCall !== undefined) inner = inner.nextCall;
  const stream = inner?.stream;
  if (stream === undefined || stream.closed) return;
  const timer = setTimeout(() => stream.close(constants.NGHTTP2_CANCEL), afterMs);
  timer.unref();
  stream.once('close', () => clearTimeout(timer));
}

/** Rejects where the caller takes nothing for too long, whatever the call is. */
function drained(call: ServerWritableStream<unknown, unknown>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (): void => {
      clearTimeout(timer);
      call.off('drain', done);
      signal.removeEventListener('abort', done);
    };
    const done = (): void => {
      settle();
      resolve();
    };
    const timer = setTimeout(() => {
      settle();
      reject(new MusterError('deadline_exceeded', `the caller took nothing for ${UNTAKEN_MS / 1000} s: call again, and read what comes`));
    }, UNTAKEN_MS);
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
