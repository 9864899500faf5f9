// The one place that talks HTTP to QuestDB: statements by /exec, lines by /write, over a few connections kept open.
import { readFileSync } from 'node:fs';
import { Agent, type IncomingMessage, request } from 'node:http';
import { MusterError, type MusterErrorCode } from '../../core/common/muster-error.ts';

export interface QuestdbHttpOptions {
  /** `http://127.0.0.1:7490` */
  url: string;
  user: string;
  passwordFile: string;
}

/** What the database answered to lines. */
export interface WriteAnswer {
  status: number;
  /** The database's words; empty on success. */
  words: string;
}

const STATEMENT_TIMEOUT_MS = 30_000;
/** A write may wait behind a slow disk; later the outcome counts as unknown and the rows are sent again. */
const WRITE_TIMEOUT_MS = 60_000;

export class QuestdbHttp {
  readonly #url: URL;
  readonly #authorization: string;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 8 });

  constructor(options: QuestdbHttpOptions) {
    this.#url = new URL(options.url);
    const password = readFileSync(options.passwordFile, 'utf8').trim();
    this.#authorization = `Basic ${Buffer.from(`${options.user}:${password}`).toString('base64')}`;
  }

  /**
   * The rows of one statement. Throws `failed_precondition` with the database's words where it refuses the statement, `permission_denied` where it
   * refuses us, `unavailable` where it does not answer.
   */
  async sql(statement: string): Promise<unknown[][]> {
    const answer = await this.#ask('GET', `/exec?query=${encodeURIComponent(statement)}`, undefined, STATEMENT_TIMEOUT_MS);
    const body = parseBody(answer);
    if (answer.status !== 200) {
      throw new MusterError(refusalCode(answer.status), `QuestDB: ${body.error ?? answer.words}`);
    }
    return body.dataset ?? [];
  }

  /** Sends lines with times in microseconds. Throws `unavailable` where nobody knows whether they arrived. */
  write(lines: Buffer): Promise<WriteAnswer> {
    return this.#ask('POST', '/write?precision=u', lines, WRITE_TIMEOUT_MS);
  }

  close(): void {
    this.#agent.destroy();
  }

  #ask(method: string, path: string, body: Buffer | undefined, timeoutMs: number): Promise<WriteAnswer> {
    return new Promise((resolve, reject) => {
      const fail = (error: Error): void =>
        reject(new MusterError('unavailable', `QuestDB at ${this.#url.origin}: ${error.message}`, error));
      const headers = { authorization: this.#authorization, ...(body === undefined ? {} : { 'content-length': body.length }) };
      const asked = request(
        { host: this.#url.hostname, port: this.#url.port, method, path, agent: this.#agent, headers, timeout: timeoutMs },
        (response) => readText(response).then((words) => resolve({ status: response.statusCode ?? 0, words }), fail),
      );
      asked.on('error', fail);
      asked.on('timeout', () => asked.destroy(new Error(`no answer within ${timeoutMs} ms`)));
      asked.end(body);
    });
  }
}

function refusalCode(status: number): MusterErrorCode {
  if (status === 401 || status === 403) return 'permission_denied';
  return status === 400 ? 'failed_precondition' : 'unavailable';
}

async function readText(response: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of response) parts.push(part as Buffer);
  return Buffer.concat(parts).toString('utf8');
}

function parseBody(answer: WriteAnswer): { dataset?: unknown[][]; error?: string } {
  try {
    return JSON.parse(answer.words) as { dataset?: unknown[][]; error?: string };
  } catch {
    // Not JSON: whatever it says is the database's words.
    return { error: `status ${answer.status}: ${answer.words.slice(0, 200)}` };
  }
}
