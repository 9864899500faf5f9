// Settings of the desktop console: the gateway it shows. From flags or MUSTER_CONSOLE_ variables.
import { z } from 'zod';
import { type Config, type Declaration, loadConfig } from '../../core/node/config.ts';

export const MAIN_SETTINGS = {
  gateway: { type: z.string().min(1).default('127.0.0.1:7443'), help: 'gateway to ask, as host:port' },
  caFile: { type: z.string().min(1), help: "file with the fleet's CA certificate, PEM" },
  tokenFile: { type: z.string().min(1), help: 'file with the bearer token of an operator' },
} satisfies Declaration;

export type MainConfig = Config<typeof MAIN_SETTINGS>;

/** Chromium's own switches and the app's folder stand among Electron's arguments: only what names a setting of ours is read. */
export function loadMainConfig(argv: readonly string[], env: Readonly<Record<string, string | undefined>>): MainConfig {
  const flags = ['--gateway', '--ca-file', '--token-file', '--config'];
  const own: string[] = [];
  for (let i = 0; i < argv.length; i++) {
    const argument = argv[i] as string;
    if (flags.includes(argument)) own.push(argument, ...argv.slice(++i, i + 1));
    else if (flags.some((flag) => argument.startsWith(`${flag}=`))) own.push(argument);
  }
  return loadConfig('console', MAIN_SETTINGS, { argv: own, env });
}
