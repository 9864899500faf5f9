// The parts that are programs of Muster: each gets one YAML file with the settings of its declaration.
import { stringify } from 'yaml';
import type { Part } from './part.ts';
import { type ProgramName, programPath } from './programs.ts';

export interface MusterPartOptions {
  name: ProgramName;
  /** Settings by the keys of the part's declaration. Passwords go by file, never in here. */
  settings: Readonly<Record<string, unknown>>;
  configFile: string;
  /** Made before it starts. */
  folders?: readonly string[];
}

/**
 * What an agent is started with beside its settings. glibc keeps a heap for each thread that allocates: one for all saves the agent 4 MB of its
 * 85, and none of its threads allocates enough to wait for it.
 */
export const AGENT_ENVIRONMENT: Readonly<Record<string, string>> = { MALLOC_ARENA_MAX: '1' };

/** The ETL gives way to who acknowledges samples: what it works on is on disk already. */
const NICE: Readonly<Partial<Record<ProgramName, number>>> = { etl: 5 };

/** `node PROGRAM --config FILE`, ready when it says so. */
export function musterPart(options: MusterPartOptions): Part {
  const nice = NICE[options.name];
  return {
    name: options.name,
    ...(nice === undefined ? {} : { nice }),
    command: process.execPath,
    args: [programPath(options.name), '--config', options.configFile],
    folders: options.folders ?? [],
    files: [{ path: options.configFile, text: configText(options.settings) }],
    ...(options.name === 'agent' ? { env: AGENT_ENVIRONMENT } : {}),
    readiness: { kind: 'line' },
  };
}

/** YAML that says where it comes from, since editing it does not last. */
export function configText(settings: Readonly<Record<string, unknown>>): string {
  return `# Written by \`muster up\` at each start: change its options instead.\n${stringify(settings)}`;
}
