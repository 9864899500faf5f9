// The agent's own program against a pipeline, enrolled by a token of its own.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Part } from '../../cli/parts/part.ts';
import { type Child, startChild } from '../../cli/process/child.ts';
import type { CreateTokenRequest } from '../../proto/gen/messages.ts';
import type { Pipeline } from './pipeline.ts';
import { builtProgram, runProgram } from './program.ts';
import { until } from './until.ts';

export interface RealAgent {
  readonly stateDir: string;
  readonly logFile: string;
  readonly nodeId: string;
  /** SIGKILL, and a new start on the same state folder. */
  killAndStart(): Promise<void>;
  /** Ends it as Ctrl-C does. What was not acknowledged stays in its spool. */
  stop(): Promise<void>;
  /** Sends what the spool of the stopped agent holds. */
  drain(): Promise<void>;
}

/** `settings` are flags by their names, such as `interval`. `gateway` where it is not the pipeline's own address. */
export async function startRealAgent(
  pipeline: Pipeline,
  settings: Readonly<Record<string, string | number>>,
  gateway = pipeline.addresses.gateway,
): Promise<RealAgent> {
  const stateDir = join(pipeline.home, 'real-agent');
  const tokenFile = join(stateDir, 'join.token');
  mkdirSync(stateDir, { recursive: true, mode: 0o700 });
  const token: CreateTokenRequest = {
    kind: 'TOKEN_KIND_JOIN',
    name: 'agent of a test',
    scopes: [],
    validSeconds: 3600,
    uses: 1,
    labels: {},
  };
  const { secret } = await pipeline.client.call('createToken', token);
  const flags = { gateway, 'ca-file': pipeline.addresses.caFile, 'join-token-file': tokenFile, 'state-dir': stateDir, ...settings };
  const args = Object.entries(flags).map(([name, value]) => `--${name}=${value}`);
  const part: Part = {
    name: 'real-agent',
    command: process.execPath,
    args: [builtProgram('agent'), ...args],
    folders: [stateDir],
    files: [{ path: tokenFile, text: `${secret}\n` }],
    readiness: { kind: 'line' },
  };
  const logFile = join(pipeline.home, 'logs', 'real-agent.log');
  let child: Child = startChild(part, logFile);
  await child.ready(60_000);
  const nodeId = await until('the agent is enrolled', async () => {
    const { nodes } = await pipeline.client.call('listNodes', { filter: '' });
    return nodes[0]?.nodeId;
  });
  return {
    stateDir,
    logFile,
    nodeId,
    killAndStart: async () => {
      await child.kill();
      child = startChild(part, logFile);
      await child.ready(60_000);
    },
    stop: async () => void (await child.stop(30_000)),
    drain: async () => {
      const { code, stderr } = await runProgram(process.execPath, [builtProgram('agent'), 'spool', 'drain', ...args]);
      if (code !== 0) throw new Error(`the spool was not drained: ${stderr}`);
    },
  };
}
