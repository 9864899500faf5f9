// Who may ask at the loopback port: who has the token, and no web page that a browser on this machine was lured to.
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import type { IncomingHttpHeaders } from 'node:http';
import { join } from 'node:path';
import { writeDurably } from '../../core/node/durable-file.ts';

const TOKEN_BYTES = 32;
const MAX_PROTOCOLS = 8;
/** A browser cannot send headers of its own with a WebSocket; it can name protocols: this one, and the token behind the other. */
export const LIVE_PROTOCOL = 'muster.live';
export const TOKEN_PROTOCOL = 'muster.token.';

/** Path of the token of a state folder. */
export function tokenPath(stateDir: string): string {
  return join(stateDir, 'local.token');
}

/** The token, made at the first call and readable by the owner only. Throws what the file system says. */
export function loadToken(stateDir: string): string {
  const path = tokenPath(stateDir);
  if (existsSync(path)) {
    const token = readFileSync(path, 'utf8').trim();
    if (token.length >= TOKEN_BYTES) return token;
  }
  const token = randomBytes(TOKEN_BYTES).toString('base64url');
  writeDurably(path, `${token}\n`);
  return token;
}

export interface Refusal {
  status: 401 | 403 | 421;
  words: string;
}

/**
 * Undefined where the request may pass. `Host` must be this very port of the loopback: a name that an attacker's DNS points to 127.0.0.1
 * is not. A page of another origin may not ask either.
 */
export function refusalOf(headers: IncomingHttpHeaders, port: number, token: string, upgrade = false): Refusal | undefined {
  const { host = '', origin, authorization = '' } = headers;
  const own = [`127.0.0.1:${port}`, `localhost:${port}`];
  if (!own.includes(host)) return { status: 421, words: `Host is "${host}": ask for ${own[0]}` };
  // A script of a page has to know the token to write it there: no browser adds it by itself, as it would a cookie.
  if (upgrade && protocolsOf(headers).some((protocol) => isEqual(protocol, `${TOKEN_PROTOCOL}${token}`))) return undefined;
  if (origin !== undefined && !own.some((address) => origin === `http://${address}`)) {
    return { status: 403, words: 'pages of another origin may not ask here' };
  }
  if (isEqual(authorization, `Bearer ${token}`)) return undefined;
  return { status: 401, words: 'send the token in local.token of the state folder as "Authorization: Bearer TOKEN"' };
}

/** What a WebSocket offers. */
export function protocolsOf(headers: IncomingHttpHeaders): string[] {
  return (headers['sec-websocket-protocol'] ?? '').split(',', MAX_PROTOCOLS).map((protocol) => protocol.trim());
}

// Of hashes, so that neither content nor length shows in the time it takes.
function isEqual(a: string, b: string): boolean {
  const hash = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(hash(a), hash(b));
}
