// Who may open the console in a browser: whoever got the one-time address, from a page of ours, on this machine.
import { randomBytes, timingSafeEqual } from 'node:crypto';

const MAX_SESSIONS = 64;

export class Access {
  #oneTimeToken = secret();
  /** Session secrets, oldest first. */
  readonly #sessions: string[] = [];

  get oneTimeToken(): string {
    return this.#oneTimeToken;
  }

  /** A session secret for the one-time token, which is then spent and renewed; undefined where it is not the token. */
  redeem(token: string): string | undefined {
    if (!equal(token, this.#oneTimeToken)) return undefined;
    this.#oneTimeToken = secret();
    const session = secret();
    this.#sessions.push(session);
    if (this.#sessions.length > MAX_SESSIONS) this.#sessions.shift();
    return session;
  }

  /** Whether a `Cookie` header holds one of our sessions under that name. */
  hasSession(cookieHeader: string | undefined, cookieName: string): boolean {
    const value = cookieValue(cookieHeader, cookieName);
    return value !== undefined && this.#sessions.some((session) => equal(session, value));
  }
}

/** The host names a browser may know this server by. Anything else is another site's name that resolves to us (DNS rebinding). */
export function isOwnHost(host: string | undefined, port: number): boolean {
  return host === `127.0.0.1:${port}` || host === `localhost:${port}`;
}

/** A page of ours says so in `Origin`, under the very host it asks. */
export function isOwnOrigin(origin: string | undefined, host: string | undefined, port: number): boolean {
  return isOwnHost(host, port) && origin === `http://${host}`;
}

/** The value of the cookie named so, or undefined. */
export function cookieValue(header: string | undefined, name: string): string | undefined {
  for (const pair of (header ?? '').split(';')) {
    const at = pair.indexOf('=');
    if (at > 0 && pair.slice(0, at).trim() === name) return pair.slice(at + 1).trim();
  }
  return undefined;
}

function secret(): string {
  return randomBytes(24).toString('base64url');
}

function equal(given: string, expected: string): boolean {
  const a = Buffer.from(given);
  const b = Buffer.from(expected);
  return a.length === b.length && timingSafeEqual(a, b);
}
