// The one place that talks HTTP to Prometheus.
import { readFileSync } from 'node:fs';
import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest, type RequestOptions } from 'node:https';
import { pipeline, type Readable } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import { MusterError } from '../../../core/common/muster-error.ts';
import { PrometheusError } from './prometheus-error.ts';
import { type AnswerEnvelope, ResultSplitter } from './result-splitter.ts';

export interface PrometheusOptions {
  url: string;
  username?: string | undefined;
  passwordFile?: string | undefined;
  bearerTokenFile?: string | undefined;
  /** Trusted beside nothing else; without it what the system trusts. */
  caFile?: string | undefined;
  /** For the first byte of an answer, and for each later one. */
  timeoutMs: number;
}

export interface RangeQuery {
  promql: string;
  startMs: number;
  endMs: number;
  stepMs: number;
}

const MAX_ERROR_BYTES = 64 * 1024;
/** Of an answer that came compressed: a kilobyte of it may become a megabyte. */
const MAX_UNPACKED_BYTES = 2 * 1024 ** 3;
const UNPACK: Readonly<Record<string, () => Readable & NodeJS.WritableStream>> = {
  ...{ gzip: createGunzip, 'x-gzip': createGunzip, deflate: createInflate, br: createBrotliDecompress },
};
const UNTRUSTED = /CERT|SELF_SIGNED|UNABLE_TO_(VERIFY|GET_ISSUER)|ALTNAME/;

export class PrometheusClient {
  readonly #options: PrometheusOptions;
  readonly #url: URL;
  readonly #agent: HttpAgent | HttpsAgent;
  /** How much its clock is ahead of ours, to the second below; undefined before its first answer. */
  #offsetMs: number | undefined;

  /** Throws `invalid_config` where the file of the CA cannot be read. */
  constructor(options: PrometheusOptions) {
    this.#options = options;
    this.#url = new URL(options.url.endsWith('/') ? options.url : `${options.url}/`);
    const { caFile } = options;
    this.#agent =
      this.#url.protocol === 'http:'
        ? new HttpAgent({ keepAlive: true })
        : new HttpsAgent({ keepAlive: true, ...(caFile === undefined ? {} : { ca: readSetting(caFile, 'caFile') }) });
  }

  /** Now by the clock of Prometheus, to the second below: what ours is ahead must not be asked for yet. Throws a PrometheusError. */
  async serverNowMs(signal: AbortSignal): Promise<number> {
    if (this.#offsetMs === undefined) await this.version(signal);
    return Date.now() + (this.#offsetMs ?? 0);
  }

  /** The entries of the result one by one, unchecked. Throws a PrometheusError. Warnings of the answer go to `onWarning`. */
  async *range(query: RangeQuery, signal: AbortSignal, onWarning: (words: string) => void): AsyncGenerator<unknown> {
    const form = new URLSearchParams({
      query: query.promql,
      start: seconds(query.startMs),
      end: seconds(query.endMs),
      step: seconds(query.stepMs),
      timeout: `${this.#options.timeoutMs}ms`,
    });
    const splitter = new ResultSplitter();
    const response = await this.#ask('POST', 'api/v1/query_range', form.toString(), signal);
    let envelope: AnswerEnvelope;
    try {
      for await (const piece of this.#pieces(response)) yield* splitter.push(piece);
      envelope = splitter.end();
    } catch (error) {
      throw error instanceof MusterError && error.code === 'malformed' ? this.#strange(error.message, error) : error;
    }
    const { status, data, warnings } = envelope;
    if (status !== 'success' || data?.resultType !== 'matrix') throw this.#strange('its answer is no matrix');
    for (const words of Array.isArray(warnings) ? warnings : []) onWarning(String(words));
  }

  /** Its version; `unknown` for what only speaks its API. Throws a PrometheusError. */
  async version(signal: AbortSignal): Promise<string> {
    try {
      const response = await this.#ask('GET', 'api/v1/status/buildinfo', undefined, signal);
      const body = JSON.parse(await this.#text(response)) as { data?: { version?: unknown } };
      return String(body.data?.version ?? 'unknown');
    } catch (error) {
      if (error instanceof SyntaxError || (error instanceof PrometheusError && error.kind === 'answer')) return 'unknown';
      throw error;
    }
  }

  close(): void {
    this.#agent.destroy();
  }

  async #ask(method: 'GET' | 'POST', path: string, body: string | undefined, signal: AbortSignal): Promise<IncomingMessage> {
    const url = new URL(path, this.#url);
    const form =
      body === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded', 'content-length': Buffer.byteLength(body) };
    const headers = { accept: 'application/json', 'accept-encoding': 'identity', ...this.#authorization(), ...form };
    const options: RequestOptions = { method, agent: this.#agent, headers, signal };
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      const asked = this.#url.protocol === 'http:' ? httpRequest(url, options, resolve) : httpsRequest(url, options, resolve);
      const timer = setTimeout(() => asked.destroy(this.#late()), this.#options.timeoutMs);
      asked.on('response', () => clearTimeout(timer));
      asked.on('error', (error) => {
        clearTimeout(timer);
        reject(this.#broken(error, signal));
      });
      asked.end(body);
    });
    const date = Date.parse(response.headers.date ?? '');
    // The header has whole seconds, and it was written a little while ago: both make this clock late, never early.
    if (Number.isFinite(date)) this.#offsetMs = date - Date.now();
    if (response.statusCode !== 200) throw await this.#refusal(response);
    return response;
  }

  /** Only the waiting for a piece counts against the time-out, not what is done with it. */
  async *#pieces(response: IncomingMessage): AsyncGenerator<Buffer> {
    const body = this.#unpacked(response);
    const pieces = body[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
    try {
      for (let bytes = 0; ; ) {
        const timer = setTimeout(() => body.destroy(this.#late()), this.#options.timeoutMs);
        const next = await pieces.next().finally(() => clearTimeout(timer));
        if (next.done) return;
        bytes += next.value.length;
        if (body !== response && bytes > MAX_UNPACKED_BYTES) throw this.#strange(`it unpacks to more than ${MAX_UNPACKED_BYTES} bytes`);
        yield next.value;
      }
    } catch (error) {
      throw this.#broken(error as Error);
    } finally {
      body.destroy();
      response.destroy();
    }
  }

  /** A proxy may compress what nobody asked to have compressed. */
  #unpacked(response: IncomingMessage): Readable {
    const encoding = (response.headers['content-encoding'] ?? 'identity').trim().toLowerCase();
    if (encoding === 'identity') return response;
    const unpack = Object.hasOwn(UNPACK, encoding) ? UNPACK[encoding]?.() : undefined;
    if (unpack === undefined) {
      response.destroy();
      throw this.#strange(`its answer has the content-encoding ${encoding.slice(0, 40)}, which was not asked for`);
    }
    // Whoever reads the unpacked bytes is told what went wrong.
    pipeline(response, unpack, () => undefined);
    return unpack;
  }

  async #text(response: IncomingMessage): Promise<string> {
    const parts: Buffer[] = [];
    let bytes = 0;
    for await (const piece of this.#pieces(response)) {
      bytes += piece.length;
      if (bytes > MAX_ERROR_BYTES) break;
      parts.push(piece);
    }
    return Buffer.concat(parts).toString('utf8');
  }

  async #refusal(response: IncomingMessage): Promise<PrometheusError> {
    const status = response.statusCode ?? 0;
    const text = await this.#text(response);
    const words = errorWords(text);
    const at = `Prometheus at ${this.#url.origin}`;
    if (status === 400 && words !== undefined) return new PrometheusError('query', `Prometheus refuses the query: ${words}`);
    if (status === 422 && words !== undefined) return new PrometheusError('execution', `Prometheus cannot run the query: ${words}`);
    if (status === 401 || status === 403) {
      const { bearerTokenFile, passwordFile } = this.#options;
      const with_ = bearerTokenFile ?? passwordFile;
      const advice = with_ === undefined ? 'set username and passwordFile, or bearerTokenFile' : `it does not take what is in ${with_}`;
      return new PrometheusError('access', `${at} answers ${status}: ${advice}`);
    }
    if (status === 429 || status >= 500) {
      const after = Number(response.headers['retry-after']);
      const retryAfterMs = Number.isFinite(after) && after > 0 ? Math.min(after, 300) * 1000 : undefined;
      return new PrometheusError('busy', `${at} answers ${status}: ${words ?? 'it cannot serve now'}`, undefined, retryAfterMs);
    }
    const where = status >= 300 && status < 400 ? `: it sends to ${String(response.headers.location).slice(0, 200)}` : '';
    return new PrometheusError('answer', `${at} answers ${status}${where}: check that url is its own address`);
  }

  #broken(error: Error & { code?: string }, signal?: AbortSignal): MusterError {
    if (error instanceof MusterError) return error;
    if (signal?.aborted) return new MusterError('cancelled', 'the extraction is stopping', error);
    if (error.code === 'Z_DATA_ERROR' || error.code?.startsWith('ERR__ERROR_'))
      return this.#strange(`its answer cannot be unpacked (${error.message})`, error);
    const at = `Prometheus at ${this.#url.origin}`;
    if (UNTRUSTED.test(error.code ?? '')) {
      return new PrometheusError('access', `the certificate of ${at} is not trusted (${error.message}): name its CA with caFile`, error);
    }
    if (error.code === 'ABORT_ERR') return new MusterError('cancelled', 'the extraction is stopping', error);
    return new PrometheusError('unreachable', `${at} cannot be reached: ${error.message || error.code}`, error);
  }

  #late(): PrometheusError {
    return new PrometheusError('timeout', `Prometheus at ${this.#url.origin} gave no answer within ${this.#options.timeoutMs} ms`);
  }

  #strange(why: string, cause?: unknown): PrometheusError {
    return new PrometheusError('answer', `Prometheus at ${this.#url.origin} answers strangely: ${why}`, cause);
  }

  /** Read each time, so that a secret may change while this runs. */
  #authorization(): { authorization?: string } {
    const { username, passwordFile, bearerTokenFile } = this.#options;
    if (bearerTokenFile !== undefined) return { authorization: `Bearer ${readSetting(bearerTokenFile, 'bearerTokenFile').trim()}` };
    if (username === undefined || passwordFile === undefined) return {};
    const login = `${username}:${readSetting(passwordFile, 'passwordFile').trim()}`;
    return { authorization: `Basic ${Buffer.from(login).toString('base64')}` };
  }
}

function readSetting(path: string, key: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    throw new MusterError('invalid_config', `${key} ${path} cannot be read (${code}): name another file`, error);
  }
}

/** Prometheus's own words; undefined where it was not Prometheus that answered. */
function errorWords(text: string): string | undefined {
  try {
    const { status, error } = JSON.parse(text) as AnswerEnvelope;
    return status === 'error' && typeof error === 'string' ? error.slice(0, 500) : undefined;
  } catch {
    return undefined;
  }
}

function seconds(ms: number): string {
  return (ms / 1000).toString();
}
