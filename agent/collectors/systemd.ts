// How the system manager as a whole is doing, from `systemctl show` once a minute.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { MusterError } from '../../core/common/muster-error.ts';
import type { Collector, RowSink } from '../host/collector.ts';
import type { HostRoots } from '../host/host-file.ts';
import { findTool, type RunTool, runTool } from '../host/host-tool.ts';

const ASK_EVERY_MS = 60_000;
export const SYSTEMCTL_LIMIT_MS = 10_000;

/** The system manager of a host; staged in tests. */
export interface SystemManager {
  /** Does systemd run here? */
  isThere(): boolean;
  /** What `systemctl show` writes for these arguments; an answer younger than `maxAgeMs` is given again. */
  show(args: readonly string[], maxAgeMs: number): Promise<string>;
}

export function createSystemManager(roots: HostRoots, run: RunTool = runTool): SystemManager {
  return {
    // sd_booted(3): there exactly while systemd is the system manager.
    isThere: () => existsSync(join(roots.run ?? '/run', 'systemd/system')),
    async show(args, maxAgeMs) {
      const path = findTool('systemctl', roots);
      if (path === undefined) throw new MusterError('missing_runtime', 'systemd runs here, but there is no systemctl on PATH');
      const limits = { timeoutMs: SYSTEMCTL_LIMIT_MS, maxAgeMs, maxBytes: 4_194_304 };
      const { stdout, exitCode } = await run(path, ['show', '--no-pager', ...args], limits);
      if (exitCode !== 0)
        throw new MusterError('unavailable', `systemctl show ended with code ${exitCode}: is D-Bus reachable for this user?`);
      return stdout;
    },
  };
}

/** Throws `not_found` where systemd is not the system manager. */
export function assertSystemd(manager: SystemManager): void {
  if (!manager.isThere()) throw new MusterError('not_found', 'systemd is not running here');
}

/** `Name=value` lines; an empty line begins the next block. */
export function parseProperties(text: string): Map<string, string>[] {
  const blocks: Map<string, string>[] = [];
  let block: Map<string, string> | undefined;
  for (const line of text.split('\n')) {
    const at = line.indexOf('=');
    if (at <= 0) {
      block = undefined;
      continue;
    }
    if (block === undefined) {
      block = new Map();
      blocks.push(block);
    }
    block.set(line.slice(0, at), line.slice(at + 1));
  }
  return blocks;
}

export function createSystemdCollector(manager: SystemManager): Collector {
  return {
    measurement: 'systemd',
    tags: [],
    fields: ['units', 'failed_units', 'waiting_jobs', 'degraded'],
    textFields: ['state'],
    intervalMs: ASK_EVERY_MS,
    limitMs: SYSTEMCTL_LIMIT_MS + 1000,
    collect(rows: RowSink): Promise<void> {
      assertSystemd(manager);
      return manager.show(['--property=NNames,NFailedUnits,NJobs,SystemState'], ASK_EVERY_MS * 0.9).then((text) => {
        const properties = parseProperties(text)[0] ?? new Map<string, string>();
        const state = properties.get('SystemState') ?? '';
        const number = (name: string): number => Number.parseInt(properties.get(name) ?? '', 10);
        rows.add([], [number('NNames'), number('NFailedUnits'), number('NJobs'), state === 'degraded' ? 1 : 0], [state]);
      });
    },
    close: () => undefined,
  };
}
