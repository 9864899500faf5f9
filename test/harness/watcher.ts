// Starts and kills somebody who watches a node.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { FleetTarget } from '../../cli/fleet/open-fleet.ts';

export interface WatchedUpdate {
  atMs: number;
  sampledMs: number;
  measurements: string[];
}

export interface Watcher {
  readonly startedMs: number;
  /** When it asked, Unix milliseconds. */
  readonly wishedMs: number | undefined;
  readonly updates: readonly WatchedUpdate[];
  /** What it said on stderr. */
  readonly errors: readonly string[];
  /** SIGKILL. */
  kill(): Promise<void>;
}

export function startWatcher(target: FleetTarget, nodeId: string, intervalMs: number, measurements: readonly string[]): Watcher {
  const program = join(import.meta.dirname, 'watcher-program.ts');
  const args = [program, target.gateway, target.caFile, target.tokenFile, nodeId, String(intervalMs), ...measurements];
  const child: ChildProcess = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const updates: WatchedUpdate[] = [];
  const errors: string[] = [];
  let wishedMs: number | undefined;
  if (child.stdout === null || child.stderr === null) throw new Error('the watcher has no output');
  createInterface(child.stdout).on('line', (line) => {
    const said = JSON.parse(line) as WatchedUpdate | { wishedMs: number };
    if ('wishedMs' in said) wishedMs = said.wishedMs;
    else updates.push(said);
  });
  createInterface(child.stderr).on('line', (line) => errors.push(line));
  return {
    startedMs: Date.now(),
    get wishedMs() {
      return wishedMs;
    },
    updates,
    errors,
    kill: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}
