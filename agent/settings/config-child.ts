// Reads the configuration in a short-lived child of the same program: the schema and YAML libraries take 8 MB that an agent would hold for ever.
import { execFile, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { MusterError } from '../../core/common/muster-error.ts';
import type { AgentConfig } from '../config.ts';
import { ownProgram } from '../host/own-program.ts';
import type { SettingsAtStart } from './effective-settings.ts';

export const CONFIG_FLAG = '--print-config';
export const DOCUMENT_FLAG = '--print-config-with-document';

const CHILD_LIMIT_MS = 30_000;
const INVALID = 2;

/** The settings to start with, or the exit code where the child has said on stderr what is wrong. */
export function askSettings(argv: readonly string[]): SettingsAtStart | number {
  const { command, args } = ownProgram();
  const { status, stdout, error } = spawnSync(command, [...args, CONFIG_FLAG, ...argv], { stdio: ['ignore', 'pipe', 'inherit'] });
  if (error !== undefined) throw error;
  return status === 0 ? (JSON.parse(stdout.toString()) as SettingsAtStart) : (status ?? 1);
}

/** The settings with a document from afar over them, read anew. Rejects with `invalid_config` and the child's words. */
export function readSettings(argv: readonly string[], document: string): Promise<AgentConfig> {
  const { command, args } = ownProgram();
  return new Promise((resolve, reject) => {
    const child = execFile(command, [...args, DOCUMENT_FLAG, ...argv], { timeout: CHILD_LIMIT_MS }, (error, stdout, stderr) => {
      if (error === null) resolve(JSON.parse(stdout) as AgentConfig);
      else reject(error.code === INVALID ? new MusterError('invalid_config', stderr.trim()) : error);
    });
    // A child that is gone already has said why.
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(document);
  });
}

/** The child's side. Throws `invalid_config`. */
export async function printConfig(argv: readonly string[]): Promise<number> {
  const { settingsAtStart } = await import('./effective-settings.ts');
  process.stdout.write(JSON.stringify(settingsAtStart(argv, process.env)));
  return 0;
}

/** The child's side, with the document on stdin. Throws `invalid_config`. */
export async function printConfigWithDocument(argv: readonly string[]): Promise<number> {
  const { effectiveSettings } = await import('./effective-settings.ts');
  process.stdout.write(JSON.stringify(effectiveSettings(argv, process.env, readFileSync(0, 'utf8'))));
  return 0;
}

/** The configuration in force, read in this very process. Throws `invalid_config`. */
export async function readConfig(argv: readonly string[]): Promise<AgentConfig> {
  const { settingsAtStart } = await import('./effective-settings.ts');
  return settingsAtStart(argv, process.env).config;
}

/** The lines of `--help` for the settings. */
export async function settingLines(): Promise<string[]> {
  const [{ helpLines }, { AGENT_DECLARATION }] = await Promise.all([import('../../core/node/config.ts'), import('../config.ts')]);
  return helpLines('agent', AGENT_DECLARATION);
}
