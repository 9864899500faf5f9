// The spool of an agent that does not run: what it holds, and throwing that away.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { MusterError } from '../../core/common/muster-error.ts';
import { lockStateFolder } from '../state/state-lock.ts';
import { HostSpool, type SpoolReports } from './host-spool.ts';
import type { SpoolStatistics, SpoolStatus } from './spool.ts';

const UNLIMITED = { maxBytes: Number.MAX_SAFE_INTEGER, maxRows: Number.MAX_SAFE_INTEGER };

/** Throws `already_exists` where an agent runs on the folder, `not_found` where there is no spool. */
export function readStoppedSpool(stateDir: string, reports: SpoolReports): SpoolStatistics & SpoolStatus {
  return withSpool(stateDir, reports, (spool) => {
    return { ...spool.status(), ...spool.statistics() };
  });
}

/** Throws everything that is held away; the agent's next batch accounts for it as dropped. Throws as `readStoppedSpool` does. */
export function clearStoppedSpool(stateDir: string, reports: SpoolReports): { batches: number; rows: number } {
  return withSpool(stateDir, reports, (spool) => {
    // What gets new numbers first is given up under them.
    spool.renumberAll();
    const { batches } = spool.statistics();
    return { batches, rows: spool.clear().reduce((rows, range) => rows + range.rows, 0) };
  });
}

function withSpool<T>(stateDir: string, reports: SpoolReports, work: (spool: HostSpool) => T): T {
  const path = join(stateDir, 'spool.db');
  if (!existsSync(path))
    throw new MusterError(
      'not_found',
      `there is no spool in state folder ${stateDir}: no agent has run there; name another with --state-dir`,
    );
  const lock = lockStateFolder(stateDir);
  const spool = new HostSpool(path, UNLIMITED, reports);
  try {
    return work(spool);
  } finally {
    spool.close();
    lock?.release();
  }
}
