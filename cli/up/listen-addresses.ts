// Where the gateway of `muster up` listens beside loopback: addresses of this machine, or names that lead to one.
import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { type NetworkInterfaceInfo, networkInterfaces } from 'node:os';
import { isLoopback } from '../../core/common/loopback.ts';
import { MusterError } from '../../core/common/muster-error.ts';

export interface Listening {
  /** To bind; loopback is among them, as this machine's own agent and consoles use it. */
  hosts: string[];
  /** By which others call the gateway: they belong into its certificate. */
  names: string[];
}

/** What is asked of the machine. */
export interface Machine {
  interfaces(): NodeJS.Dict<NetworkInterfaceInfo[]>;
  /** Addresses of a name; rejects where it has none. */
  resolve(name: string): Promise<string[]>;
}

export const LOOPBACK = '127.0.0.1';
const EVERYWHERE = new Set(['0.0.0.0', '::', '*']);
/** Of bridges and tunnels within the machine: another one hardly reaches it there. */
const INNER = /^(docker|br-|veth|virbr|cni|flannel|podman|lxc|tun|tap)/;

const THIS_MACHINE: Machine = {
  interfaces: networkInterfaces,
  resolve: async (name) => (await lookup(name, { all: true })).map(({ address }) => address),
};

/** `wanted` as they were given. Throws `invalid_argument` that names the one that cannot be, and what there is. */
export async function listenOn(wanted: readonly string[], machine: Machine = THIS_MACHINE): Promise<Listening> {
  const own = ownAddresses(machine);
  const everywhere = wanted.includes('::') ? '::' : wanted.some((each) => EVERYWHERE.has(each)) ? '0.0.0.0' : undefined;
  const hosts = new Set([LOOPBACK]);
  const names = new Set<string>();
  for (const text of wanted) {
    if (EVERYWHERE.has(text)) continue;
    const address = text.replace(/^\[(.*)\]$/, '$1');
    if (isIP(address) === 0) {
      const found = await addressesOf(address, own, machine);
      // Where the gateway listens everywhere, others may find it by a name that leads to loopback here.
      if (everywhere === undefined && !isLoopback(address) && found.every(isLoopback)) throw innerName(address, found, own);
      for (const each of found) hosts.add(each);
    } else {
      if (!isLoopback(address) && !own.includes(address)) throw notOurs(text, own);
      hosts.add(address);
    }
    names.add(address);
  }
  if (everywhere === undefined) return { hosts: [...hosts], names: [...names].filter((name) => !isLoopback(name)) };
  // 0.0.0.0 is of IPv4 alone: of the others those are bound that were asked for.
  const bound = everywhere === '::' ? [] : [...hosts].filter((host) => isIP(host) === 6);
  const answering = everywhere === '::' ? own : own.filter((address) => isIP(address) === 4);
  return { hosts: [everywhere, ...bound], names: [...new Set([...names, ...answering])].filter((name) => !isLoopback(name)) };
}

/** Those that others may reach, likely ones first. */
function ownAddresses({ interfaces }: Machine): string[] {
  const all = Object.entries(interfaces()).flatMap(([name, infos = []]) =>
    infos
      .filter(({ internal, address }) => !internal && !/^fe80:/i.test(address))
      .map(({ address, family }) => ({ address, place: (INNER.test(name) ? 2 : 0) + (family === 'IPv6' ? 1 : 0) })),
  );
  return all.sort((a, b) => a.place - b.place).map(({ address }) => address);
}

async function addressesOf(name: string, own: readonly string[], machine: Machine): Promise<string[]> {
  if (!/^[A-Za-z0-9_](?:[\w.-]{0,251}[A-Za-z0-9_])?$/.test(name))
    throw new MusterError(
      'invalid_argument',
      `--listen ${name} is no address and no name: give an address of this machine, without a port (--port has it)`,
    );
  let found: string[];
  try {
    found = await machine.resolve(name);
  } catch (error) {
    throw new MusterError(
      'invalid_argument',
      `--listen ${name}: the name leads nowhere; give an address of this machine, such as ${likely(own)}`,
      error,
    );
  }
  const ours = found.filter((address) => own.includes(address) || isLoopback(address));
  if (ours.length > 0) return ours;
  throw new MusterError(
    'invalid_argument',
    `--listen ${name}: the name leads to ${found.join(', ')}, which this machine has not; it has ${all(own)}`,
  );
}

function notOurs(text: string, own: readonly string[]): MusterError {
  return new MusterError('invalid_argument', `--listen ${text}: this machine has no such address; it has ${all(own)}`);
}

function innerName(name: string, found: readonly string[], own: readonly string[]): MusterError {
  return new MusterError(
    'invalid_argument',
    `--listen ${name}: on this machine the name leads to ${found.join(', ')}, where no other reaches it; it has ${all(own)}`,
  );
}

function all(own: readonly string[]): string {
  return own.length === 0 ? 'none but loopback' : own.join(', ');
}

function likely(own: readonly string[]): string {
  return own[0] ?? LOOPBACK;
}
