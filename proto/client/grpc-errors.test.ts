import { Metadata, type ServiceError, status } from '@grpc/grpc-js';
import { expect, test } from 'vitest';
import { MusterError, type MusterErrorCode } from '../../core/common/muster-error.ts';
import { fromServiceError, toldCode, toServiceError } from './grpc-errors.ts';

const CODES: MusterErrorCode[] = [
  ...(['invalid_argument', 'invalid_config', 'malformed', 'limit_exceeded', 'quota_exceeded', 'unauthenticated'] as const),
  ...(['permission_denied', 'not_found', 'already_exists', 'failed_precondition', 'missing_runtime', 'unavailable'] as const),
  ...(['deadline_exceeded', 'resource_exhausted', 'cancelled', 'internal'] as const),
];

test.each(CODES)('%s arrives as what it was', (code) => {
  const sent = toServiceError(new MusterError(code, 'words'));
  const read = fromServiceError(sent as ServiceError);
  expect([read.code, read.message]).toEqual([code, 'words']);
});

const plain = (code: status, metadata = new Metadata()): ServiceError =>
  Object.assign(new Error('words'), { code, details: '', metadata }) as ServiceError;

test.each([
  [status.INVALID_ARGUMENT, 'invalid_argument'],
  [status.RESOURCE_EXHAUSTED, 'limit_exceeded'],
  [status.UNAVAILABLE, 'unavailable'],
  [status.UNAUTHENTICATED, 'unauthenticated'],
  [status.FAILED_PRECONDITION, 'failed_precondition'],
  [status.ALREADY_EXISTS, 'already_exists'],
  [status.DATA_LOSS, 'internal'],
  [status.UNKNOWN, 'internal'],
])('status %i alone is %s', (code, expected) => {
  const error = fromServiceError(plain(code));
  expect([error.code, error.message]).toEqual([expected, 'words']);
});

test('a code that this version does not know is read by its status', () => {
  const metadata = new Metadata();
  metadata.set('muster-code', 'of_tomorrow');
  expect(toldCode(plain(status.NOT_FOUND, metadata))).toBeUndefined();
  expect(fromServiceError(plain(status.NOT_FOUND, metadata)).code).toBe('not_found');
});

test('whatever was thrown has a status', () => {
  expect(toServiceError('text')).toMatchObject({ code: status.INTERNAL, details: 'text' });
});
