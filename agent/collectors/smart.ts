// Health of drives by SMART and NVMe, asked of smartctl every ten minutes; a drive that sleeps is left asleep.
import { MusterError } from '../../core/common/muster-error.ts';
import type { Collector, RowSink } from '../host/collector.ts';
import type { HostRoots } from '../host/host-file.ts';
import { findTool, type RunTool, runTool } from '../host/host-tool.ts';
import { findDrives } from './smart-drives.ts';
import { parseSmart, SMART_FIELDS } from './smart-report.ts';

const ASK_EVERY_MS = 600_000;
/** A drive that wakes up or resets its link takes seconds. */
const DRIVE_LIMIT_MS = 20_000;
const ALL_LIMIT_MS = 120_000;
const MAX_DRIVES = 64;
const MAX_ANSWER_BYTES = 262_144;
const ARGUMENTS = ['--json=c', '--info', '--health', '--attributes', '--nocheck=standby'];

const NEEDS_RIGHTS = 'smartctl needs the rights of root (for a service: CAP_SYS_RAWIO, for NVMe CAP_SYS_ADMIN, and the group disk)';

export function createSmartCollector(roots: HostRoots, run: RunTool = runTool): Collector {
  const collect = async (rows: RowSink): Promise<void> => {
    const all = findDrives(roots.sys);
    const drives = all.slice(0, MAX_DRIVES);
    if (all.length > MAX_DRIVES)
      rows.problem(`more than ${MAX_DRIVES} drives: ${all.length - MAX_DRIVES} are not asked, from ${all[MAX_DRIVES]} on`);
    if (drives.length === 0) throw new MusterError('not_found', 'there is no drive of its own with SMART, only virtual ones');
    const tool = findTool('smartctl', roots);
    if (tool === undefined) {
      throw new MusterError('missing_runtime', `${drives.join(', ')} may have health data, but smartctl is missing: install smartmontools`);
    }
    const startedMs = performance.now();
    const denied: string[] = [];
    let known = 0;
    // One after the other: all at once would wake and stall every disk of a server together.
    for (const drive of drives) {
      if (performance.now() - startedMs > ALL_LIMIT_MS) {
        rows.problem(`${drive} and those after it were left out: the drives before took ${ALL_LIMIT_MS / 1000} s`);
        break;
      }
      const limits = { timeoutMs: DRIVE_LIMIT_MS, maxAgeMs: ASK_EVERY_MS * 0.9, maxBytes: MAX_ANSWER_BYTES };
      const outcome = await run(tool, [...ARGUMENTS, drive], limits).then(
        ({ stdout }) => parseSmart(stdout),
        (error: Error) => ({ kind: 'failed', words: error.message }) as const,
      );
      if (outcome.kind !== 'unsupported') known++;
      if (outcome.kind === 'report') {
        const { model, serial, values } = outcome.report;
        rows.add([drive.replace('/dev/', ''), model, serial], values);
      } else if (outcome.kind === 'denied') denied.push(drive);
      else if (outcome.kind === 'failed') rows.problem(`${drive}: ${outcome.words}`);
    }
    if (denied.length === drives.length)
      throw new MusterError('permission_denied', `${denied.join(', ')} may not be read: ${NEEDS_RIGHTS}`);
    if (denied.length > 0) rows.problem(`${denied.join(', ')} may not be read: ${NEEDS_RIGHTS}`);
    if (known === 0) throw new MusterError('not_found', `${drives.join(', ')} have no SMART`);
  };

  return {
    measurement: 'smart',
    tags: ['device', 'model', 'serial'],
    fields: SMART_FIELDS,
    intervalMs: ASK_EVERY_MS,
    limitMs: ALL_LIMIT_MS + DRIVE_LIMIT_MS + 1000,
    collect,
    close: () => undefined,
  };
}
