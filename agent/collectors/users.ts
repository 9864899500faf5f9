// Who is logged in: the sessions in utmp (man 5 utmp), or those that systemd-logind keeps where a system has no utmp any more.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { MusterError } from '../../core/common/muster-error.ts';
import type { Collector, RowSink, Tick } from '../host/collector.ts';
import type { HostRoots } from '../host/host-file.ts';
import { ProcessVisibility } from './hidden-processes.ts';
import { readText } from './sys-files.ts';
import { type LoginSession, parseUtmp } from './utmp.ts';

export { parseUtmp } from './utmp.ts';

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

  const visibility = new ProcessVisibility(roots);

  const read = (nowMs: number): LoginSession[] => {
    const hasUtmp = existsSync(utmp);
    const hidden = hasUtmp ? visibility.hidden(nowMs) : undefined;
    // A machine that lost power, or a terminal that was killed, leaves records of sessions that are over.
    if (hasUtmp && hidden?.even !== 'existence') {
      return parseUtmp(readFileSync(utmp)).filter(({ pid }) => pid === 0 || existsSync(join(roots.proc, String(pid))));
    }
    if (existsSync(sessions)) {
      const files = readdirSync(sessions).filter((name) => !name.includes('.'));
      return files.flatMap((name) => parseLogindSession(readText(join(sessions, name))) ?? []);
    }
    if (hidden !== undefined) throw new MusterError('permission_denied', `which sessions are over is not known: ${hidden.sentence}`);
    throw new MusterError('not_found', `neither ${utmp} nor ${sessions} is there: nobody tells who is logged in`);
  };

  return {
    measurement: 'users',
    tags: [],
    fields: ['sessions', 'users', 'remote_sessions'],
    intervalMs: 60_000,
    liveIntervalMs: 10_000,
    collect(rows: RowSink, tick: Tick): void {
      const found = read(tick.monotonicMs);
      const users = new Set(found.map(({ user }) => user));
      rows.add([], [found.length, users.size, found.filter(({ remote }) => remote).length]);
    },
    close: () => undefined,
  };
}
