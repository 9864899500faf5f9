// Asks the agent that runs on this machine, over its socket.
import type { IncomingMessage } from 'node:http';
import { MusterError } from '../../core/common/muster-error.ts';
import type { EnqueueAnswer } from '../local/enqueue-door.ts';
import type { Snapshot } from '../local/snapshot.ts';
import { socketPath, withSocketPath } from '../local/socket-path.ts';
import type { StatusReport } from '../local/status-report.ts';

const PATIENCE_MS = 5000;

// An import here would cost the running agent 4 MB: see local-server.ts.
const { request } = process.getBuiltinModule('node:http');

/** How the agent of this state folder stands. Throws `unavailable` where none runs, `permission_denied` where it is another user's. */
export async function askStatus(stateDir: string): Promise<StatusReport> {
  return JSON.parse(await ask(stateDir, '/status')) as StatusReport;
}

export async function askSnapshot(stateDir: string): Promise<Snapshot> {
  return JSON.parse(await ask(stateDir, '/snapshot')) as Snapshot;
}

/** Hands samples over, as JSON. Throws `invalid_argument` where none was taken, and `unavailable` where they may be later. */
export async function sendSamples(stateDir: string, body: string): Promise<EnqueueAnswer> {
  const response = await open(stateDir, '/enqueue', body);
  const text = (await textOf(response)).trim();
  if (response.statusCode === 202) return JSON.parse(text) as EnqueueAnswer;
  const later = response.statusCode === 503 || response.statusCode === 429;
  throw new MusterError(later ? 'unavailable' : 'invalid_argument', text);
}

/** Snapshots until `signal` aborts. Throws `unavailable` where the agent ends before. */
export async function* watchSnapshots(stateDir: string, intervalMs: number, signal: AbortSignal): AsyncGenerator<Snapshot> {
  const response = await open(stateDir, `/live?interval=${intervalMs}`);
  if (response.statusCode !== 200) {
    throw new MusterError('unavailable', `the agent gives no live view (${response.statusCode}): ${(await textOf(response)).trim()}`);
  }
  const end = (): void => void response.destroy();
  signal.addEventListener('abort', end);
  let rest = '';
  try {
    for await (const chunk of response.setEncoding('utf8')) {
      const lines = `${rest}${chunk}`.split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) yield JSON.parse(line) as Snapshot;
    }
  } catch (error) {
    if (!signal.aborted) throw new MusterError('unavailable', 'the agent ended, or could not keep up with its reader', error);
  } finally {
    signal.removeEventListener('abort', end);
    response.destroy();
  }
}

async function ask(stateDir: string, path: string): Promise<string> {
  const response = await open(stateDir, path);
  const text = await textOf(response);
  if (response.statusCode !== 200)
    throw new MusterError('unavailable', `the agent answers ${path} with ${response.statusCode}: ${text.trim()}`);
  return text;
}

async function textOf(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

async function open(stateDir: string, path: string, body?: string): Promise<IncomingMessage> {
  try {
    return await withSocketPath(stateDir, (short) => connect(short, path, body));
  } catch (error) {
    throw toSentence(stateDir, error as NodeJS.ErrnoException);
  }
}

function connect(socket: string, path: string, body?: string): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const asked = request(
      { socketPath: socket, path, method: body === undefined ? 'GET' : 'POST', agent: false, timeout: PATIENCE_MS },
      (response) => {
        asked.setTimeout(0);
        // What breaks off later ends the reading, which says so.
        asked.on('error', () => undefined);
        resolve(response);
      },
    );
    asked.once('timeout', () => asked.destroy(new Error(`no answer within ${PATIENCE_MS / 1000} s`)));
    asked.once('error', reject);
    asked.end(body);
  });
}

function toSentence(stateDir: string, error: NodeJS.ErrnoException): MusterError {
  const path = socketPath(stateDir);
  if (error.code === 'EACCES' || error.code === 'EPERM') {
    return new MusterError(
      'permission_denied',
      `${path} belongs to another user: ask as root (sudo), or as the user the agent runs as`,
      error,
    );
  }
  if (error.code === 'ENOENT' || error.code === 'ECONNREFUSED') {
    return new MusterError(
      'unavailable',
      `no agent runs on state folder ${stateDir}: start it (systemctl start muster-agent, or muster agent run), or name its folder with --state-dir`,
      error,
    );
  }
  return new MusterError('unavailable', `the agent at ${path} does not answer: ${error.message}`, error);
}
