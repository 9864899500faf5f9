// One HTTPS request to a gateway under test, over a connection of its own unless an agent is given.
import { readFileSync } from 'node:fs';
import { type Agent, request } from 'node:https';

export interface HttpsAnswer {
  status: number;
  headers: Record<string, unknown>;
  text: string;
  /** The body as JSON. */
  json(): Record<string, never>;
}

export interface HttpsOptions {
  method?: string;
  token?: string;
  /** Sent as it is; an object as JSON. */
  body?: string | Buffer | object;
  headers?: Readonly<Record<string, string>>;
  agent?: Agent;
}

/** `target` is host:port. */
export function https(target: { gateway: string; caFile: string }, path: string, options: HttpsOptions = {}): Promise<HttpsAnswer> {
  const { body, token } = options;
  const bytes = body === undefined || typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body);
  return new Promise((resolve, reject) => {
    const call = request(
      `https://${target.gateway}${path}`,
      {
        ca: readFileSync(target.caFile),
        method: options.method ?? (body === undefined ? 'GET' : 'POST'),
        headers: { ...(token === undefined ? {} : { authorization: `Bearer ${token}` }), ...options.headers },
        ...(options.agent === undefined ? { agent: false } : { agent: options.agent }),
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString('utf8');
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text, json: () => JSON.parse(text) });
        });
        response.on('error', reject);
      },
    );
    call.on('error', reject);
    call.end(bytes);
  });
}
