// Is the clock kept right: who keeps it, whether that one says so, and how far it is from the gateway's.
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { MusterError } from '../../core/common/muster-error.ts';
import type { Collector, RowSink, Tick } from '../host/collector.ts';
import type { HostRoots } from '../host/host-file.ts';
import type { SelfState } from './agent.ts';
import { type ProcessEntry, ProcessTable } from './process-table.ts';

/** What is there in /run while one of them keeps the clock, most telling first. */
const KEEPERS = [
  { source: 'systemd-timesyncd', path: 'systemd/timesync' },
  { source: 'chrony', path: 'chrony/chronyd.pid' },
  { source: 'chrony', path: 'chronyd.pid' },
  { source: 'ntpd', path: 'ntpd.pid' },
  { source: 'openntpd', path: 'ntpd.sock' },
] as const;

const PROGRAMS_MAX_AGE_MS = 60_000;
/** Their programs, as the kernel cuts the names. */
const PROGRAMS: Readonly<Record<string, string>> = { chronyd: 'chrony', ntpd: 'ntpd', 'systemd-timesyn': 'systemd-timesyncd' };

/** False where the way to it is closed to this user: it may be there or not. */
function isOpenToUs(path: string): boolean {
  try {
    statSync(path, { throwIfNoEntry: false });
    return true;
  } catch {
    return false;
  }
}

export function createClockCollector(roots: HostRoots, self: () => SelfState, table = new ProcessTable(roots)): Collector {
  const run = roots.run ?? '/run';

  const addRow = (rows: RowSink, source: string | undefined, kept: number): void => {
    // Only timesyncd leaves a mark when the clock is right (systemd-timesyncd.service(8)).
    const synchronized = source === 'systemd-timesyncd' ? Number(existsSync(join(run, 'systemd/timesync/synchronized'))) : Number.NaN;
    rows.add([], [kept, synchronized, self().skewMs ?? Number.NaN], [source ?? '']);
  };

  /** A folder of the keeper's own user hides its mark; what runs still shows it. */
  const addRunning = (rows: RowSink, entries: readonly ProcessEntry[], closed: string): void => {
    const source = entries.map(({ name }) => PROGRAMS[name]).find((one) => one !== undefined);
    if (source === undefined) rows.problem(`whether the clock is kept is not known: ${closed} may not be looked at by this user`);
    addRow(rows, source, source === undefined ? Number.NaN : 1);
  };

  return {
    measurement: 'clock',
    tags: [],
    fields: ['kept', 'synchronized', 'skew_ms'],
    textFields: ['source'],
    intervalMs: 10_000,
    collect(rows: RowSink, tick: Tick): void | Promise<void> {
      const source = KEEPERS.find(({ path }) => existsSync(join(run, path)))?.source;
      if (source !== undefined) return addRow(rows, source, 1);
      const closed = KEEPERS.map(({ path }) => join(run, path)).find((path) => !isOpenToUs(path));
      if (closed !== undefined) {
        const list = table.latest(tick, PROGRAMS_MAX_AGE_MS);
        return list instanceof Promise
          ? list.then(({ entries }) => addRunning(rows, entries, closed))
          : addRunning(rows, list.entries, closed);
      }
      if (self().skewMs === undefined) {
        throw new MusterError('not_found', `${run} shows neither systemd-timesyncd, chrony nor ntpd: nobody tells how right the clock is`);
      }
      addRow(rows, undefined, 0);
    },
    close: () => undefined,
  };
}
