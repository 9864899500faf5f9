// The one place that talks HTTP to QuestDB: statements by /exec, lines by /write, each over a few connections kept open.
import { Agent, type IncomingMessage, type RequestOptions, request } from 'node:http';
import { join } from 'node:path';
import { MusterError, type MusterErrorCode } from '../../core/common/muster-error.ts';
import { DurableTree } from '../../core/node/durable-tree.ts';
import { fault } from '../../core/node/faults.ts';
import { readPasswordFile } from '../../core/node/start-file.ts';

export interface QuestdbHttpOptions {
  /** `http://127.0.0.1:7490` */
  url: string;
  user: string;
  passwordFile: string;
  /** Its folder, where it is on this machine: what a statement makes in it is on disk when the statement returns. Empty or absent for none. */
  storeDir?: string;
}

/** What the database answered to lines. */
export interface WriteAnswer {
  status: number;
  /** The database's words; empty on success. */
  words: string;
}

/** They make files, which the database leaves to the kernel whatever its commit mode is (9.3.4). */
const MAKES_FILES = /^\s*(CREATE|ALTER|DROP)\b(?!.*\bRESUME\s+WAL\b)/is;

const STATEMENT_TIMEOUT_MS = 30_000;
/** A write may wait behind a slow disk; later the outcome counts as unknown and the rows are sent again. */
const WRITE_TIMEOUT_MS = 60_000;
const MAX_CONNECTIONS = 8;
/**
 * How long a connection is written over: the database also takes rows with a column that somebody has dropped since, and leaves its values away (9.3.4). Over
 * a new one it refuses them, and the column is made again.
 */
const RENEW_MS = 10_000;

export class QuestdbHttp {
  readonly #url: URL;
  readonly #authorization: string;
  readonly #statements = keptOpen();
  #writes = keptOpen();
  #renewedMs = performance.now();
  readonly #files: DurableTree | undefined;

  constructor(options: QuestdbHttpOptions) {
    this.#url = new URL(options.url);
    this.#files = options.storeDir ? new DurableTree(join(options.storeDir, 'db')) : undefined;
    const password = readPasswordFile(options.passwordFile, `password of ${options.user} at QuestDB`);
    this.#authorization = `Basic ${Buffer.from(`${options.user}:${password}`).toString('base64')}`;
  }

  /**
   * The rows of one statement. Throws `failed_precondition` with the database's words where it refuses the statement, `permission_denied` where it
   * refuses us, `unavailable` where it does not answer.
   */
  async sql(statement: string): Promise<unknown[][]> {
    return (await this.table(statement)).rows;
  }

  /** As `sql`, with the columns of the answer. */
  async table(statement: string): Promise<{ columns: readonly { name: string; type: string }[]; rows: unknown[][] }> {
    const path = `/exec?query=${encodeURIComponent(statement)}`;
    const answer = await this.#ask({ method: 'GET', path, agent: this.#statements, timeout: STATEMENT_TIMEOUT_MS });
    const body = parseBody(answer);
    if (answer.status !== 200) {
      throw new MusterError(refusalCode(answer.status), `QuestDB: ${body.error ?? answer.words}`);
    }
    if (this.#files !== undefined && MAKES_FILES.test(statement)) await this.#files.sync().catch(fault);
    return { columns: body.columns ?? [], rows: body.dataset ?? [] };
  }

  /** Sends lines with times in microseconds. Throws where nobody knows whether they arrived: `deadline_exceeded` where it took too long, else `unavailable`. */
  write(lines: Buffer): Promise<WriteAnswer> {
    if (performance.now() - this.#renewedMs > RENEW_MS) this.renewWrites();
    return this.#ask({ method: 'POST', path: '/write?precision=u', agent: this.#writes, timeout: WRITE_TIMEOUT_MS }, lines);
  }

  /**
   * What is written from now on goes over new connections. The database keeps a table's columns with each connection that wrote to it and does not
   * look again (9.3.4): over such a connection it refuses rows with a column that was added since, for as long as the connection is open.
   */
  renewWrites(): void {
    this.#renewedMs = performance.now();
    const old = this.#writes;
    this.#writes = keptOpen();
    // What is in flight comes to its end; then its connection is closed.
    old.maxFreeSockets = 0;
    for (const sockets of Object.values(old.freeSockets)) for (const socket of sockets ?? []) socket.destroy();
  }

  close(): void {
    this.#statements.destroy();
    this.#writes.destroy();
  }

  #ask(how: RequestOptions & { timeout: number }, body?: Buffer): Promise<WriteAnswer> {
    return new Promise((resolve, reject) => {
      let code: MusterErrorCode = 'unavailable';
      const fail = (error: Error): void => reject(new MusterError(code, `QuestDB at ${this.#url.origin}: ${error.message}`, error));
      const headers = { authorization: this.#authorization, ...(body === undefined ? {} : { 'content-length': body.length }) };
      const asked = request({ ...how, host: this.#url.hostname, port: this.#url.port, headers }, (response) => {
        readText(response).then((words) => resolve({ status: response.statusCode ?? 0, words }), fail);
      });
      asked.on('error', fail);
      asked.on('timeout', () => {
        code = 'deadline_exceeded';
        asked.destroy(new Error(`no answer within ${how.timeout} ms`));
      });
      asked.end(body);
    });
  }
}

function keptOpen(): Agent {
  return new Agent({ keepAlive: true, maxSockets: MAX_CONNECTIONS });
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

interface Body {
  columns?: { name: string; type: string }[];
  dataset?: unknown[][];
  error?: string;
}

function parseBody(answer: WriteAnswer): Body {
  try {
    return JSON.parse(answer.words) as Body;
  } catch {
    // Not JSON: whatever it says is the database's words.
    return { error: `status ${answer.status}: ${answer.words.slice(0, 200)}` };
  }
}
