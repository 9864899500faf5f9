// Reads the configuration in a short-lived child of the same program: the schema and YAML libraries take 8 MB that an agent would hold for ever.
import { spawnSync } from 'node:child_process';
import type { AgentConfig } from './config.ts';

export const CONFIG_FLAG = '--print-config';

/** The configuration, or the exit code where the child has said on stderr what is wrong. */
export function askConfig(argv: readonly string[]): AgentConfig | number {
  const script = process.argv[1] as string;
  const { status, stdout, error } = spawnSync(process.execPath, [script, CONFIG_FLAG, ...argv], { stdio: ['ignore', 'pipe', 'inherit'] });
  if (error !== undefined) throw error;
  return status === 0 ? (JSON.parse(stdout.toString()) as AgentConfig) : (status ?? 1);
}

/** The child's side. Throws `invalid_config`. */
export async function printConfig(argv: readonly string[]): Promise<void> {
  const [{ loadConfig }, { AGENT_DECLARATION }] = await Promise.all([import('../core/node/config.ts'), import('./config.ts')]);
  process.stdout.write(JSON.stringify(loadConfig('agent', AGENT_DECLARATION, { argv, env: process.env })));
}

/** What `--help` says. */
export async function printHelp(): Promise<void> {
  const [{ helpLines }, { AGENT_DECLARATION }] = await Promise.all([import('../core/node/config.ts'), import('./config.ts')]);
  process.stdout.write(`muster agent\n${helpLines('agent', AGENT_DECLARATION).join('\n')}\n`);
}
