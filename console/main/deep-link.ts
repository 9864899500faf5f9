// `muster://` addresses from outside: checked, and turned into a route of ours. Whatever another program hands over names a page
// of the console and what it shows, never a file, a script or a query.

export const LINK_SCHEME = 'muster';

export interface DeepLink {
  /** Fragment of the page's address, as `#/fleet?filter=…`. */
  fragment: string;
  /** Name of the context; empty for that of the window. */
  context: string;
  /** Fingerprint of the fleet it was copied from; empty where it does not say. */
  fleet: string;
}

/** Any page may be of a time. */
const TIME = 'time';
const MAX_LENGTH = 2000;
const MAX_VALUE = 1000;
const FLEET = /^[0-9a-f]{16}$/;
const CONTEXT = /^[a-z0-9][a-z0-9._-]{0,39}$/;

/** Page → how many parts of a path it takes, and which values. */
const PAGES: Readonly<Record<string, { parts: readonly number[]; values: readonly string[] }>> = {
  fleet: { parts: [0], values: ['filter', 'view', 'group', 'metric', 'sort'] },
  node: { parts: [1, 2], values: [] },
  explore: { parts: [0], values: [] },
  probes: { parts: [0], values: ['path'] },
  pipeline: { parts: [0], values: [] },
  settings: { parts: [0], values: [] },
};

/** Undefined for anything that is not exactly an address of ours. */
export function parseDeepLink(text: string): DeepLink | undefined {
  if (text.length > MAX_LENGTH || !/^muster:\/\/[\x21-\x7e]+$/.test(text)) return undefined;
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    return undefined;
  }
  if (url.protocol !== `${LINK_SCHEME}:` || url.username !== '' || url.password !== '' || url.port !== '' || url.hash !== '')
    return undefined;
  const page = Object.hasOwn(PAGES, url.hostname) ? PAGES[url.hostname] : undefined;
  const parts = url.pathname
    .split('/')
    .filter((part) => part !== '')
    .map(decoded);
  if (page === undefined || !page.parts.includes(parts.length)) return undefined;
  const kept = new URLSearchParams();
  let context = '';
  let fleet = '';
  for (const [name, value] of url.searchParams) {
    if (name === 'context' && context === '' && CONTEXT.test(value)) context = value;
    else if (name === 'fleet' && fleet === '' && FLEET.test(value)) fleet = value;
    else if ((page.values.includes(name) || name === TIME) && !kept.has(name) && isPlain(value)) kept.set(name, value);
    else return undefined;
  }
  if (!parts.every((part): part is string => part !== undefined && isPlain(part))) return undefined;
  const path = [url.hostname, ...parts.map(encodeURIComponent)].join('/');
  const query = kept.toString();
  return { fragment: `#/${path}${query === '' ? '' : `?${query}`}`, context, fleet };
}

/** The first address among a program's arguments; a system hands one over so. */
export function linkAmong(argv: readonly string[]): string | undefined {
  return argv.find((argument) => argument.toLowerCase().startsWith(`${LINK_SCHEME}://`));
}

function decoded(part: string): string | undefined {
  try {
    return decodeURIComponent(part);
  } catch {
    return undefined;
  }
}

/** Text that a person could have typed: no control characters, none that turn the direction of writing. */
function isPlain(value: string): boolean {
  return value !== '' && value.length <= MAX_VALUE && !/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(value);
}
