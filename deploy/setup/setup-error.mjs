// The error of everything that runs before the packages are installed: MusterError's shape, one sentence with the command that helps.

export class SetupError extends Error {
  /** @param {'missing_runtime' | 'invalid_config' | 'unavailable' | 'malformed' | 'internal'} code @param {string} message @param {unknown} [cause] */
  constructor(code, message, cause) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'SetupError';
    /** One of core's MusterError codes. */
    this.code = code;
  }
}

/** The words of whatever was thrown. @param {unknown} thrown */
export function wordsOf(thrown) {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
