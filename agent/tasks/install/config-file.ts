// The settings file of an installed agent: what is on the command line is written into it, what else is there stays.
import { existsSync, readFileSync } from 'node:fs';
import { parse, parseDocument } from 'yaml';
import { toFlag } from '../../../core/node/config.ts';
import { AGENT_DECLARATION } from '../../config.ts';
import { CONFIG_DIR } from './systemd-unit.ts';

export const CA_FILE = `${CONFIG_DIR}/ca.pem`;
export const TOKEN_FILE = `${CONFIG_DIR}/join.token`;

const HEADER = `# Settings of the Muster agent. All of them: muster-agent --help. After a change: systemctl restart muster-agent
`;

const EXAMPLE = `${HEADER}
# gateway: gateway.example.com:7443
# caFile: ${CA_FILE}
# joinTokenFile: ${TOKEN_FILE}
# interval: 10s
# labels: { country: gh, region: accra }
`;

/** The settings on a command line that `loadConfig` has accepted, as they were written: `interval: 10s` stays so. */
export function settingsOnCommandLine(argv: readonly string[]): Map<string, unknown> {
  const keys = new Map(Object.keys(AGENT_DECLARATION).map((key) => [toFlag(key), key]));
  const settings = new Map<string, unknown>();
  for (let i = 0; i < argv.length; i++) {
    const word = argv[i]!;
    const at = word.indexOf('=');
    const key = keys.get(at < 0 ? word : word.slice(0, at));
    const text = at < 0 ? (argv[++i] ?? '') : word.slice(at + 1);
    if (key !== undefined) settings.set(key, parse(text));
  }
  return settings;
}

/** The file with these settings; comments and all other settings stay as they are. */
export function withSettings(before: string | undefined, settings: ReadonlyMap<string, unknown>): string {
  if (settings.size === 0) return before ?? EXAMPLE;
  const document = parseDocument(before ?? HEADER);
  for (const [key, value] of settings) document.set(key, value);
  return document.toString();
}

export function readConfigFile(path: string): string | undefined {
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
}
