// Settings of the desktop console: which gateway it shows, and where it may ask for updates. From flags or MUSTER_CONSOLE_ variables.
import { z } from 'zod';
import { type Config, type Declaration, loadConfig } from '../../core/node/config.ts';

export const MAIN_SETTINGS = {
  context: { type: z.string().default(''), help: 'context of the contexts file; empty for the one in use there' },
  gateway: { type: z.string().default(''), help: 'gateway to ask, as host:port, with a CA and a token file; empty for a context' },
  caFile: { type: z.string().default(''), help: "file with the fleet's CA certificate, PEM" },
  tokenFile: { type: z.string().default(''), help: 'file with the bearer token of an operator' },
  updateFeed: {
    type: z
      .string()
      .regex(/^(https:\/\/[^\s]+)?$/, 'an https address, or nothing')
      .default(''),
    help: 'https address of a JSON file with version and url of the newest console; empty for none, and nothing is asked',
  },
} satisfies Declaration;

export type MainConfig = Config<typeof MAIN_SETTINGS>;

/** Chromium's own switches and the app's folder stand among Electron's arguments: only what names a setting of ours is read. */
export function loadMainConfig(argv: readonly string[], env: Readonly<Record<string, string | undefined>>): MainConfig {
  const flags = ['--context', '--gateway', '--ca-file', '--token-file', '--update-feed', '--config'];
  const own: string[] = [];
  for (let i = 0; i < argv.length; i++) {
    const argument = argv[i]!;
    if (flags.includes(argument)) own.push(argument, ...argv.slice(++i, i + 1));
    else if (flags.some((flag) => argument.startsWith(`${flag}=`))) own.push(argument);
  }
  return loadConfig('console', MAIN_SETTINGS, { argv: own, env });
}
