// Who may open the console in a browser: whoever got the one-time address, from a page of ours, on this machine.
import { randomBytes, timingSafeEqual } from 'node:crypto';

const MAX_SESSIONS = 64;
/** A session that nobody used so long has ended. */
const IDLE_MS = 12 * 3_600_000;
/** However much it is used. */
const LIFE_MS = 7 * 86_400_000;

/** A browser that came with a one-time address. */
export interface Session {
  /** Where its pages lie. Cookies know no port: below a path that nobody else can name, no other server of this machine is sent its cookie. */
  readonly path: string;
  /** What its cookie holds. */
  readonly secret: string;
}

interface OpenSession extends Session {
  readonly sinceMs: number;
  usedMs: number;
  /** Pages that are open. */
  pages: number;
}

export class Access {
  #oneTimeToken = secret();
  readonly #now: () => number;
  /** Oldest first. */
  #sessions: OpenSession[] = [];

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  get oneTimeToken(): string {
    return this.#oneTimeToken;
  }

  isOneTimeToken(token: string): boolean {
    return equal(token, this.#oneTimeToken);
  }

  /** A session for the one-time token, which is then spent and renewed; undefined where it is not the token. */
  redeem(token: string): Session | undefined {
    if (!this.isOneTimeToken(token)) return undefined;
    this.#oneTimeToken = secret();
    const now = this.#now();
    const session: OpenSession = { path: `/s/${secret()}/`, secret: secret(), sinceMs: now, usedMs: now, pages: 0 };
    this.#sessions = this.#sessions.filter((each) => this.#lives(each));
    // One without an open page goes first.
    if (this.#sessions.length >= MAX_SESSIONS) {
      const at = this.#sessions.findIndex(({ pages }) => pages === 0);
      this.#sessions.splice(Math.max(0, at), 1);
    }
    this.#sessions.push(session);
    return session;
  }

  /** The session whose pages lie at `path`, where the `Cookie` header holds its secret under that name. */
  sessionAt(path: string, cookieHeader: string | undefined, cookieName: string): Session | undefined {
    const value = cookieValue(cookieHeader, cookieName);
    const session = this.#sessions.find((each) => path.startsWith(each.path));
    if (session === undefined || value === undefined || !equal(session.secret, value) || !this.#lives(session)) return undefined;
    session.usedMs = this.#now();
    return session;
  }

  /** A page of it is open until the returned end. */
  hold(session: Session): () => void {
    const open = session as OpenSession;
    open.pages++;
    return () => {
      open.pages--;
      open.usedMs = this.#now();
    };
  }

  isOpen(session: Session): boolean {
    return this.#sessions.includes(session as OpenSession) && this.#lives(session as OpenSession);
  }

  #lives({ sinceMs, usedMs, pages }: OpenSession): boolean {
    const now = this.#now();
    return now - sinceMs < LIFE_MS && (pages > 0 || now - usedMs < IDLE_MS);
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
