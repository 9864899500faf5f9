// `sockets`: TCP and UDP sockets by state, with the process that holds each where the agent may read it.
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { oneOf, wholeNumber } from './argument-rules.ts';
import { type HostCommand, OK } from './host-command.ts';
import { socketAddress } from './socket-address.ts';
import { tableText } from './text-table.ts';
import { createTurns } from './turn-taking.ts';
import { createUserNames } from './user-names.ts';

/** States of the kernel's include/net/tcp_states.h, by their number. */
const STATES: Readonly<Record<string, string>> = {
  '01': 'established',
  '02': 'syn_sent',
  '03': 'syn_recv',
  '04': 'fin_wait1',
  '05': 'fin_wait2',
  '06': 'time_wait',
  '07': 'close',
  '08': 'close_wait',
  '09': 'last_ack',
  '0A': 'listen',
  '0B': 'closing',
  '0C': 'new_syn_recv',
};
const PROTOCOLS = ['tcp', 'tcp6', 'udp', 'udp6'] as const;

export interface SocketReading {
  protocol: string;
  state: string;
  local: string;
  remote: string;
  uid: number;
  inode: string;
}

/** The lines of /proc/net/tcp and its like. */
export function parseSockets(protocol: string, text: string): SocketReading[] {
  const sockets: SocketReading[] = [];
  for (const line of text.split('\n').slice(1)) {
    const [, local, remote, state, , , , uid, , inode] = line.trim().split(/\s+/);
    if (local === undefined || remote === undefined || inode === undefined) continue;
    const word = STATES[state ?? ''] ?? state ?? '';
    // A UDP socket that waits for anybody is in the state that TCP calls closed.
    const shown = protocol.startsWith('udp') && word === 'close' ? 'open' : word;
    sockets.push({ protocol, state: shown, local: socketAddress(local), remote: socketAddress(remote), uid: Number(uid), inode });
  }
  return sockets;
}

export function createSockets(proc: string): HostCommand {
  return {
    rules: { state: oneOf(['all', 'open', ...Object.values(STATES)], 'all'), limit: wholeNumber(1, 10_000, 200) },
    async run({ state, limit }, context) {
      const all = PROTOCOLS.flatMap((protocol) => readSockets(proc, protocol));
      const counts = new Map<string, number>();
      for (const { protocol, state: word } of all) {
        const key = `${protocol.slice(0, 3)} ${word}`;
        counts.set(key, (counts.get(key) ?? 0) + 1);
      }
      const matching = all.filter((socket) => state === 'all' || socket.state === state);
      const shown = matching.slice(0, limit as number);
      const { holders, unreadable } = await findHolders(proc, new Set(shown.map(({ inode }) => inode)), context.signal);
      const userName = createUserNames();
      const cells = shown.map(({ protocol, state: word, local, remote, uid, inode }) => {
        return [protocol, word, local, remote, userName(uid), holders.get(inode) ?? '-'];
      });
      await context.write(tableText(['PROTO', 'STATE', 'LOCAL', 'REMOTE', 'USER', 'PROCESS'], cells));
      const words = [...counts].sort(([, a], [, b]) => b - a).map(([key, count]) => `${count} ${key}`);
      await context.write(`${shown.length} of ${matching.length} sockets; all: ${words.join(', ') || 'none'}\n`);
      if (unreadable > 0) await context.write(`the sockets of ${unreadable} processes of other users could not be read\n`);
      return OK;
    },
  };
}

/** A machine without IPv6 has no file for it. */
function readSockets(proc: string, protocol: string): SocketReading[] {
  try {
    return parseSockets(protocol, readFileSync(join(proc, 'net', protocol), 'utf8'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT' && protocol.endsWith('6')) return [];
    throw error;
  }
}

/** Which process holds which socket: the links of /proc/PID/fd say `socket:[inode]`. */
async function findHolders(
  proc: string,
  inodes: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<{ holders: Map<string, string>; unreadable: number }> {
  const holders = new Map<string, string>();
  let unreadable = 0;
  const pids = readdirSync(proc).filter((entry) => /^\d+$/.test(entry));
  const giveWay = createTurns(signal);
  for (const pid of pids) {
    try {
      const folder = join(proc, pid, 'fd');
      for (const fd of readdirSync(folder)) {
        const inode = /^socket:\[(\d+)\]$/.exec(linkOf(join(folder, fd)))?.[1];
        await giveWay();
        if (inode !== undefined && inodes.has(inode)) holders.set(inode, `${nameOf(proc, pid)} (${pid})`);
      }
    } catch (error) {
      signal.throwIfAborted();
      if ((error as NodeJS.ErrnoException).code === 'EACCES') unreadable += 1;
    }
  }
  return { holders, unreadable };
}

/** Empty for a file that was closed meanwhile. */
function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}

function nameOf(proc: string, pid: string): string {
  return readFileSync(join(proc, pid, 'comm'), 'utf8').trim();
}
