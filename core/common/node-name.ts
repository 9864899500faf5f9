// The id of a node that no agent of ours speaks for, from the name that a script, a file or Prometheus gives it. One rule for every door, so that
// one machine has one id. (A node with an agent is known by the UUID of its certificate.)

/** What a node id may be, for the sentence that refuses one. */
export const NODE_ID_RULE =
  '1 to 64 letters, digits, dashes, underscores or single dots between them, or an IPv4 or IPv6 address, are needed';

const NAME = /^[A-Za-z0-9](?:[A-Za-z0-9_-]|\.(?=[A-Za-z0-9_-])){0,63}$/;
const PORT = /^(.+):(\d{1,5})$/;
const IPV4 = /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?!$)|$)){4}$/;

/**
 * The id for a name: itself where it may be one; an address in its canonical text (RFC 5952), an IPv4 address mapped into IPv6 as IPv4. A port
 * behind either is left out: it belongs to a program, not to the machine. Undefined where the name cannot be an id.
 */
export function nodeIdOf(name: string): string | undefined {
  if (NAME.test(name)) return name;
  const address = ipv6Of(name.startsWith('[') && name.endsWith(']') ? name.slice(1, -1) : name);
  if (address !== undefined) return address;
  const [, host = '', port = ''] = PORT.exec(name) ?? [];
  if (host === '' || Number(port) > 65_535) return undefined;
  if (NAME.test(host)) return host;
  return host.startsWith('[') && host.endsWith(']') ? ipv6Of(host.slice(1, -1)) : undefined;
}

/** The port that `nodeIdOf` leaves out; empty where there is none. */
export function portOf(name: string): string {
  return nodeIdOf(name) === name || ipv6Of(name) !== undefined ? '' : (PORT.exec(name)?.[2] ?? '');
}

/** One token of a subject, or of a key, on NATS: the dots and colons of a node id would part it, or are not allowed there. */
export function nodeToken(nodeId: string): string {
  return nodeId.replaceAll('.', '=2e').replaceAll(':', '=3a');
}

/** The node id of a token that `nodeToken` made. */
export function nodeOfToken(token: string): string {
  return token.replaceAll('=2e', '.').replaceAll('=3a', ':');
}

function ipv6Of(text: string): string | undefined {
  if (!text.includes(':') || text.length > 45) return undefined;
  const tail = text.slice(text.lastIndexOf(':') + 1);
  const hex = IPV4.test(tail) ? `${text.slice(0, -tail.length)}${groupsOfIpv4(tail).join(':')}` : text;
  const halves = hex.split('::');
  if (halves.length > 2) return undefined;
  const [before = [], after = []] = halves.map((half) => (half === '' ? [] : half.split(':')));
  if ([...before, ...after].some((group) => !/^[0-9a-f]{1,4}$/i.test(group))) return undefined;
  const missing = 8 - before.length - after.length;
  if (halves.length === 1 ? missing !== 0 : missing < 1) return undefined;
  const groups = [...before, ...Array.from({ length: missing }, () => '0'), ...after].map((group) => Number.parseInt(group, 16));
  if (groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff)
    return groups
      .slice(6)
      .flatMap((group) => [group >> 8, group & 255])
      .join('.');
  return compressed(groups);
}

function groupsOfIpv4(text: string): string[] {
  const [a = 0, b = 0, c = 0, d = 0] = text.split('.').map(Number);
  return [((a << 8) | b).toString(16), ((c << 8) | d).toString(16)];
}

/** The longest run of two or more zeros, the first of equals, becomes `::`. */
function compressed(groups: readonly number[]): string {
  let [from, length] = [-1, 1];
  for (let i = 0; i < groups.length; i++) {
    let run = 0;
    while (groups[i + run] === 0) run++;
    if (run > length) [from, length] = [i, run];
    i += run;
  }
  const text = (part: readonly number[]): string => part.map((group) => group.toString(16)).join(':');
  return from < 0 ? text(groups) : `${text(groups.slice(0, from))}::${text(groups.slice(from + length))}`;
}
