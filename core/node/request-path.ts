// Takes the target of a stranger's request apart, without a URL parser: it answers for any text, and never throws.
// Source: RFC 9112, 3.2: a path with a query, or the whole address, which a server has to take too.

export interface RequestPath {
  /** From its slash to the question mark, as it was sent: no part of it is decoded or resolved. */
  readonly path: string;
  readonly query: URLSearchParams;
}

/** Longer than any head the servers take. */
const MAX_TARGET = 65_536;
const AUTHORITY = /^https?:\/\/(?:\[[0-9A-Fa-f:.]{2,64}\]|[A-Za-z0-9._~-]{1,255})(?::\d{0,5})?(?=[/?]|$)/i;
/** What a target may hold: no space, no control character; bytes from 0x80 on are UTF-8 that somebody did not encode. */
const TARGET = /^[\x21-\x7e\x80-\xff]*$/;

/** Undefined for what names no place on a server: `*`, a target without a slash, an empty host (`//`), a space or a control character. */
export function requestPath({ url: target }: { url?: string | undefined }): RequestPath | undefined {
  if (target === undefined || target.length > MAX_TARGET || !TARGET.test(target)) return undefined;
  const authority = AUTHORITY.exec(target)?.[0] ?? '';
  const rest = target.slice(authority.length);
  const mark = rest.indexOf('?');
  const path = (mark < 0 ? rest : rest.slice(0, mark)) || (authority === '' ? '' : '/');
  if (!path.startsWith('/') || path.startsWith('//')) return undefined;
  return { path: toText(path), query: new URLSearchParams(mark < 0 ? '' : toText(rest.slice(mark + 1))) };
}

/** Node hands a head over as one character a byte. */
function toText(bytes: string): string {
  return /[\x80-\xff]/.test(bytes) ? Buffer.from(bytes, 'latin1').toString('utf8') : bytes;
}
