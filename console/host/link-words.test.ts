import { type ServiceError, status } from '@grpc/grpc-js';
import { expect, test } from 'vitest';
import { isRefusal, lossWords, refusalWords } from './link-words.ts';

const words = (details: string, code: number = status.UNAVAILABLE) => lossWords({ code, details, message: 'm' } as ServiceError, 5000);

test.each([
  ['No connection established. Last error: connect ECONNREFUSED 127.0.0.1:1', 'connection refused'],
  ['Name resolution failed: getaddrinfo ENOTFOUND x', 'its name cannot be resolved'],
  ['getaddrinfo EAI_AGAIN x', 'its name cannot be resolved'],
  [
    'ERR_TLS_CERT_ALTNAME_INVALID',
    'its certificate is for other names than this address: use a name that it has, or run muster up with this one',
  ],
  [
    'Hostname/IP does not match certificate',
    'its certificate is for other names than this address: use a name that it has, or run muster up with this one',
  ],
  ['certificate has expired', 'its certificate has expired: the gateway must get a new one'],
  ['CERT_NOT_YET_VALID', 'its certificate is not valid yet: compare the clocks of both machines'],
  ['self-signed certificate in certificate chain', 'its certificate is not signed by the CA file: check that both are of the same fleet'],
  ['bad certificate', 'its certificate cannot be checked (bad certificate)'],
  ['Deadline exceeded after 5s', 'no answer within 5 s'],
  ['something else', 'something else'],
])('%j is told as %j', (details, told) => {
  expect(words(details)).toBe(told);
});

test('a deadline is one by its status too, and without details the message counts', () => {
  expect(words('waiting', status.DEADLINE_EXCEEDED)).toBe('no answer within 5 s');
  expect(lossWords({ code: 14, details: '', message: 'ECONNREFUSED' } as ServiceError, 1)).toBe('connection refused');
});

test('of a long text 160 letters are told', () => {
  expect(words('x'.repeat(160))).toBe('x'.repeat(160));
  expect(words('x'.repeat(161))).toBe(`${'x'.repeat(157)}…`);
});

test('a gateway that answers and takes no token refuses', () => {
  expect([isRefusal({ code: 'unauthenticated' }), isRefusal({ code: 'permission_denied' }), isRefusal({ code: 'unavailable' })]).toEqual([
    true,
    true,
    false,
  ]);
  expect(refusalWords({ message: 'expired' })).toBe("the gateway refuses this console's token (expired): check the token file");
});
