// Calls of the FleetService on an open connection, and gRPC's status codes as errors of ours.
import { type ClientReadableStream, type ServiceDefinition, type ServiceError, status } from '@grpc/grpc-js';
import { MusterError, type MusterErrorCode } from '../../core/common/muster-error.ts';
import { loadPackage, serviceDefinition } from '../../proto/descriptors.ts';
import type { GatewayConnection } from './gateway-link.ts';

const FLEET_SERVICE: ServiceDefinition = serviceDefinition(loadPackage(), 'FleetService');

const CODES: Partial<Record<number, MusterErrorCode>> = {
  [status.CANCELLED]: 'cancelled',
  [status.INVALID_ARGUMENT]: 'invalid_argument',
  [status.DEADLINE_EXCEEDED]: 'deadline_exceeded',
  [status.NOT_FOUND]: 'not_found',
  [status.ALREADY_EXISTS]: 'already_exists',
  [status.PERMISSION_DENIED]: 'permission_denied',
  [status.UNAUTHENTICATED]: 'unauthenticated',
  [status.RESOURCE_EXHAUSTED]: 'limit_exceeded',
  [status.FAILED_PRECONDITION]: 'failed_precondition',
  [status.UNAVAILABLE]: 'unavailable',
};

/** The error of a call, with the gateway's own sentence. */
export function fromServiceError(error: ServiceError): MusterError {
  const told = error.metadata?.get('muster-code')[0] === 'resource_exhausted' ? 'resource_exhausted' : CODES[error.code];
  return new MusterError(told ?? 'internal', error.details || error.message, error);
}

/** One request, one answer. `method` as in the proto: `GetNode`. */
export function callUnary<Answer>(
  { client, metadata }: GatewayConnection,
  method: string,
  request: object,
  timeoutMs: number,
  signal?: AbortSignal,
): Promise<Answer> {
  const definition = definitionOf(method);
  return new Promise((resolve, reject) => {
    const call = client.makeUnaryRequest(
      definition.path,
      definition.requestSerialize,
      definition.responseDeserialize as (bytes: Buffer) => Answer,
      request,
      metadata,
      { deadline: Date.now() + timeoutMs },
      (error, answer) => {
        signal?.removeEventListener('abort', cancel);
        if (error !== null) reject(fromServiceError(error));
        else resolve(answer as Answer);
      },
    );
    const cancel = (): void => call.cancel();
    signal?.addEventListener('abort', cancel, { once: true });
  });
}

/** One request, a stream of answers. The caller listens to `data`, `error` and `end`, and cancels. */
export function callStream<Answer>(
  { client, metadata }: GatewayConnection,
  method: string,
  request: object,
  timeoutMs?: number,
): ClientReadableStream<Answer> {
  const definition = definitionOf(method);
  return client.makeServerStreamRequest(
    definition.path,
    definition.requestSerialize,
    definition.responseDeserialize as (bytes: Buffer) => Answer,
    request,
    metadata,
    timeoutMs === undefined ? {} : { deadline: Date.now() + timeoutMs },
  );
}

function definitionOf(method: string): ServiceDefinition[string] {
  const definition = FLEET_SERVICE[method];
  if (definition === undefined) throw new MusterError('internal', `FleetService has no method ${method}`);
  return definition;
}
