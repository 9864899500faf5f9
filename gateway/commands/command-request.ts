// Checks what a caller of RunCommand wrote, as far as a gateway can: the agent knows what its commands take.
import { MusterError } from '../../core/common/muster-error.ts';
import type { RunCommandRequest } from '../../proto/gen/messages.ts';
import { DEFAULT_TIMEOUT_MS, MAX_ARGUMENT_LENGTH, MAX_ARGUMENTS, MAX_TIMEOUT_MS } from './command-limits.ts';

/** Returns the time limit. Throws `invalid_argument`. */
export function checkRequest(request: RunCommandRequest): { timeoutMs: number } {
  const { command, timeoutMs } = request;
  if (!/^[a-z][a-z0-9_]{0,63}$/.test(command)) {
    throw refusal(`command is ${JSON.stringify(command.slice(0, 80))}: a word such as process_list is needed`);
  }
  const given = Object.entries(request.arguments);
  if (given.length > MAX_ARGUMENTS) throw refusal(`${given.length} arguments were given: at most ${MAX_ARGUMENTS}`);
  const long = given.find(([name, value]) => name.length > MAX_ARGUMENT_LENGTH || value.length > MAX_ARGUMENT_LENGTH);
  if (long !== undefined)
    throw refusal(`argument ${JSON.stringify(long[0].slice(0, 40))} is longer than ${MAX_ARGUMENT_LENGTH} characters`);
  if (timeoutMs > MAX_TIMEOUT_MS) throw refusal(`timeout_ms is ${timeoutMs}: at most ${MAX_TIMEOUT_MS}`);
  return { timeoutMs: timeoutMs || DEFAULT_TIMEOUT_MS };
}

function refusal(message: string): MusterError {
  return new MusterError('invalid_argument', message);
}

/** For people and the audit: `ping on web-1 (host=10.0.0.1)`. */
export function requestWords(request: RunCommandRequest, nodeName: string): string {
  const given = Object.entries(request.arguments).map(([name, value]) => `${name}=${value}`);
  return `${request.command.slice(0, 80)} on ${nodeName}${given.length === 0 ? '' : ` (${given.join(' ').slice(0, 400)})`}`;
}
