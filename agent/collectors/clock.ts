// Is the clock kept right: who keeps it, whether that one says so, and how far it is from the gateway's.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { MusterError } from '../../core/common/muster-error.ts';
import type { HostRoots } from '../host-file.ts';
import type { SelfState } from './agent.ts';
import type { Collector, RowSink } from './collector.ts';

/** What is there in /run while one of them keeps the clock, most telling first. */
const KEEPERS = [
  { source: 'systemd-timesyncd', path: 'systemd/timesync' },
  { source: 'chrony', path: 'chrony/chronyd.pid' },
  { source: 'chrony', path: 'chronyd.pid' },
  { source: 'ntpd', path: 'ntpd.pid' },
  { source: 'openntpd', path: 'ntpd.sock' },
] as const;

export function createClockCollector(roots: HostRoots, self: () => SelfState): Collector {
  const run = roots.run ?? '/run';
  return {
    measurement: 'clock',
    tags: [],
    fields: ['kept', 'synchronized', 'skew_ms'],
    textFields: ['source'],
    intervalMs: 10_000,
    collect(rows: RowSink): void {
      const source = KEEPERS.find(({ path }) => existsSync(join(run, path)))?.source;
      const { skewMs = Number.NaN } = self();
      if (source === undefined && Number.isNaN(skewMs)) {
        throw new MusterError('not_found', `${run} shows neither systemd-timesyncd, chrony nor ntpd: nobody tells how right the clock is`);
      }
      // Only timesyncd leaves a mark when the clock is right (systemd-timesyncd.service(8)).
      const synchronized = source === 'systemd-timesyncd' ? Number(existsSync(join(run, 'systemd/timesync/synchronized'))) : Number.NaN;
      rows.add([], [source === undefined ? 0 : 1, synchronized, skewMs], [source ?? '']);
    },
    close: () => undefined,
  };
}
