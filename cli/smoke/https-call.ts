// One HTTPS request to the gateway, as a script would make it.
import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import { MusterError } from '../../core/common/muster-error.ts';
import type { FleetTarget } from '../fleet/open-fleet.ts';

const ANSWER_WITHIN_MS = 15_000;

/** The answer's JSON. Throws with status and words where it is not as expected. */
export async function callHttps(target: FleetTarget, path: string, expected: number, body?: object): Promise<Record<string, unknown>> {
  const { status, text } = await send(target, path, body);
  if (status !== expected) throw new MusterError('failed_precondition', `${path} answers ${status}: ${text.slice(0, 200)}`);
  return JSON.parse(text) as Record<string, unknown>;
}

function send({ gateway, caFile, tokenFile }: FleetTarget, path: string, body?: object): Promise<{ status: number; text: string }> {
  const headers = { authorization: `Bearer ${readFileSync(tokenFile, 'utf8').trim()}`, 'content-type': 'application/json' };
  const method = body === undefined ? 'GET' : 'POST';
  return new Promise((resolve, reject) => {
    const options = { method, headers, ca: readFileSync(caFile), agent: false as const, timeout: ANSWER_WITHIN_MS };
    const call = request(`https://${gateway}${path}`, options, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
      response.on('error', reject);
    });
    call.on('timeout', () => call.destroy(new Error(`${path} does not answer within ${ANSWER_WITHIN_MS / 1000} s`)));
    call.on('error', reject);
    call.end(body === undefined ? undefined : JSON.stringify(body));
  });
}
