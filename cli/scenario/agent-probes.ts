// The probes as simulated agents: the program of the simulation, its nodes over real gRPC streams.
import { spawn } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { MusterError } from '../../core/common/muster-error.ts';
import { writeDurably } from '../../core/node/durable-file.ts';
import type { FleetTarget } from '../fleet/open-fleet.ts';
import { programPath } from '../parts/programs.ts';
import { orphanGuard } from '../process/orphan-guard.ts';
import { createJoinToken } from '../up/agent-token.ts';
import type { ProbeRun, ProbeSource } from './probe-source.ts';

const PROBES = 5;

interface Said {
  nodeIds?: string[];
  probes?: { nodeId: string; name: string; timesUs: number[]; acknowledged: boolean }[];
}

/** `stateDir` keeps their identities, so that the next run has the same five nodes. */
export function createAgentProbes(target: FleetTarget, stateDir: string): ProbeSource {
  return {
    async run(samples: number, begun: (nodeIds: readonly string[]) => void): Promise<ProbeRun> {
      mkdirSync(stateDir, { recursive: true, mode: 0o700 });
      const joinTokenFile = join(stateDir, 'join.token');
      writeDurably(joinTokenFile, `${await createJoinToken(target, 'simulated probes', PROBES)}\n`);
      const settings = {
        gateway: target.gateway,
        'ca-file': target.caFile,
        'join-token-file': joinTokenFile,
        'state-dir': stateDir,
        scenario: 'probes',
        samples,
        'name-prefix': 'probe-',
        'log-level': 'warn',
      };
      const flags = Object.entries(settings).map(([name, value]) => `--${name}=${value}`);
      // The guard ends it however this process ends: a signal leaves no time to do so itself.
      const child = spawn(process.execPath, [programPath('simulate'), ...flags], { stdio: ['ignore', 'pipe', 'inherit'], detached: true });
      if (child.pid !== undefined) orphanGuard().add(child.pid);
      try {
        let run: ProbeRun | undefined;
        const ended = new Promise<number | null>((resolve, reject) => {
          child.once('error', reject);
          child.once('close', resolve);
        });
        for await (const line of createInterface({ input: child.stdout })) {
          const { nodeIds, probes } = JSON.parse(line) as Said;
          if (nodeIds !== undefined) begun(nodeIds);
          if (probes !== undefined) {
            const late = probes.filter(({ acknowledged }) => !acknowledged);
            run = { probes, problems: late.map(({ name }) => `${name}: the gateway has not acknowledged all of it`) };
          }
        }
        const code = await ended;
        if (run === undefined) throw new MusterError('unavailable', `the simulated probes ended with code ${code} before they were done`);
        return run;
      } finally {
        child.kill('SIGTERM');
        if (child.pid !== undefined) orphanGuard().remove(child.pid);
        rmSync(joinTokenFile, { force: true });
      }
    },
  };
}
