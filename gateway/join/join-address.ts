// Where other machines reach a gateway. Pure.
import { isIP } from 'node:net';
import { isLoopback } from '../../core/common/loopback.ts';

const WILDCARD = new Set(['0.0.0.0', '::']);
const HOST = /^(?:[A-Za-z0-9_](?:[\w.-]{0,252})|\[[0-9A-Fa-f:.]{2,64}\])$/;

export interface Listening {
  /** As the setting `joinAddresses`; empty for what follows from the rest. */
  joinAddresses: string;
  /** As the setting `host`. */
  host: string;
  port: number;
  /** Names and addresses in the certificate of the server. */
  names: readonly string[];
}

/** host:port of each; empty where only this machine reaches it. */
export function joinAddresses({ joinAddresses: told, host, port, names }: Listening): string[] {
  const explicit = told.split(',').filter((each) => each !== '' && !isLoopback(each));
  if (explicit.length > 0) return explicit.map((each) => withPort(bracketed(each), port));
  const hosts = host.split(',');
  const reachable = hosts.filter((each) => !isLoopback(each) && !WILDCARD.has(each));
  const everywhere = hosts.some((each) => WILDCARD.has(each));
  // An agent checks the name of the certificate: what is not in it cannot be used. A name without a dot is mostly known to one machine alone.
  const named = everywhere ? names.filter((name) => !isLoopback(name) && /[.:]/.test(name) && !name.includes('*')) : [];
  // 0.0.0.0 is of IPv4 alone.
  const answering = hosts.includes('::') ? named : named.filter((name) => isIP(name) !== 6);
  return [...new Set([...reachable, ...answering])].map((each) => withPort(bracketed(each), port));
}

/** host, host:port or [address]:port with a port; undefined for what is none of them. */
export function parseAddress(text: string, port: number): string | undefined {
  const [, host = '', own] = /^(.*?)(?::(\d{1,5}))?$/.exec(text) ?? [];
  if (!HOST.test(host) || Number(own ?? port) > 65_535) return undefined;
  return `${host}:${own ?? port}`;
}

function bracketed(host: string): string {
  return isIP(host) === 6 ? `[${host}]` : host;
}

function withPort(address: string, port: number): string {
  return parseAddress(address, port) ?? address;
}
