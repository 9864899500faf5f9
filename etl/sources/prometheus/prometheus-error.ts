// What can go wrong with Prometheus, in classes that each ask for something else to be done.
import { MusterError, type MusterErrorCode } from '../../../core/common/muster-error.ts';

/** Class → the code it has, and whether the same request may do better at once. */
const CLASSES = {
  /** Nobody answers there, or the connection broke. */
  unreachable: { code: 'unavailable', retried: true },
  /** 5xx and 429: it cannot serve now. */
  busy: { code: 'unavailable', retried: true },
  timeout: { code: 'deadline_exceeded', retried: true },
  /** 400: the query itself is wrong, and will be. */
  query: { code: 'invalid_argument', retried: false },
  /** 422: the query fails on the data of this window. */
  execution: { code: 'failed_precondition', retried: false },
  /** 401, 403, or a certificate that is not trusted. */
  access: { code: 'permission_denied', retried: false },
  /** Whatever answers does not answer as Prometheus does. */
  answer: { code: 'malformed', retried: false },
} as const satisfies Record<string, { code: MusterErrorCode; retried: boolean }>;

export type PrometheusErrorClass = keyof typeof CLASSES;

export class PrometheusError extends MusterError {
  readonly kind: PrometheusErrorClass;
  /** What the server asked to be waited for. */
  readonly retryAfterMs: number | undefined;

  constructor(kind: PrometheusErrorClass, message: string, cause?: unknown, retryAfterMs?: number) {
    super(CLASSES[kind].code, message, cause);
    this.kind = kind;
    this.retryAfterMs = retryAfterMs;
  }

  /** True where the same request may succeed in a moment. */
  override get retryable(): boolean {
    return CLASSES[this.kind].retried;
  }
}
