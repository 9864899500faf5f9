// What is said of a gateway that cannot be reached, or does not take this console: the cause, and what to do.
import { type ServiceError, status } from '@grpc/grpc-js';
import type { MusterError } from '../../core/common/muster-error.ts';

/** Whether the gateway answered, and does not take the token. */
export function isRefusal({ code }: Pick<MusterError, 'code'>): boolean {
  return code === 'unauthenticated' || code === 'permission_denied';
}

export function refusalWords({ message }: Pick<MusterError, 'message'>): string {
  return `the gateway refuses this console's token (${message}): check the token file`;
}

/** TLS names its errors; grpc-js keeps the name in its text only, and sometimes only OpenSSL's sentence for it. */
const CERTIFICATE_WORDS: readonly [code: RegExp, words: string][] = [
  [
    /ERR_TLS_CERT_ALTNAME_INVALID|Hostname\/IP does not match|altnames/i,
    'its certificate is for other names than this address: use a name that it has, or run muster up with this one',
  ],
  [/CERT_HAS_EXPIRED|certificate has expired/i, 'its certificate has expired: the gateway must get a new one'],
  [/CERT_NOT_YET_VALID|certificate is not yet valid/i, 'its certificate is not valid yet: compare the clocks of both machines'],
  [
    /SELF_SIGNED|UNABLE_TO_GET_ISSUER|UNABLE_TO_VERIFY|self.signed|unable to (get|verify)|issuer certificate|certificate signature failure/i,
    'its certificate is not signed by the CA file: check that both are of the same fleet',
  ],
  [/certificate/i, 'its certificate cannot be checked'],
];

/** grpc-js repeats itself in `details`; people want the cause. */
export function lossWords(error: ServiceError, timeoutMs: number): string {
  const details = error.details || error.message;
  if (/ECONNREFUSED/.test(details)) return 'connection refused';
  if (/ENOTFOUND|EAI_AGAIN/.test(details)) return 'its name cannot be resolved';
  const certificate = CERTIFICATE_WORDS.find(([code]) => code.test(details));
  if (certificate !== undefined) return `${certificate[1]}${certificate[1].includes(':') ? '' : ` (${cut(details)})`}`;
  if (error.code === status.DEADLINE_EXCEEDED || /Deadline exceeded/i.test(details)) return `no answer within ${timeoutMs / 1000} s`;
  return cut(details);
}

function cut(text: string): string {
  return text.length > 160 ? `${text.slice(0, 157)}…` : text;
}
