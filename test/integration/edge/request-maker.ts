// Makes requests that nobody means, always the same of one seed: targets, heads and bodies; and bytes that are no requests.

const TARGET_PARTS = [
  ...[
    '/',
    '//',
    '///',
    '//[',
    '[',
    ']',
    '%',
    '%2f',
    '%00',
    '%ff',
    '%zz',
    '?',
    '&',
    '=',
    ':',
    '@',
    '*',
    '\\',
    '..',
    '.',
    ';',
    '+',
    ',',
    '|',
    '"',
  ],
  ...[
    'api',
    'push',
    'healthz',
    'readyz',
    'metrics',
    'status',
    'openapi.json',
    'import',
    'socket',
    'live',
    'exports',
    'assets',
    'index.html',
  ],
  ...['__proto__', 'constructor', 'toString', 'http:', 'https:', 'localhost', 'a', '0', '-1', '1e999', '%c3%a9', '%ff'],
  ...['token', 'interval', 'measurement', 'last', 'node', 'fields', 'format', 'csv', 'every'],
];
const METHODS = ['GET', 'GET', 'GET', 'POST', 'POST', 'HEAD', 'PUT', 'DELETE', 'OPTIONS', 'PATCH'];
const ROUTES = [
  '/',
  '/healthz',
  '/readyz',
  '/api/push',
  '/api/push',
  '/api/push',
  '/api/telemetry/snapshot',
  '/api/import',
  '/api/import/x',
  '/api/openapi.json',
];
const TYPES = [
  'application/json',
  'multipart/form-data',
  'multipart/form-data; boundary=x',
  'text/plain',
  '',
  '\xff',
  'multipart/form-data; boundary="',
];
const BODIES = [
  '{"node_id":"a","v":1}',
  '[{"node_id":"a","v":1},{"node_id":"b","w":-0.5e-300,"tags":{"x":"y"}}]',
  '{"samples":[{"node_id":"a","v":1,"time":"2026-11-23T08:15:00Z","metadata":{"a":[1,{"b":null}]}}]}',
  '--x\r\ncontent-disposition: form-data; name="file"; filename="a.csv"\r\n\r\ntime,v\n1,2\r\n--x--\r\n',
  '[[[[[[[[[[',
  '"\\ud800"',
  '{"__proto__":{"node_id":"a"},"constructor":1}',
  '1e999',
  '',
];
const HEADERS = [
  'accept',
  'authorization',
  'content-encoding',
  'idempotency-key',
  'if-none-match',
  'origin',
  'cookie',
  'range',
  'x',
  'te',
  'expect',
];

export class RequestMaker {
  #state: number;
  readonly #host: string;
  readonly #token: string;

  constructor(seed: number, host: string, token: string) {
    this.#state = seed >>> 0;
    this.#host = host;
    this.#token = token;
  }

  chance(of: number): boolean {
    return this.#next() < of;
  }

  /** Keeps to the form of HTTP, so that the next request of the connection is read. */
  request(): Buffer {
    const method = this.#pick(METHODS);
    const target = this.chance(0.5) ? this.#pick(ROUTES) : this.#target();
    const body = method === 'POST' || method === 'PUT' || this.chance(0.05) ? this.#mutate(this.#pick(BODIES)) : '';
    const lines = [`${method} ${target} HTTP/1.1`, `host: ${this.#host}`];
    if (this.chance(0.3)) lines.push(`authorization: Bearer ${this.#token}`);
    if (this.chance(0.5)) lines.push(`content-type: ${this.#pick(TYPES)}`);
    if (this.chance(0.3)) lines.push(`${this.#pick(HEADERS)}: ${this.#text(40)}`);
    if (body !== '' || this.chance(0.2)) lines.push(`content-length: ${body.length}`);
    return Buffer.from(`${lines.join('\r\n')}\r\n\r\n${body}`, 'latin1');
  }

  /** A request with bytes dropped, doubled or put in, or bytes alone. */
  broken(): Buffer {
    const bytes = this.request().toString('latin1');
    if (this.chance(0.2)) return Buffer.from(Array.from({ length: this.#below(400) }, () => this.#below(256)));
    return Buffer.from(this.#mutate(this.#mutate(bytes)), 'latin1');
  }

  #target(): string {
    return `/${Array.from({ length: 1 + this.#below(8) }, () => this.#pick(TARGET_PARTS)).join('')}`;
  }

  #text(most: number): string {
    return Array.from({ length: this.#below(most) }, () =>
      String.fromCharCode(this.chance(0.9) ? 33 + this.#below(94) : 128 + this.#below(128)),
    ).join('');
  }

  #mutate(text: string): string {
    if (this.chance(0.3)) return text;
    const at = this.#below(text.length + 1);
    const bytes = Array.from({ length: this.#below(6) }, () => String.fromCharCode(this.#below(256))).join('');
    return text.slice(0, at) + (this.chance(0.2) ? bytes.repeat(200) : bytes) + text.slice(at + this.#below(10));
  }

  #pick<T>(from: readonly T[]): T {
    return from[this.#below(from.length)] as T;
  }

  #below(most: number): number {
    return Math.floor(this.#next() * most);
  }

  /** mulberry32 */
  #next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let t = this.#state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  }
}
