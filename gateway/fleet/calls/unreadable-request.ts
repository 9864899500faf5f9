// Stands for the request of a call whose bytes are no such message.
import { MusterError } from '../../../core/common/muster-error.ts';

export class UnreadableRequest {
  readonly #cause: unknown;

  constructor(cause: unknown) {
    this.#cause = cause;
  }

  toError(method: string): MusterError {
    const why = this.#cause instanceof Error ? this.#cause.message : String(this.#cause);
    return new MusterError(
      'malformed',
      `the request is no message that ${method} takes (${why.slice(0, 200)}): encode it by the .proto of muster.v1`,
    );
  }
}

/** The request of a call; throws `malformed` where its bytes were none. */
export function readable<Request>(request: Request, method: string): Request {
  if (request instanceof UnreadableRequest) throw request.toError(method);
  return request;
}
