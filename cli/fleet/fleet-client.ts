// FleetService as the commands call it: one channel, a bearer token, one-sentence errors.

import { readFileSync } from 'node:fs';
import { Client, Metadata, type ServiceDefinition, type ServiceError, status } from '@grpc/grpc-js';
import { grpcWords } from '../../core/common/grpc-words.ts';
import { MusterError, type MusterErrorCode } from '../../core/common/muster-error.ts';
import { channelTls } from '../../core/node/channel-credentials.ts';
import { loadPackage, serviceDefinition } from '../../proto/descriptors.ts';
import type * as messages from '../../proto/gen/messages.ts';
import { assertMayChange, CHANGE_OF_CALL } from './read-only.ts';

/** Which gateway to ask, and as whom. */
export interface FleetTarget {
  /** host:port */
  gateway: string;
  caFile: string;
  tokenFile: string;
  /** The context it was found by, and the file that has it, where nothing may be changed there. */
  readOnly?: { context: string; file: string };
}

/** The calls with one answer: request → response. */
interface UnaryCalls {
  listNodes: [messages.ListNodesRequest, messages.ListNodesResponse];
  getNode: [messages.GetNodeRequest, messages.Node];
  listMeasurements: [messages.ListMeasurementsRequest, messages.ListMeasurementsResponse];
  verify: [messages.VerifyRequest, messages.VerifyResponse];
  getPipelineStatus: [messages.GetPipelineStatusRequest, messages.PipelineStatus];
  listDeadLetters: [messages.ListDeadLettersRequest, messages.ListDeadLettersResponse];
  getDeadLetter: [messages.GetDeadLetterRequest, messages.DeadLetter];
  replayDeadLetters: [messages.ReplayDeadLettersRequest, messages.ReplayDeadLettersResponse];
  discardDeadLetters: [messages.DiscardDeadLettersRequest, messages.DiscardDeadLettersResponse];
  createToken: [messages.CreateTokenRequest, messages.CreateTokenResponse];
  listTokens: [messages.ListTokensRequest, messages.ListTokensResponse];
  listAudit: [messages.ListAuditRequest, messages.ListAuditResponse];
  verifyAudit: [messages.VerifyAuditRequest, messages.VerifyAuditResponse];
  revokeToken: [messages.RevokeTokenRequest, messages.RevokeTokenResponse];
  getJoinInfo: [messages.GetJoinInfoRequest, messages.JoinInfo];
  removeNodes: [messages.RemoveNodesRequest, messages.RemoveNodesResponse];
  listRemovedNodes: [messages.ListRemovedNodesRequest, messages.ListRemovedNodesResponse];
  restoreNodes: [messages.RestoreNodesRequest, messages.RestoreNodesResponse];
  removeNode: [messages.RemoveNodeRequest, messages.RemoveNodeResponse];
  releaseNode: [messages.ReleaseNodeRequest, messages.Node];
  setNodeLabels: [messages.SetNodeLabelsRequest, messages.Node];
  putConfig: [messages.PutConfigRequest, messages.ConfigProfile];
  listConfigs: [messages.ListConfigsRequest, messages.ListConfigsResponse];
  deleteConfig: [messages.DeleteConfigRequest, messages.DeleteConfigResponse];
}

/** The calls answered by a stream. */
interface StreamCalls {
  watchMetrics: [messages.WatchMetricsRequest, messages.MetricsUpdate];
  query: [messages.QueryRequest, messages.QueryFrame];
  getSeries: [messages.GetSeriesRequest, messages.SeriesFrame];
  watchNodes: [messages.WatchNodesRequest, messages.NodesUpdate];
  runCommand: [messages.RunCommandRequest, messages.CommandUpdate];
}

/** What a client can ask for. */
export type CallName = keyof UnaryCalls | keyof StreamCalls;

const MAX_ANSWER_BYTES = 64 * 1024 ** 2;

export class FleetClient {
  readonly #target: FleetTarget;
  readonly #client: Client;
  readonly #service: ServiceDefinition;
  readonly #metadata = new Metadata();

  /** Throws `invalid_config` where a file cannot be read. Connects with the first call. */
  constructor(target: FleetTarget) {
    this.#target = target;
    this.#service = serviceDefinition(loadPackage(), 'FleetService');
    const ca = readFile(target.caFile, "the fleet's CA", '--ca-file');
    this.#metadata.set('authorization', `Bearer ${readFile(target.tokenFile, 'the access token', '--token-file').toString('utf8').trim()}`);
    const tls = channelTls(target.gateway, ca);
    this.#client = new Client(target.gateway, tls.credentials, {
      ...tls.options,
      'grpc.max_receive_message_length': MAX_ANSWER_BYTES,
      'grpc.enable_retries': 0,
    });
  }

  /** One call. Rejects with a MusterError; with `permission_denied` where it changes something and the context is read-only. */
  async call<Name extends keyof UnaryCalls>(name: Name, request: UnaryCalls[Name][0], timeoutMs = 15_000): Promise<UnaryCalls[Name][1]> {
    assertMayChange(this.#target, CHANGE_OF_CALL[name]);
    const { path, requestSerialize, responseDeserialize } = this.#method(name);
    return new Promise((resolve, reject) => {
      this.#client.makeUnaryRequest(
        path,
        requestSerialize as (value: UnaryCalls[Name][0]) => Buffer,
        responseDeserialize as (bytes: Buffer) => UnaryCalls[Name][1],
        request,
        this.#metadata,
        { deadline: Date.now() + timeoutMs },
        (error, response) => (error || response === undefined ? reject(toFleetError(error, this.#target)) : resolve(response)),
      );
    });
  }

  /** A call answered by a stream, until it ends or `signal` aborts (then it just ends). Throws a MusterError. */
  async *stream<Name extends keyof StreamCalls>(
    name: Name,
    request: StreamCalls[Name][0],
    options: { timeoutMs?: number; signal?: AbortSignal } = {},
  ): AsyncGenerator<StreamCalls[Name][1]> {
    assertMayChange(this.#target, CHANGE_OF_CALL[name]);
    const { path, requestSerialize, responseDeserialize } = this.#method(name);
    const call = this.#client.makeServerStreamRequest(
      path,
      requestSerialize as (value: StreamCalls[Name][0]) => Buffer,
      responseDeserialize as (bytes: Buffer) => StreamCalls[Name][1],
      request,
      this.#metadata,
      options.timeoutMs === undefined ? {} : { deadline: Date.now() + options.timeoutMs },
    );
    const cancel = (): void => call.cancel();
    options.signal?.addEventListener('abort', cancel);
    try {
      for await (const message of call) yield message as StreamCalls[Name][1];
    } catch (error) {
      if (options.signal?.aborted !== true) throw toFleetError(error as ServiceError, this.#target);
    } finally {
      options.signal?.removeEventListener('abort', cancel);
      call.cancel();
    }
  }

  close(): void {
    this.#client.close();
  }

  #method(name: string): ServiceDefinition[string] {
    const method = this.#service[`${name[0]?.toUpperCase()}${name.slice(1)}`];
    if (method === undefined) throw new MusterError('internal', `FleetService has no method ${name}`);
    return method;
  }
}

/** What a call ended with, as one sentence. */
export function toFleetError(error: ServiceError | null, { gateway, caFile, tokenFile }: FleetTarget): MusterError {
  const details = grpcWords(error?.details || error?.message || 'no answer');
  // The gateway's own words: it was reached, and something behind it is not.
  if (error?.code === status.UNAVAILABLE && error.metadata?.get('muster-code').length)
    return new MusterError('unavailable', details, error);
  if (error?.metadata?.get('muster-code')[0] === 'resource_exhausted') return new MusterError('resource_exhausted', details, error);
  switch (error?.code) {
    case status.UNAVAILABLE: {
      const why = /certificate|self.signed|SSL|TLS/i.test(details)
        ? `its certificate is not one of the CA in ${caFile}: name the right one with --ca-file (${details})`
        : 'it cannot be reached: start it with muster up, or name another with --gateway';
      return new MusterError('unavailable', `gateway ${gateway}: ${why}`, error);
    }
    case status.UNAUTHENTICATED:
      return new MusterError('unauthenticated', `gateway ${gateway} does not take the token in ${tokenFile}: ${details}`, error);
    default:
      return new MusterError(CODES.get(error?.code ?? status.UNKNOWN) ?? 'internal', details, error ?? undefined);
  }
}

const CODES: ReadonlyMap<status, MusterErrorCode> = new Map([
  [status.INVALID_ARGUMENT, 'invalid_argument'],
  [status.NOT_FOUND, 'not_found'],
  [status.ALREADY_EXISTS, 'already_exists'],
  [status.PERMISSION_DENIED, 'permission_denied'],
  [status.FAILED_PRECONDITION, 'failed_precondition'],
  [status.RESOURCE_EXHAUSTED, 'limit_exceeded'],
  [status.DEADLINE_EXCEEDED, 'deadline_exceeded'],
  [status.CANCELLED, 'cancelled'],
]);

function readFile(path: string, what: string, option: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    throw new MusterError('invalid_config', `${what} cannot be read from ${path} (${code}): name another file with ${option}`, error);
  }
}
