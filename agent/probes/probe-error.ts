// From the codes of Node's errors to the bounded words of a probe.
import type { ProbeError, ProbeOutcome } from './probe-spec.ts';

const WORDS: Readonly<Record<string, ProbeError>> = {
  ECONNREFUSED: 'refused',
  ECONNRESET: 'reset',
  EPIPE: 'reset',
  ETIMEDOUT: 'timed_out',
  ETIMEOUT: 'timed_out',
  EHOSTUNREACH: 'unreachable',
  ENETUNREACH: 'unreachable',
  EHOSTDOWN: 'unreachable',
  EADDRNOTAVAIL: 'unreachable',
  ENOTFOUND: 'name_not_found',
  EAI_AGAIN: 'server_failed',
  ENODATA: 'no_data',
  EAI_NODATA: 'no_data',
  ESERVFAIL: 'server_failed',
  EREFUSED: 'server_failed',
  ENOTIMP: 'server_failed',
  EFORMERR: 'protocol_error',
  EBADRESP: 'protocol_error',
  CERT_HAS_EXPIRED: 'certificate_expired',
};

/** Nothing came back from the target itself. */
const UNANSWERED: ReadonlySet<ProbeError> = new Set(['timed_out', 'unreachable', 'failed']);

export function toProbeError(error: unknown): ProbeError {
  const code = (error as { code?: unknown }).code;
  if (typeof code !== 'string') return 'failed';
  return WORDS[code] ?? (/^(HPE_|ERR_SSL_|ERR_TLS_)/.test(code) || code === 'EPROTO' ? 'protocol_error' : 'failed');
}

/** The outcome of a sample that failed with this word. */
export function failedWith(error: ProbeError): ProbeOutcome {
  return { latencyMs: Number.NaN, answered: !UNANSWERED.has(error), up: false, error };
}
