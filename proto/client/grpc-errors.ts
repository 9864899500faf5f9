// Errors of ours as gRPC statuses and back, by one table. The trailer `muster-code` carries the exact code, which a status alone does not tell.
import { Metadata, type ServiceError, type StatusObject, status } from '@grpc/grpc-js';
import { MusterError, type MusterErrorCode, toMusterError } from '../../core/common/muster-error.ts';

/** Of codes with the same status, the first is what a status without a code means. */
const STATUS: Readonly<Record<MusterErrorCode, status>> = {
  invalid_argument: status.INVALID_ARGUMENT,
  malformed: status.INVALID_ARGUMENT,
  failed_precondition: status.FAILED_PRECONDITION,
  invalid_config: status.FAILED_PRECONDITION,
  missing_runtime: status.FAILED_PRECONDITION,
  limit_exceeded: status.RESOURCE_EXHAUSTED,
  quota_exceeded: status.RESOURCE_EXHAUSTED,
  resource_exhausted: status.RESOURCE_EXHAUSTED,
  unauthenticated: status.UNAUTHENTICATED,
  permission_denied: status.PERMISSION_DENIED,
  not_found: status.NOT_FOUND,
  already_exists: status.ALREADY_EXISTS,
  unavailable: status.UNAVAILABLE,
  deadline_exceeded: status.DEADLINE_EXCEEDED,
  cancelled: status.CANCELLED,
  internal: status.INTERNAL,
};

const CODES = new Map((Object.entries(STATUS) as [MusterErrorCode, status][]).reverse().map(([code, of]) => [of, code]));

/** In the trailers of an error of ours; what a transport or a proxy says on its own has none. */
const CODE_KEY = 'muster-code';

/** What a handler gives to its callback or emits as `error`: the status of the code and the sentence of the error. */
export function toServiceError(thrown: unknown): Pick<StatusObject, 'code' | 'details'> & Partial<ServiceError> {
  const error = toMusterError(thrown);
  const metadata = new Metadata();
  metadata.set(CODE_KEY, error.code);
  return { code: STATUS[error.code], details: error.message, metadata };
}

/** The code that the gateway itself gave; undefined where it said nothing, or a code of a later version. */
export function toldCode(error: Partial<ServiceError>): MusterErrorCode | undefined {
  const told = error.metadata?.get(CODE_KEY)[0];
  return typeof told === 'string' && Object.hasOwn(STATUS, told) ? (told as MusterErrorCode) : undefined;
}

/** The error of a call, with the gateway's own sentence. */
export function fromServiceError(error: Error & Partial<ServiceError>): MusterError {
  const code = toldCode(error) ?? CODES.get(error.code ?? status.UNKNOWN) ?? 'internal';
  return new MusterError(code, error.details || error.message, error);
}
