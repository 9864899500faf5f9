// What a route of the HTTPS door answers, and how errors of ours look there.
import type { ServerResponse } from 'node:http';
import { MusterError, type MusterErrorCode, toMusterError } from '../../core/common/muster-error.ts';

export interface HttpAnswer {
  status: number;
  headers?: Readonly<Record<string, string>>;
  body?: string | Buffer | AsyncIterable<string | Buffer>;
}

const STATUS: Readonly<Record<MusterErrorCode, number>> = {
  invalid_argument: 400,
  invalid_config: 500,
  malformed: 400,
  limit_exceeded: 413,
  quota_exceeded: 429,
  unauthenticated: 401,
  permission_denied: 403,
  not_found: 404,
  already_exists: 409,
  failed_precondition: 412,
  missing_runtime: 500,
  unavailable: 503,
  resource_exhausted: 429,
  deadline_exceeded: 504,
  cancelled: 499,
  internal: 500,
};

export function json(status: number, value: unknown, headers: Readonly<Record<string, string>> = {}): HttpAnswer {
  return { status, headers: { 'content-type': 'application/json', ...headers }, body: `${JSON.stringify(value)}\n` };
}

/** An error whose status says more than its code does. */
export class HttpProblem extends MusterError {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, code: MusterErrorCode, message: string, cause?: unknown, headers: Readonly<Record<string, string>> = {}) {
    super(code, message, cause);
    this.status = status;
    this.headers = headers;
  }
}

/** `{"error":{"code","message"}}` with the status of the code. */
export function errorAnswer(thrown: unknown): HttpAnswer & { status: number } {
  const error = toMusterError(thrown);
  const headers: Record<string, string> = error instanceof HttpProblem ? { ...error.headers } : {};
  if (error.code === 'unauthenticated') headers['www-authenticate'] = 'Bearer';
  if (error.code === 'unavailable' || error.code === 'resource_exhausted') headers['retry-after'] = '2';
  return json(
    error instanceof HttpProblem ? error.status : STATUS[error.code],
    { error: { code: error.code, message: error.message } },
    headers,
  );
}

/** Those of every answer, and its own. */
export function headersOf({ body, headers }: HttpAnswer): Record<string, string | number> {
  const length = typeof body === 'string' || Buffer.isBuffer(body) ? { 'content-length': Buffer.byteLength(body) } : {};
  return { ...length, 'cache-control': 'no-store', 'x-content-type-options': 'nosniff', ...headers };
}

/** Writes an answer; waits for a slow reader. Writes nothing once `signal` is aborted. */
export async function send(response: ServerResponse, answer: HttpAnswer, signal?: AbortSignal): Promise<void> {
  if (signal?.aborted) return;
  response.writeHead(answer.status, headersOf(answer));
  if (answer.body === undefined || typeof answer.body === 'string' || Buffer.isBuffer(answer.body)) {
    response.end(answer.body);
    return;
  }
  for await (const chunk of answer.body) {
    if (response.destroyed || signal?.aborted) return;
    if (!response.write(chunk)) await new Promise((resolve) => response.once('drain', resolve).once('close', resolve));
  }
  response.end();
}
