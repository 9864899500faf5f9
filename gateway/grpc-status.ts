// Turns errors of ours into gRPC statuses, once, at the edge.
import { Metadata, type ServiceError, type StatusObject, status } from '@grpc/grpc-js';
import { type MusterErrorCode, toMusterError } from '../core/common/muster-error.ts';

const STATUS: Record<MusterErrorCode, status> = {
  invalid_argument: status.INVALID_ARGUMENT,
  invalid_config: status.FAILED_PRECONDITION,
  malformed: status.INVALID_ARGUMENT,
  limit_exceeded: status.RESOURCE_EXHAUSTED,
  quota_exceeded: status.RESOURCE_EXHAUSTED,
  unauthenticated: status.UNAUTHENTICATED,
  permission_denied: status.PERMISSION_DENIED,
  not_found: status.NOT_FOUND,
  already_exists: status.ALREADY_EXISTS,
  failed_precondition: status.FAILED_PRECONDITION,
  missing_runtime: status.FAILED_PRECONDITION,
  unavailable: status.UNAVAILABLE,
  resource_exhausted: status.RESOURCE_EXHAUSTED,
  deadline_exceeded: status.DEADLINE_EXCEEDED,
  cancelled: status.CANCELLED,
  internal: status.INTERNAL,
};

/** In the trailers of an error of ours; what a transport or a proxy says on its own has none. */
const CODE_KEY = 'muster-code';

/** What a handler gives to its callback or emits as `error`: the status of the code and the sentence of the error. */
export function toServiceError(thrown: unknown): Pick<StatusObject, 'code' | 'details'> & Partial<ServiceError> {
  const error = toMusterError(thrown);
  const metadata = new Metadata();
  metadata.set(CODE_KEY, error.code);
  return { code: STATUS[error.code], details: error.message, metadata };
}
