// Who is logged in: the sessions in utmp (man 5 utmp), or those that systemd-logind keeps where a system has no utmp any more.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { MusterError } from '../../core/common/muster-error.ts';
import type { HostRoots } from '../host-file.ts';
import type { Collector, RowSink } from './collector.ts';

/** glibc's `struct utmp` on 64-bit machines. */
const RECORD_BYTES = 384;
const USER_PROCESS = 7;
const USER_AT = 44;
const HOST_AT = 76;

export interface LoginSession {
  user: string;
  /** From another machine. */
  remote: boolean;
  /** Of the process that leads the session; 0 where it is not told. */
  pid: number;
}

/** The sessions of users; records cut short are left out. */
export function parseUtmp(bytes: Buffer): LoginSession[] {
  const sessions: LoginSession[] = [];
  for (let at = 0; at + RECORD_BYTES <= bytes.length; at += RECORD_BYTES) {
    if (bytes.readInt16LE(at) !== USER_PROCESS) continue;
    const host = textAt(bytes, at + HOST_AT, 256);
    // `:0` is the display of this machine.
    sessions.push({ user: textAt(bytes, at + USER_AT, 32), remote: host !== '' && !host.startsWith(':'), pid: bytes.readInt32LE(at + 4) });
  }
  return sessions;
}

function textAt(bytes: Buffer, start: number, length: number): string {
  const end = bytes.indexOf(0, start);
  return bytes.toString('utf8', start, end < 0 ? start + length : Math.min(end, start + length));
}

/** A file of /run/systemd/sessions; undefined for a session that is no user's (a greeter, a background job) or is closing. */
export function parseLogindSession(text: string): LoginSession | undefined {
  const value = (key: string): string => new RegExp(`^${key}=(.*)$`, 'm').exec(text)?.[1] ?? '';
  if (value('CLASS') !== 'user' || value('STATE') === 'closing') return undefined;
  return { user: value('USER') || value('UID'), remote: value('REMOTE') === '1', pid: Number(value('LEADER')) || 0 };
}

export function createUsersCollector(roots: HostRoots): Collector {
  const run = roots.run ?? '/run';
  const utmp = join(run, 'utmp');
  const sessions = join(run, 'systemd/sessions');

  const read = (): LoginSession[] => {
    if (existsSync(utmp)) {
      // A machine that lost power, or a terminal that was killed, leaves records of sessions that are over.
      return parseUtmp(readFileSync(utmp)).filter(({ pid }) => pid === 0 || existsSync(join(roots.proc, String(pid))));
    }
    if (!existsSync(sessions))
      throw new MusterError('not_found', `neither ${utmp} nor ${sessions} is there: nobody tells who is logged in`);
    const files = readdirSync(sessions).filter((name) => !name.includes('.'));
    return files.flatMap((name) => parseLogindSession(readFileSync(join(sessions, name), 'utf8')) ?? []);
  };

  return {
    measurement: 'users',
    tags: [],
    fields: ['sessions', 'users', 'remote_sessions'],
    intervalMs: 60_000,
    liveIntervalMs: 10_000,
    collect(rows: RowSink): void {
      const found = read();
      const users = new Set(found.map(({ user }) => user));
      rows.add([], [found.length, users.size, found.filter(({ remote }) => remote).length]);
    },
    close: () => undefined,
  };
}
