// Sends all that a spool holds and samples nothing: before a machine is given away.
import { join } from 'node:path';
import { MusterError } from '../../core/common/muster-error.ts';
import { AGENT_VERSION } from '../agent-version.ts';
import type { AgentConfig } from '../config.ts';
import { displayName } from '../host/host-name.ts';
import { readNodeInfo } from '../host/inventory.ts';
import { HostSpool, type SpoolReports } from '../spool/host-spool.ts';
import { spoolLimits } from '../spool/spool-limits.ts';
import { lockStateFolder } from '../state/state-lock.ts';
import { enrolHere } from '../uplink/enrolment.ts';
import { loadIdentity } from '../uplink/identity.ts';
import { Uplink, type UplinkReports } from '../uplink/uplink.ts';

const LOOK_EVERY_MS = 100;

export interface DrainOptions {
  spool: SpoolReports;
  uplink: UplinkReports;
  /** What is left, a few times a second. */
  progress?: (left: { batches: number; rows: number }) => void;
  /** Gives up after so long; what was not acknowledged stays. */
  timeoutMs: number;
}

/**
 * Resolves when everything is acknowledged. Rejects with `already_exists` where an agent runs on the folder, with `failed_precondition` where the
 * machine has no identity, and with `unavailable` after the time given.
 */
export async function drainSpool(
  config: AgentConfig,
  { spool: spoolReports, uplink: reports, progress, timeoutMs }: DrainOptions,
): Promise<void> {
  const lock = lockStateFolder(config.stateDir);
  let identity = loadIdentity(config.stateDir);
  if (identity === undefined)
    throw new MusterError('failed_precondition', `there is no identity in ${config.stateDir}: nothing can be sent`);
  const spool = new HostSpool(join(config.stateDir, 'spool.db'), spoolLimits(config), spoolReports);
  // A drop that no batch tells of yet gets one; where there is none, nothing is added.
  spool.append({ createdUs: Date.now() * 1000, frames: [], events: [] });
  const node = readNodeInfo(displayName(config.name), config.labels, AGENT_VERSION, 0);
  const own = identity;
  const uplink = new Uplink({
    gateway: config.gateway,
    // A machine that was off for longer than its certificate is often one whose spool is drained.
    identity: async (refused) => {
      if (refused) identity = await enrolHere(config, node, own);
      return identity ?? own;
    },
    spool,
    intervalMs: () => config.interval,
    node: () => node,
    summary: () => undefined,
    onLease: () => undefined,
    reports,
  });
  const deadlineMs = performance.now() + timeoutMs;
  try {
    await uplink.start();
    for (;;) {
      const { batches, rows } = spool.statistics();
      progress?.({ batches, rows });
      if (batches === 0) return;
      if (performance.now() > deadlineMs) {
        throw new MusterError(
          'unavailable',
          `${batches} batches are not sent after ${Math.round(timeoutMs / 1000)} s: they stay in the spool`,
        );
      }
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    }
  } finally {
    await uplink.stop();
    spool.close();
    lock?.release();
  }
}
