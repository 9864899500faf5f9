// The one error of the project and the bounded table of its codes. Whether a caller may try again belongs to the code.

/** Code → may the same request succeed later without anybody changing it? */
const RETRYABLE = {
  /** The caller's input is not acceptable: fix the input. */
  invalid_argument: false,
  /** The configuration is not acceptable: fix the file, flag or variable named. */
  invalid_config: false,
  /** A frame, batch or envelope does not have the shape the contract gives it. */
  malformed: false,
  /** Larger or more than the limit named. */
  limit_exceeded: false,
  /** More than a quota of the settings allows: raise it, or wait until the time named. */
  quota_exceeded: false,
  /** The caller is not known. */
  unauthenticated: false,
  /** The caller is known and may not. */
  permission_denied: false,
  /** The thing named is not there. */
  not_found: false,
  /** The thing named is there already, or in use by another. */
  already_exists: false,
  /** The state of the thing does not allow it: the sentence says which state. */
  failed_precondition: false,
  /** A runtime or system package is missing: the sentence has the command that gets it. */
  missing_runtime: false,
  /** A peer cannot be reached or answers that it cannot serve now. */
  unavailable: true,
  /** It took longer than the limit named. */
  deadline_exceeded: true,
  /** The caller has as much under way as it may: some of it has to end first. */
  resource_exhausted: true,
  /** Ended by the caller. */
  cancelled: false,
  /** A bug of ours. */
  internal: false,
} as const;

export type MusterErrorCode = keyof typeof RETRYABLE;

/** One sentence that names the thing, the value it had and what to do next. */
export class MusterError extends Error {
  readonly code: MusterErrorCode;

  constructor(code: MusterErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'MusterError';
    this.code = code;
  }

  /** True where the same request may succeed later. */
  get retryable(): boolean {
    return RETRYABLE[this.code];
  }
}

/** The words of whatever was thrown. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

/** Converts whatever was thrown, once, at the edge. A MusterError stays as it is. */
export function toMusterError(thrown: unknown, code: MusterErrorCode = 'internal'): MusterError {
  if (thrown instanceof MusterError) return thrown;
  return new MusterError(code, messageOf(thrown), thrown);
}
